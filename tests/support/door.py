"""The HTTP door as a WSGI application, with a desk behind it that says what it is told to."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

from hookflash_server.answers import Answer
from hookflash_server.verbs import Ask
from hookflash_server.web.app import make_app

PORT = 12307
SCRIPT = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64)",
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "no-cors",
    "Sec-Fetch-Dest": "script",
}
NAVIGATION = SCRIPT | {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
LISTED = ("https://crm.example",)

Headers = dict[str, str]


@dataclass
class Response:
    status: int
    headers: Headers
    body: bytes

    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    def jsonp(self, callback: str) -> dict[str, Any]:
        """The answer as the page's function gets it."""
        before, after = f"/**/{callback}(".encode(), b");"
        assert self.body.startswith(before), self.body
        assert self.body.endswith(after)
        return dict(json.loads(self.body[len(before) : -len(after)]))


@dataclass
class Door:
    """The application with desks behind it that say what they are told to."""

    policy: str | tuple[str, ...] = "open"
    language: str = "zh"
    answer: Answer | Exception = field(default_factory=Answer)
    asked: list[Ask] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = make_app(self.ask, PORT, self.policy, self.language)

    def ask(self, ask: Ask) -> Future[Answer]:
        self.asked.append(ask)
        reply: Future[Answer] = Future()
        if isinstance(self.answer, Answer):
            reply.set_result(self.answer)
        else:
            reply.set_exception(self.answer)
        return reply

    def get(self, query: str = "", headers: Headers = SCRIPT, path: str = "/") -> Response:
        return self.request("GET", path, query, headers)

    def request(
        self, method: str, path: str = "/", query: str = "", headers: Headers = SCRIPT
    ) -> Response:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SCRIPT_NAME": "",
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        for name, value in ({"Host": f"127.0.0.1:{PORT}"} | headers).items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        setup_testing_defaults(environ)
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], object]:
            started.append((status, headers))
            return lambda _: None

        app: Callable[..., Iterable[bytes]] = validator(self.app)
        parts = app(environ, start_response)
        body = b"".join(parts)
        parts.close()  # type: ignore[attr-defined]
        (status, raised) = started[-1]
        names = [name.lower() for name, _ in raised]
        assert len(names) == len(set(names)), "no header is given twice"
        return Response(int(status[:3]), dict(raised), body)
