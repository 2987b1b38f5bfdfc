"""The HTTP door: what is answered, with which headers, and what cannot be understood."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from hookflash_server.answers import Answer, Result
from hookflash_server.verbs import Ask
from hookflash_server.web.app import make_app
from support.door import NAVIGATION, PORT, SCRIPT, Door, Headers

# --- answers ------------------------------------------------------------------------------------


def test_jsonp(door: Door) -> None:
    response = door.get("cmd=dial_out&dial_number=0133+1234&jsonpcallback=jQuery1_2&_=3")
    assert response.status == 200
    assert response.body == (
        b'/**/jQuery1_2({"result":"success","msg":"\\u64cd\\u4f5c\\u6210\\u529f"});'
    )
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert door.asked == [Ask("dial_out", {"dial_number": "01331234"})]


def test_json(door: Door) -> None:
    response = door.get("cmd=answer&ext=1002", {})
    assert response.body == b'{"result":"success","msg":"\\u64cd\\u4f5c\\u6210\\u529f"}'
    assert response.headers["Content-Type"] == "application/json"
    assert door.asked == [Ask("answer", {}, "1002")]


def test_english() -> None:
    assert Door(language="en").get("cmd=answer").json() == {"result": "success", "msg": "done"}


@pytest.mark.parametrize("result", Result)
def test_every_result_arrives_with_status_200(door: Door, result: Result) -> None:
    door.answer = Answer(result, "code", "hint")
    response = door.get("cmd=answer&jsonpcallback=cb")
    assert response.status == 200
    assert response.jsonp("cb")["result"] == result.value


REQUESTS: dict[str, tuple[str, str, str, Headers]] = {
    "jsonp": ("GET", "/", "cmd=answer&jsonpcallback=a", SCRIPT),
    "json": ("GET", "/", "cmd=answer", {}),
    "unknown command": ("GET", "/", "cmd=x&jsonpcallback=a", SCRIPT),
    "bad callback": ("GET", "/", "cmd=answer&jsonpcallback=a.b", SCRIPT),
    "bad query": ("GET", "/", "cmd=%ff", SCRIPT),
    "foreign Host": ("GET", "/", "cmd=answer", SCRIPT | {"Host": "evil.example"}),
    "navigation": ("GET", "/", "cmd=answer", NAVIGATION),
    "no such path": ("GET", "/x", "cmd=answer", SCRIPT),
    "method": ("POST", "/", "cmd=answer", SCRIPT),
    "preflight": ("OPTIONS", "/", "", SCRIPT | {"Origin": "https://a.example"}),
    "page": ("GET", "/", "", NAVIGATION),
    "script": ("GET", "/index.js", "", SCRIPT),
    "style": ("GET", "/index.css", "", SCRIPT),
    "page, foreign Host": ("GET", "/", "", NAVIGATION | {"Host": "evil.example"}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_headers_of_every_response(door: Door, name: str) -> None:
    response = door.request(*REQUESTS[name])
    headers = response.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
    page = name in ("page", "script", "style")
    assert headers["Cross-Origin-Resource-Policy"] == ("same-origin" if page else "cross-origin")
    assert response.body.isascii() or page
    assert b"Traceback" not in response.body
    if response.status != 204:
        assert int(headers["Content-Length"]) == len(response.body)


def test_the_body_is_ascii_and_cannot_leave_a_script(door: Door) -> None:
    nasty = "</script><!-- \u2028\u2029 张 \U0001f4de \x00\x7f \" ' \\ ]]> &"
    door.answer = Answer(Result.FAILED, "code", nasty, {"call": {"name": nasty, nasty: [nasty]}})
    body = door.get("cmd=status&jsonpcallback=cb").body
    assert body.isascii()
    assert b"<" not in body
    assert not any(byte < 0x20 for byte in body)
    answer = door.get("cmd=status&jsonpcallback=cb").jsonp("cb")
    assert (answer["hint"], answer["call"]["name"]) == (nasty, nasty)


def test_what_the_page_sends_is_sent_back_harmless(door: Door) -> None:
    response = door.get("cmd=%3C/script%3E%E2%80%A8%E5%BC%A0&jsonpcallback=cb")
    assert b"<" not in response.body
    assert response.jsonp("cb")["detail"] == "unknown_command"


# --- queries that cannot be understood ----------------------------------------------------------


@pytest.mark.parametrize(
    "callback", ["", "a.b", "a[0]", "alert(1)", "x" * 65, "a%0a", "%3Cb%3E", "?"]
)
def test_a_bad_callback_is_never_sent_back(door: Door, callback: str) -> None:
    response = door.get(f"cmd=dial_out&dial_number=1&jsonpcallback={callback}")
    assert response.status == 400
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["detail"] == "bad_callback"
    assert not callback or len(callback) == 1 or callback.encode() not in response.body
    assert door.asked == []


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("cmd=dial_out&dial_number=1&dial_number=2", "parameter_doubled"),
        ("cmd=transfer_to&trans_type=queue&trans_queue=%ff", "bad_encoding"),
        ("cmd=dial_out&dial_number=" + "1" * 5000, "query_too_long"),
    ],
)
def test_a_bad_query_is_told_to_the_page(door: Door, query: str, detail: str) -> None:
    """A script tag sees status 200 only."""
    for whole in (f"{query}&jsonpcallback=cb&_=1", f"jsonpcallback=cb&{query}"):
        response = door.get(whole)
        assert response.status == 200
        assert response.jsonp("cb")["detail"] == detail
    response = door.get(query)
    assert (response.status, response.json()["detail"]) == (400, detail)
    assert door.asked == []


@pytest.mark.parametrize(
    "query",
    [
        "cmd=%ff&jsonpcallback=a.b",
        "cmd=answer&jsonpcallback=a&jsonpcallback=b",
        "cmd=answer&jsonpcallback=a&jsonpcallback=a",
        "cmd=%ff&xjsonpcallback=a",
        "cmd=%ff&jsonpcallback=a%0a",
    ],
)
def test_a_bad_query_without_one_good_callback_is_plain_json(door: Door, query: str) -> None:
    response = door.get(query)
    assert response.status == 400
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["result"] == "failed"
    assert door.asked == []


def test_a_bad_query_from_a_foreign_host_is_refused_as_such(door: Door) -> None:
    response = door.get("cmd=%ff&jsonpcallback=cb", SCRIPT | {"Host": "evil.example"})
    assert response.status == 403
    assert b'"detail":"host_not_allowed"' in response.body
    assert door.asked == []


@pytest.mark.parametrize(
    "query", ["cmd=", "cmd", "x=1", "jsonpcallback=cb", "_=1", "&", "=", "CMD=answer"]
)
def test_no_command(door: Door, query: str) -> None:
    response = door.get(query)
    assert response.status == 200
    assert b'"detail":"unknown_command"' in response.body
    assert door.asked == []


# --- methods and paths --------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::wsgiref.validate.WSGIWarning")
@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "FOO"])
def test_other_methods_are_refused_and_not_acted_on(door: Door, method: str) -> None:
    response = door.request(method, "/", "cmd=dial_out&dial_number=110&jsonpcallback=cb")
    assert response.status == 405
    assert response.headers["Allow"] == "GET, OPTIONS"
    if method != "HEAD":
        assert response.json()["detail"] == "method_not_allowed"
    assert door.asked == []


@pytest.mark.parametrize(
    "path",
    [
        *("/x", "/index.html", "/index.js/", "/../agent.py", "//", "/%2e", "/favicon.ico", "/."),
        *("/index.js\x00", "/pages/index.js", "/cmd=answer", "/*"),
    ],
)
@pytest.mark.parametrize("query", ["", "cmd=answer"])
def test_there_is_no_other_path(door: Door, path: str, query: str) -> None:
    response = door.get(query, path=path)
    assert response.status == 404
    assert response.json()["detail"] == "path_not_found"
    assert door.asked == []


# --- our own pages ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.js", "text/javascript; charset=utf-8"),
        ("/index.css", "text/css; charset=utf-8"),
    ],
)
def test_our_own_pages(door: Door, path: str, kind: str) -> None:
    response = door.get("", NAVIGATION, path)
    assert response.status == 200
    assert response.headers["Content-Type"] == kind
    policy = response.headers["Content-Security-Policy"]
    for directive in (
        *("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"),
        "form-action 'none'",
    ):
        assert directive in policy.split("; ")
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "Access-Control-Allow-Origin" not in response.headers


def test_the_page_keeps_to_its_own_policy(door: Door) -> None:
    """No inline script or style, nothing from elsewhere."""
    body = door.get("", NAVIGATION).body.decode()
    assert "<script>" not in body
    assert "style=" not in body
    assert " on" not in body.replace(" one", "").replace(" only", "")
    assert "//" not in body.split("<body>")[1]


@pytest.mark.parametrize("path", ["/", "/index.js", "/index.css"])
def test_our_own_pages_under_a_foreign_host(door: Door, path: str) -> None:
    response = door.get("", NAVIGATION | {"Host": f"rebind.example:{PORT}"}, path)
    assert response.status == 403
    assert response.json()["detail"] == "host_not_allowed"


def test_our_own_page_may_ask_under_a_list(listed: Door) -> None:
    own = SCRIPT | {"Sec-Fetch-Site": "same-origin", "Referer": f"http://127.0.0.1:{PORT}/"}
    assert listed.get("cmd=status&jsonpcallback=cb", own).jsonp("cb")["result"] == "success"


# --- defects ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("defect_expected")
@pytest.mark.parametrize("callback", ["", "&jsonpcallback=cb"])
def test_a_defect_is_json_without_a_traceback(door: Door, callback: str) -> None:
    door.answer = ZeroDivisionError("secret")
    response = door.get(f"cmd=answer{callback}")
    assert response.status == 500
    assert response.json()["detail"] == "internal_error"
    assert b"secret" not in response.body
    assert b"Traceback" not in response.body


def test_a_desk_that_never_answers(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash_server.web.app.ANSWER_WITHIN", 0.01)
    door.app = make_app(lambda _: Future(), PORT, "open", "zh")
    answer = door.get("cmd=answer&jsonpcallback=cb").jsonp("cb")
    assert (answer["result"], answer["detail"]) == ("failed", "agent_busy")
