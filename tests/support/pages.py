"""The web pages that call the agent, and the server they come from."""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.support.wait import WebDriverWait

BROWSER_DIR = Path(__file__).parents[1] / "browser"
JQUERY_NAMES = ("jquery1", "jquery3", "jquery4")
PHONE_NUMBER = "013300001234"
"""The number that page.html puts where the sample calls have a placeholder."""


def jquery_file(name: str) -> Path:
    """The jQuery build of one alias in tests/browser/package.json."""
    dist = BROWSER_DIR / "node_modules" / name / "dist"
    for candidate in (dist / "jquery.min.js", dist / "jquery.js"):
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"no jQuery in {dist}: `make test` installs it")


class PageServer:
    """Serves page.html with one jQuery build, on an origin that is not the agent's.

    `host` is the name that browsers use: Chromium takes every name under `.localhost` to this
    machine, so "crm.localhost" makes the page cross-site instead of only cross-origin.
    """

    def __init__(self, jquery: Path, *, host: str = "127.0.0.1") -> None:
        files = {
            "/": ("text/html; charset=utf-8", (BROWSER_DIR / "page.html").read_bytes()),
            "/jquery.js": ("text/javascript; charset=utf-8", jquery.read_bytes()),
        }

        class Handler(BaseHTTPRequestHandler):
            # A browser may open connections ahead of need and never use them.
            timeout = 30

            def do_GET(self) -> None:
                if self.path not in files:
                    self.send_error(HTTPStatus.NOT_FOUND)
                    return
                content_type, body = files[self.path]
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Keep the test output free of access logs."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://{host}:{self._server.server_port}"
        self.url = f"{self.origin}/"
        # shutdown() waits for up to one poll interval.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="page-server", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PageCallError(AssertionError):
    """The page's call ended in jQuery's `error`, or did not end at all."""


class JQueryPage:
    """A loaded page.html: makes the sample calls and waits for what the page got."""

    def __init__(self, browser: webdriver.Chrome, server: PageServer) -> None:
        self.browser = browser
        self.origin = server.origin
        browser.get(server.url)
        self.jquery_version: str = browser.execute_script("return jQuery.fn.jquery")

    def start(self, cmd: str, agent_port: int) -> int:
        """Make the sample call for `cmd`; returns the call's id for `outcome`."""
        call: int = self.browser.execute_script(
            "return call(arguments[0], arguments[1])", cmd, agent_port
        )
        return call

    def outcome(self, call: int, *, within: float = 10) -> dict[str, Any]:
        """What the page saw: outcome "success" with answer, or "error" with status and thrown."""
        script = (
            "var id = arguments[0];"
            "return results.filter(function (r) { return r.call === id; })[0] || null"
        )
        try:
            found: dict[str, Any] = WebDriverWait(self.browser, within, poll_frequency=0.02).until(
                lambda browser: browser.execute_script(script, call)
            )
        except TimeoutException:
            raise PageCallError(
                f"call {call} had neither success nor error in {within} s"
            ) from None
        return found

    def run(self, cmd: str, agent_port: int, *, within: float = 10) -> dict[str, Any]:
        """Make the sample call for `cmd` and return the agent's answer."""
        outcome = self.outcome(self.start(cmd, agent_port), within=within)
        if outcome["outcome"] != "success":
            raise PageCallError(f"{cmd}: {outcome['status']}: {outcome['thrown']}")
        answer: dict[str, Any] = outcome["answer"]
        return answer
