"""Who may ask: every kind of request that a browser was seen to make, and every look-alike."""

from __future__ import annotations

from typing import Any

import pytest

from hookflash_server.web.access import (
    Caller,
    judge,
    judge_preflight,
    origin_of,
    own_hosts,
)

PORT = 12307
HOST = f"127.0.0.1:{PORT}"
LISTED = (
    "https://crm.example",
    "http://intranet.example:8080",
    "http://192.168.1.5",
    "http://[2001:db8::5]:81",
    "https://xn--fiq228c.example",
)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"

OK = ""
FOREIGN_HOST = "host_not_allowed"
NO_COMMAND = "not_a_command_request"
NOT_LISTED = "origin_not_allowed"
UNKNOWN = "origin_unknown"


def browser(
    mode: str = "no-cors", dest: str = "script", site: str = "cross-site", **more: str
) -> Caller:
    """A request of a browser with Fetch Metadata; a plain script tag unless said otherwise."""
    headers: dict[str, Any] = {
        "host": HOST,
        "user_agent": CHROME,
        "fetch_mode": mode,
        "fetch_dest": dest,
        "fetch_site": site,
    }
    return Caller(**(headers | more))


def old(**more: str) -> Caller:
    """A request of a browser without Fetch Metadata: an old one, or to an untrusted address."""
    headers: dict[str, Any] = {"host": HOST, "user_agent": CHROME}
    return Caller(**(headers | more))


def cors(origin: str) -> Caller:
    """A script tag with crossorigin=anonymous, from this origin."""
    return browser("cors", origin=origin)


def program(**more: str) -> Caller:
    """A program on this machine, such as curl."""
    headers: dict[str, Any] = {"host": HOST, "user_agent": "curl/7.88.1"}
    return Caller(**(headers | more))


# What it is, the request, the outcome if access is open, the outcome under LISTED.
ROWS: list[tuple[str, Caller, str, str]] = [
    # What browsers send, case by case.
    ("http page", browser(referer="http://192.168.1.5/"), OK, OK),
    ("http page, not listed", browser(referer="http://192.168.1.6/"), OK, NOT_LISTED),
    ("loopback page", browser(site="same-site", referer="http://127.0.0.1:8000/"), OK, NOT_LISTED),
    ("https page, default policy", browser(), OK, UNKNOWN),
    ("https page, referrerpolicy=origin", browser(referer="https://crm.example/"), OK, OK),
    ("https page, unsafe-url", browser(referer="https://crm.example/a/b?c=d#e"), OK, OK),
    ("crossorigin script", cors("https://crm.example"), OK, OK),
    ("crossorigin script, not listed", cors("https://evil.example"), OK, NOT_LISTED),
    ("no-referrer", browser(referer=""), OK, UNKNOWN),
    ("sandboxed frame", browser(), OK, UNKNOWN),
    ("sandboxed frame, crossorigin", cors("null"), OK, UNKNOWN),
    (
        "sandboxed srcdoc: the parent's Referer does not speak for it",
        browser("cors", origin="null", referer="https://crm.example/"),
        OK,
        UNKNOWN,
    ),
    ("data: frame", cors("null"), OK, UNKNOWN),
    ("file: page", cors("file://"), OK, UNKNOWN),
    ("importScripts", browser(), OK, UNKNOWN),
    ("fetch no-cors", browser("no-cors", "empty"), NO_COMMAND, NO_COMMAND),
    (
        "fetch no-cors of a listed page",
        browser("no-cors", "empty", referer="https://crm.example/"),
        NO_COMMAND,
        NO_COMMAND,
    ),
    ("fetch cors", browser("cors", "empty", origin="https://crm.example"), OK, OK),
    (
        "fetch cors, not listed",
        browser("cors", "empty", origin="https://b.example"),
        OK,
        NOT_LISTED,
    ),
    ("WebSocket, Firefox", browser("websocket", "empty"), NO_COMMAND, NO_COMMAND),
    ("WebSocket without a dest", browser("websocket", ""), NO_COMMAND, NO_COMMAND),
    ("WebSocket, Chromium", old(origin="https://evil.example"), OK, NOT_LISTED),
    *(
        (f"<{dest}>", browser(dest=dest, referer="https://crm.example/"), NO_COMMAND, NO_COMMAND)
        for dest in (
            *("image", "style", "audio", "video", "object", "embed", "font", "track", "manifest"),
            *("worker", "sharedworker", "serviceworker", "report", "xslt", "paintworklet"),
        )
    ),
    *(
        (f"navigation to a {dest}, {site}", browser("navigate", dest, site), NO_COMMAND, NO_COMMAND)
        for dest in ("document", "iframe", "frame", "object", "embed")
        for site in ("cross-site", "same-site", "none")
    ),
    (
        "navigation of a listed page",
        browser("navigate", "document", referer="https://crm.example/"),
        NO_COMMAND,
        NO_COMMAND,
    ),
    ("typed in", browser("navigate", "document", "none"), NO_COMMAND, NO_COMMAND),
    (
        "navigation of our own page",
        browser("navigate", "document", "same-origin", referer=f"http://{HOST}/"),
        NO_COMMAND,
        NO_COMMAND,
    ),
    ("prefetch", browser(purpose="prefetch"), NO_COMMAND, NO_COMMAND),
    (
        "prerender of a listed page",
        browser("cors", purpose="prefetch;prerender", origin="https://crm.example"),
        NO_COMMAND,
        NO_COMMAND,
    ),
    ("sendBeacon", browser("no-cors", "empty", origin="null"), NO_COMMAND, NO_COMMAND),
    # Host.
    ("localhost", browser(host=f"localhost:{PORT}", referer="https://crm.example/"), OK, OK),
    ("::1", browser(host=f"[::1]:{PORT}", referer="https://crm.example/"), OK, OK),
    *(
        (f"Host {host!r}", program(host=host), FOREIGN_HOST, FOREIGN_HOST)
        for host in (
            *("", "127.0.0.1", "localhost", "[::1]", "127.0.0.1:80", "127.0.0.1:12308"),
            *(f"0.0.0.0:{PORT}", f"localhost.:{PORT}", f"foo.localhost:{PORT}"),
            *(f"[::ffff:7f00:1]:{PORT}", f"[::ffff:127.0.0.1]:{PORT}", f"[::]:{PORT}"),
            *(f"rebind.example:{PORT}", f"127.0.0.1.evil.example:{PORT}", f"127.1:{PORT}"),
            *(f"2130706433:{PORT}", f"127.0.0.2:{PORT}", f"127.0.0.1:{PORT}0", f"::1:{PORT}"),
            *(f"{HOST},{HOST}", f"{HOST}, evil.example", f"a@{HOST}", f"{HOST} ", f"{HOST}/"),
        )
    ),
    (
        "rebound name, own Referer",
        old(host=f"rebind.example:{PORT}", referer=f"http://rebind.example:{PORT}/"),
        FOREIGN_HOST,
        FOREIGN_HOST,
    ),
    (
        "rebound name that claims to be listed",
        Caller(host=f"crm.example:{PORT}", origin="https://crm.example", fetch_site="same-origin"),
        FOREIGN_HOST,
        FOREIGN_HOST,
    ),
    # Look-alikes of a listed origin.
    *(
        (f"Origin {origin}", cors(origin), OK, outcome)
        for origin, outcome in (
            ("http://crm.example", NOT_LISTED),
            ("https://crm.example:8443", NOT_LISTED),
            ("https://crm.example.evil.example", NOT_LISTED),
            ("https://crm.example.", NOT_LISTED),
            ("https://evilcrm.example", NOT_LISTED),
            ("https://evil-crm.example", NOT_LISTED),
            ("https://a.crm.example", NOT_LISTED),
            ("https://crm.exampl", NOT_LISTED),
            ("https://crm.example@evil.example", UNKNOWN),
            ("https://crm.example:443@evil.example", UNKNOWN),
            ("https://user@crm.example", UNKNOWN),
            ("https://crm.example\\.evil.example", NOT_LISTED),
            ("https://crm.example\\@evil.example", UNKNOWN),
            ("https://crm.example%2eevil.example", NOT_LISTED),
            ("https://crm.example, https://evil.example", NOT_LISTED),
            ("https://evil.example, https://crm.example", NOT_LISTED),
            ("https://crm.example https://evil.example", NOT_LISTED),
            ("https://crm.example:0", NOT_LISTED),
            ("https://crm.example:99999", UNKNOWN),
            ("https://crm.example:x", UNKNOWN),
            ("https://[crm.example]", UNKNOWN),
            ("https://ⅽrm.example", NOT_LISTED),
            ("https://crm.exam\u0440le", NOT_LISTED),  # Cyrillic р
            ("https://中文.example", NOT_LISTED),  # browsers send punycode
            ("https://xn--fiq228c.example", OK),
            ("https:/crm.example", UNKNOWN),
            ("https:crm.example", UNKNOWN),
            ("//crm.example", UNKNOWN),
            ("crm.example", UNKNOWN),
            ("ftp://crm.example", UNKNOWN),
            ("wss://crm.example", UNKNOWN),
            ("chrome-extension://crm.example", UNKNOWN),
            ("file:///https://crm.example", UNKNOWN),
            ("null", UNKNOWN),
            ("http://intranet.example", NOT_LISTED),
            ("http://intranet.example:8080", OK),
            ("http://intranet.example:80801", UNKNOWN),
            ("http://192.168.1.50", NOT_LISTED),
            ("http://192.168.1.5:80", OK),
            ("http://[2001:db8::5]:81", OK),
            ("http://[2001:db8::5]", NOT_LISTED),
            # No browser writes these, and they are the listed site all the same.
            ("https://crm.example:443", OK),
            ("https://crm.example/", OK),
            ("HTTPS://CRM.Example", OK),
        )
    ),
    *(
        (f"Referer {referer[:60]}", browser(referer=referer), OK, outcome)
        for referer, outcome in (
            ("http://evil.example/https://crm.example/", NOT_LISTED),
            ("http://evil.example/?https://crm.example", NOT_LISTED),
            ("http://evil.example/#https://crm.example/", NOT_LISTED),
            ("https://evil.example\\https://crm.example/", NOT_LISTED),
            ("https://crm.example@evil.example/", UNKNOWN),
            ("https://crm.example.evil.example/", NOT_LISTED),
            ("https://crm.example?a@b", OK),
            ("https://crm.example/@evil.example", OK),
            ("about:blank", UNKNOWN),
            ("about:client", UNKNOWN),
            ("https://evil.example/" + "https://crm.example/" * 3000, NOT_LISTED),
            ("https://crm.example/" + "a" * 65536, OK),
        )
    ),
    (
        "Origin goes before Referer",
        browser("cors", origin="https://evil.example", referer="https://crm.example/"),
        OK,
        NOT_LISTED,
    ),
    ("old browser, default policy", old(), OK, UNKNOWN),
    ("old browser with Referer", old(referer="https://crm.example/"), OK, OK),
    # Our own pages.
    ("own page", browser(site="same-origin", referer=f"http://{HOST}/"), OK, OK),
    ("own page without Referer", browser(site="same-origin"), OK, OK),
    ("own page, fetch", browser("cors", "empty", "same-origin"), OK, OK),
    ("own page, fetch same-origin", browser("same-origin", "empty", "same-origin"), OK, OK),
    ("own page, Origin", browser(site="same-origin", origin=f"http://{HOST}"), OK, OK),
    (
        "same-origin with a foreign Origin",
        browser(site="same-origin", origin="https://evil.example"),
        OK,
        NOT_LISTED,
    ),
    ("same-origin as a prefetch", browser(site="same-origin", purpose="p"), NO_COMMAND, NO_COMMAND),
    (
        "page of another port that claims our origin in its Referer's path",
        browser(site="same-site", referer=f"http://127.0.0.1:8000/http://{HOST}/"),
        OK,
        NOT_LISTED,
    ),
    # Programs are no browsers: the list is about pages.
    ("curl", program(), OK, OK),
    ("no User-Agent", program(user_agent=""), OK, OK),
    ("a program that names a page", program(referer="https://evil.example/"), OK, NOT_LISTED),
    ("a program with an Origin", program(origin="https://crm.example"), OK, OK),
    ("a program with only Sec-Fetch-Site", program(fetch_site="cross-site"), OK, UNKNOWN),
    ("a program with only Sec-Fetch-Dest", program(fetch_dest="script"), OK, UNKNOWN),
    ("a program that fetches", program(fetch_dest="empty"), NO_COMMAND, NO_COMMAND),
]


@pytest.mark.parametrize(("caller", "expected"), [pytest.param(r[1], r[2], id=r[0]) for r in ROWS])
def test_open(caller: Caller, expected: str) -> None:
    verdict = judge(caller, PORT, "open")
    assert (verdict.allowed, verdict.detail) == (not expected, expected)


@pytest.mark.parametrize(("caller", "expected"), [pytest.param(r[1], r[3], id=r[0]) for r in ROWS])
def test_listed(caller: Caller, expected: str) -> None:
    verdict = judge(caller, PORT, LISTED)
    assert (verdict.allowed, verdict.detail) == (not expected, expected)
    if expected:
        assert verdict.hint, "a refusal names the cure"


@pytest.mark.parametrize("caller", [pytest.param(row[1], id=row[0]) for row in ROWS])
def test_an_empty_list_lets_no_foreign_page_in(caller: Caller) -> None:
    """Only our own pages and programs."""
    if judge(caller, PORT, ()).allowed:
        assert caller.fetch_site == "same-origin" or caller.user_agent in ("", "curl/7.88.1")
        assert caller.origin in ("", f"http://{HOST}")


@pytest.mark.parametrize("caller", [pytest.param(row[1], id=row[0]) for row in ROWS])
def test_a_list_never_allows_what_open_refuses(caller: Caller) -> None:
    assert judge(caller, PORT, "open").allowed or not judge(caller, PORT, LISTED).allowed


def test_the_verdict_names_the_exact_origin() -> None:
    assert judge(cors("https://crm.example"), PORT, LISTED).origin == "https://crm.example"
    assert judge(browser(referer="http://192.168.1.5/a"), PORT, LISTED).origin == LISTED[2]
    assert judge(browser(site="same-origin"), PORT, ()).origin == f"http://{HOST}"
    assert judge(program(), PORT, ()).origin == ""


@pytest.mark.parametrize(
    ("caller", "under_open", "under_list"),
    [
        pytest.param(old(origin="https://crm.example"), True, True, id="listed"),
        pytest.param(old(origin="https://evil.example"), True, False, id="not listed"),
        pytest.param(old(origin="null"), False, False, id="null"),
        pytest.param(old(), False, False, id="no origin"),
        pytest.param(
            old(origin="https://crm.example", host=f"x.localhost:{PORT}"), False, False, id="Host"
        ),
    ],
)
def test_preflight(caller: Caller, under_open: bool, under_list: bool) -> None:
    assert judge_preflight(caller, PORT, "open").allowed is under_open
    assert judge_preflight(caller, PORT, LISTED).allowed is under_list


def test_own_hosts_on_port_80_may_leave_the_port_out() -> None:
    assert own_hosts(80) >= {"127.0.0.1", "localhost", "[::1]", "127.0.0.1:80"}
    assert not own_hosts(PORT) & {"127.0.0.1", "localhost", "[::1]"}
    assert len(own_hosts(PORT)) == 3


def test_own_page_on_port_80() -> None:
    caller = Caller(host="localhost", fetch_site="same-origin", fetch_mode="cors")
    assert judge(caller, 80, ()).origin == "http://localhost"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://crm.example/a?b#c", "https://crm.example"),
        ("http://[2001:DB8::5]:81/", "http://[2001:db8::5]:81"),
        ("http://[::1]/", "http://[::1]"),
        ("http://a.example:443/", "http://a.example:443"),
        ("https://a.example:80/", "https://a.example:80"),
        ("https://a.example:/", "https://a.example"),
        ("https://", ""),
        ("http://[::1", ""),
        ("https://a\u2100b.example/", ""),  # ℀ becomes a/c when normalised
    ],
)
def test_origin_of(text: str, origin: str) -> None:
    assert origin_of(Caller(referer=text)) == origin
