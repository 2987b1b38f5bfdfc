"""The HTTP door as a WSGI application: JSONP as the plug-in's document has it, or plain JSON.

A refused command is HTTP 200 too: a page's script tag cannot see any other status.
"""

import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from importlib import resources
from typing import Any

import bottle

from ..answers import Answer, failed
from ..verbs import Ask, check
from .access import Caller, Policy, Verdict, judge, judge_preflight
from .query import QueryError, callback_in, callback_of, parse_query

log = logging.getLogger(__name__)

ANSWER_WITHIN = 4.0
"""Seconds; desks answer sooner, this is for defects of ours."""

SAME_CALL = 10.0
"""Seconds in which the very same URL with the very same `_=` (jQuery's cache breaker) is the same
call: browsers repeat a request whose connection broke, and load what was preloaded again."""

SAME_CALLS = 256
"""Calls remembered for that, at most."""

AskDesk = Callable[[Ask], "Future[Answer]"]

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # Pages with COEP require-corp must be able to call too; access is our own gate.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/index.js": ("index.js", "text/javascript; charset=utf-8"),
    "/index.css": ("index.css", "text/css; charset=utf-8"),
}


class _Recent:
    """Answers to the calls of the last seconds, by their URL."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, tuple[float, Future[Answer]]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, url: str, ask: Callable[[], "Future[Answer]"]) -> "Future[Answer]":
        """The running or finished call of this URL, or a new one."""
        now = time.monotonic()
        with self._lock:
            while self._calls and (
                len(self._calls) >= SAME_CALLS
                or next(iter(self._calls.values()))[0] < now - SAME_CALL
            ):
                self._calls.popitem(last=False)
            if url not in self._calls:
                self._calls[url] = (now, ask())
            return self._calls[url][1]


def make_app(ask_desk: AskDesk, port: int, policy: Policy, language: str) -> bottle.Bottle:
    """The application. ask_desk: hands a clean request to its desk. port: ours, for Host."""
    app = bottle.Bottle()
    recent = _Recent()

    def answered(answer: Answer, callback: str, status: int = 200) -> bottle.HTTPResponse:
        body = _ascii(answer.members(language))
        if callback:
            # The comment keeps the answer from being read as anything but a script.
            return _response(f"/**/{callback}({body});", "text/javascript; charset=utf-8", status)
        return _response(body, "application/json", status)

    def command() -> bottle.HTTPResponse:
        raw = bottle.request.query_string
        verdict = judge(_caller(), port, policy)
        parameters: dict[str, str] = {}
        wrong: Answer | None = None
        try:
            parameters = parse_query(raw)
            callback = callback_of(parameters)
        except QueryError as error:
            callback = callback_in(raw)
            wrong = failed(error.detail, str(error))
        status = 200
        if not verdict.allowed:
            log.warning("refused %s from %s", verdict.detail, verdict.origin or "unknown")
            status = 200 if verdict.detail.startswith("origin") else 403
            answer = failed(verdict.detail, verdict.hint)
        elif wrong is not None:
            status = 200 if callback else 400
            answer = wrong
        else:
            answer = answer_for(parameters, raw)
            level = logging.DEBUG if answer.data else logging.INFO
            what = f"{answer.result} {answer.detail}".rstrip()
            log.log(level, "%s asks %s: %s", verdict.origin or "a program", raw, what)
        return _with_cors(answered(answer, callback, status), verdict)

    def answer_for(parameters: dict[str, str], raw: str) -> Answer:
        ask = check(parameters.get("cmd", ""), parameters)
        if isinstance(ask, Answer):
            return ask
        reply = recent.get(raw, lambda: ask_desk(ask)) if "_" in parameters else ask_desk(ask)
        try:
            return reply.result(ANSWER_WITHIN)
        except FutureTimeout:
            return failed("agent_busy", "the agent did not decide in time; see its log")

    @app.get("/")
    def root() -> bottle.HTTPResponse:
        if bottle.request.method != "GET":  # bottle takes HEAD for GET
            return wrong_method(None)
        return command() if bottle.request.query_string else page()

    @app.get("/index.js")
    @app.get("/index.css")
    def page() -> bottle.HTTPResponse:
        verdict = judge_host(port)
        if verdict is not None:
            return answered(verdict, "", 403)
        name, kind = _PAGES[bottle.request.path]
        body = resources.files(__package__).joinpath("pages", name).read_text("utf-8")
        return _response(body, kind, 200, _PAGE_HEADERS)

    @app.route("/", method="OPTIONS")
    def preflight() -> bottle.HTTPResponse:
        # jQuery 1.x takes a URL with a leading space (the document's own) for its own site's and
        # calls by XMLHttpRequest, which browsers ask about first.
        verdict = judge_preflight(_caller(), port, policy)
        response = _response("", "text/plain", 204 if verdict.allowed else 403)
        if verdict.allowed:
            response.set_header("Access-Control-Allow-Methods", "GET")
            response.set_header("Access-Control-Allow-Headers", "x-requested-with")
            response.set_header("Access-Control-Max-Age", "600")
        return _with_cors(response, verdict)

    @app.error(405)
    def wrong_method(_: object) -> bottle.HTTPResponse:
        response = answered(failed("method_not_allowed", "use GET"), "", 405)
        response.set_header("Allow", "GET, OPTIONS")
        return response

    @app.error(404)
    def wrong_path(_: object) -> bottle.HTTPResponse:
        hint = f"call http://127.0.0.1:{port}/?cmd=…"
        return answered(failed("path_not_found", hint), "", 404)

    @app.error(500)
    def defect(error: bottle.HTTPError) -> bottle.HTTPResponse:
        log.error("a defect of ours: %r\n%s", error.exception, error.traceback)
        return answered(failed("internal_error", "see the agent's log"), "", 500)

    return app


def judge_host(port: int) -> Answer | None:
    """The refusal of a request for a page under a foreign Host, or None."""
    caller = _caller()
    verdict = judge(Caller(host=caller.host), port, "open")
    return None if verdict.allowed else failed(verdict.detail, verdict.hint)


def _caller() -> Caller:
    get = bottle.request.get_header
    return Caller(
        host=get("Host", ""),
        origin=get("Origin", ""),
        referer=get("Referer", ""),
        fetch_site=get("Sec-Fetch-Site", ""),
        fetch_mode=get("Sec-Fetch-Mode", ""),
        fetch_dest=get("Sec-Fetch-Dest", ""),
        purpose=get("Sec-Purpose", "") or get("Purpose", ""),
        user_agent=get("User-Agent", ""),
    )


def _ascii(members: dict[str, Any]) -> str:
    """JSON in ASCII, without what could end a script element."""
    return json.dumps(members, separators=(",", ":")).replace("<", "\\u003c")


def _response(
    body: str, kind: str, status: int, headers: dict[str, str] | None = None
) -> bottle.HTTPResponse:
    response = bottle.HTTPResponse(body.encode(), status)
    for name, value in {**_HEADERS, **(headers or {}), "Content-Type": kind}.items():
        response.set_header(name, value)
    return response


def _with_cors(response: bottle.HTTPResponse, verdict: Verdict) -> bottle.HTTPResponse:
    """Let the page read the answer (fetch, XMLHttpRequest, crossorigin scripts)."""
    response.set_header("Vary", "Origin")
    origin = bottle.request.get_header("Origin", "")
    if origin and verdict.origin:
        response.set_header("Access-Control-Allow-Origin", origin)
    return response
