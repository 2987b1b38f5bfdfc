"""The HTTP door: who is let in, CORS, and a call that comes twice."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from hookflash_server.answers import Answer
from hookflash_server.verbs import Ask
from hookflash_server.web.app import make_app
from support.door import LISTED, NAVIGATION, PORT, SCRIPT, Door, Headers

# --- who may ask --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["", "evil.example", "0.0.0.0:12307", "127.0.0.1", "localhost.:12307"]
)
@pytest.mark.parametrize("query", ["cmd=answer", "cmd=answer&jsonpcallback=cb", "cmd=status"])
def test_a_foreign_host_is_refused_and_not_acted_on(door: Door, host: str, query: str) -> None:
    response = door.get(query, SCRIPT | {"Host": host})
    assert response.status == 403
    assert b'"detail":"host_not_allowed"' in response.body
    assert door.asked == []


@pytest.mark.parametrize(
    "headers",
    [
        NAVIGATION,
        NAVIGATION | {"Sec-Fetch-Site": "none", "Sec-Fetch-User": "?1"},
        NAVIGATION | {"Sec-Fetch-Site": "same-origin"},
        SCRIPT | {"Sec-Fetch-Dest": "image"},
        SCRIPT | {"Sec-Fetch-Dest": "empty"},
        SCRIPT | {"Sec-Purpose": "prefetch"},
        SCRIPT | {"Purpose": "prefetch"},
        SCRIPT | {"Sec-Fetch-Mode": "websocket", "Sec-Fetch-Dest": "empty"},
    ],
)
@pytest.mark.parametrize(
    "query", ["cmd=dial_out&dial_number=110", "cmd=status&jsonpcallback=cb&_=1"]
)
def test_what_is_no_command_request_is_refused_and_not_acted_on(
    door: Door, headers: Headers, query: str
) -> None:
    response = door.get(query, headers)
    assert response.status == 403
    assert b'"detail":"not_a_command_request"' in response.body
    assert door.asked == []


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({"Origin": "https://evil.example"}, "origin_not_allowed"),
        ({"Referer": "https://evil.example/"}, "origin_not_allowed"),
        ({"Origin": "null"}, "origin_unknown"),
        ({}, "origin_unknown"),
    ],
)
def test_a_page_that_is_not_listed_is_told_so(listed: Door, headers: Headers, detail: str) -> None:
    response = listed.get("cmd=status&jsonpcallback=cb", SCRIPT | headers)
    assert response.status == 200, "a script tag sees no other status"
    answer = response.jsonp("cb")
    assert (answer["result"], answer["detail"]) == ("failed", detail)
    assert set(answer) == {"result", "msg", "detail", "hint"}, "nothing of the desk"
    assert listed.asked == []


def test_a_listed_page_may_ask(listed: Door) -> None:
    for headers in ({"Origin": LISTED[0]}, {"Referer": LISTED[0] + "/a"}):
        assert listed.get("cmd=answer&jsonpcallback=cb", SCRIPT | headers).status == 200
    assert len(listed.asked) == 2


# --- CORS ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "headers", "allowed"),
    [
        ("open", {"Origin": "https://a.example"}, "https://a.example"),
        (LISTED, {"Origin": LISTED[0]}, LISTED[0]),
        ("open", {"Origin": "null"}, None),
        ("open", {}, None),
        ("open", {"Referer": "https://a.example/"}, None),
        (LISTED, {"Origin": "null"}, None),
        (LISTED, {"Origin": LISTED[0] + "@evil.example"}, None),
        ("open", {"Origin": "https://a.example", "Host": "evil.example"}, None),
        ("open", {"Origin": "https://a.example", "Sec-Fetch-Dest": "image"}, None),
    ],
)
def test_the_origin_is_echoed_to_let_the_page_read(
    policy: str | tuple[str, ...], headers: Headers, allowed: str | None
) -> None:
    response = Door(policy=policy).get("cmd=status&jsonpcallback=cb", SCRIPT | headers)
    assert response.headers.get("Access-Control-Allow-Origin") == allowed
    assert response.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_refused_origin_may_read_its_refusal_only(listed: Door) -> None:
    """Without this a crossorigin script tag, which a list requires, would only see an error."""
    response = listed.get("cmd=status", SCRIPT | {"Origin": "https://evil.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "https://evil.example"
    assert response.json()["detail"] == "origin_not_allowed"
    assert listed.asked == []


@pytest.mark.parametrize("policy", ["open", LISTED])
@pytest.mark.parametrize("origin", ["https://crm.example", "https://evil.example", "null", ""])
@pytest.mark.parametrize("query", ["", "cmd=dial_out&dial_number=110&jsonpcallback=cb"])
def test_a_preflight_never_runs_a_command(
    policy: str | tuple[str, ...], origin: str, query: str
) -> None:
    door = Door(policy=policy)
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"} if origin else {}
    response = door.request("OPTIONS", "/", query, headers)
    may = origin.startswith("https") and (policy == "open" or origin in policy)
    assert response.status == (204 if may else 403)
    assert response.body == b""
    assert response.headers["Vary"] == "Origin"
    assert response.headers.get("Access-Control-Allow-Methods") == ("GET" if may else None)
    if may:
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert response.headers["Access-Control-Allow-Headers"] == "x-requested-with"
    assert door.asked == []


# --- the same call twice ------------------------------------------------------------------------

DIAL = "cmd=dial_out&dial_number=100&jsonpcallback=cb"


def test_the_same_url_with_its_cache_breaker_is_one_call(door: Door) -> None:
    bodies = {door.get(f"{DIAL}&_=1").body for _ in range(3)}
    assert len(bodies) == 1
    assert len(door.asked) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (DIAL, DIAL),
        (f"{DIAL}&_=1", f"{DIAL}&_=2"),
        (f"{DIAL}&_=1", f"{DIAL}2&_=1"),
        (f"{DIAL}&_=1", DIAL),
    ],
)
def test_another_url_is_another_call(door: Door, first: str, second: str) -> None:
    door.get(first)
    door.get(second)
    assert len(door.asked) == 2


def test_later_the_same_url_is_another_call(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("hookflash_server.web.app.time.monotonic", lambda: now[0])
    for seconds, calls in ((0.0, 1), (9.9, 1), (10.2, 2), (15.0, 2), (20.3, 3)):
        now[0] = 1000.0 + seconds
        door.get(f"{DIAL}&_=1")
        assert len(door.asked) == calls


def test_a_call_that_still_waits_is_not_begun_again(door: Door) -> None:
    """Two requests wait for the same answer."""
    reply: Future[Answer] = Future()
    asked: list[Ask] = []

    def ask(request: Ask) -> Future[Answer]:
        if asked:  # would be the second call
            raise AssertionError
        asked.append(request)
        reply.set_result(Answer())
        return reply

    door.app = make_app(ask, PORT, "open", "zh")
    assert door.get(f"{DIAL}&_=1").body == door.get(f"{DIAL}&_=1").body


def test_a_refused_page_does_not_hear_what_another_one_asked(listed: Door) -> None:
    query = f"{DIAL}&_=1"
    assert listed.get(query, SCRIPT | {"Origin": LISTED[0]}).jsonp("cb")["result"] == "success"
    response = listed.get(query, SCRIPT | {"Origin": "https://evil.example"})
    assert response.jsonp("cb")["detail"] == "origin_not_allowed"
