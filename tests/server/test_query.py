"""Query strings and callback names: what is understood, and what is refused with its own code."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hookflash_server.web.query import MAX_QUERY, QueryError, callback_of, parse_query

SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")


@pytest.mark.parametrize(
    ("raw", "parameters"),
    [
        ("", {}),
        ("&&&", {}),
        ("cmd=answer", {"cmd": "answer"}),
        ("cmd=answer&", {"cmd": "answer"}),
        ("&cmd=answer", {"cmd": "answer"}),
        ("cmd", {"cmd": ""}),
        ("cmd=", {"cmd": ""}),
        ("=x", {"": "x"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=b;c=d", {"a": "b;c=d"}),  # `;` separates nothing
        ("a=%26%3D", {"a": "&="}),
        ("%63md=answer", {"cmd": "answer"}),
        ("Cmd=answer", {"Cmd": "answer"}),
        ("cmd[]=a&cmd[]b=a", {"cmd[]": "a", "cmd[]b": "a"}),
        ("a=%E5%94%AE%E5%90%8E", {"a": "售后"}),
        ("a=%D9%A1", {"a": "\u0661"}),
        ("a=%zz%", {"a": "%zz%"}),
        ("a=%00%0d%0a", {"a": "\x00\r\n"}),
        ("a=%2523", {"a": "%23"}),  # decoded once
        ("dtmf=%23*", {"dtmf": "#*"}),
        # What jQuery sends for the document's call.
        (
            "cmd=dial_out&dial_number=013312345678"
            "&jsonpcallback=jQuery37106174638943400123_1795379311099&_=1795379311100",
            {
                "cmd": "dial_out",
                "dial_number": "013312345678",
                "jsonpcallback": "jQuery37106174638943400123_1795379311099",
                "_": "1795379311100",
            },
        ),
    ],
)
def test_decoding(raw: str, parameters: dict[str, str]) -> None:
    assert parse_query(raw) == parameters


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("+8613312345678", "+8613312345678"),  # a hand-built URL: the + is meant
        ("%2B8613312345678", "+8613312345678"),
        ("%2b86+133", "+86 133"),
        ("+86+133", "+86 133"),
        ("+1+(555)+0100", "+1 (555) 0100"),
        ("+9", "+9"),
        # No country code begins with 0: jQuery 1 sends a typed leading space so.
        ("+013312345678", " 013312345678"),
        ("0133+1234", "0133 1234"),
        ("+", " "),
        ("++86", "  86"),
        ("+abc", " abc"),
        ("a+b", "a b"),
        ("%20+86", "  86"),
        ("+\u0661", " \u0661"),
        ("", ""),
    ],
)
def test_plus(raw: str, value: str) -> None:
    assert parse_query(f"dial_number={raw}")["dial_number"] == value


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        ("a=1&a=2", "parameter_doubled"),
        ("a=1&a=1", "parameter_doubled"),
        ("a=1&%61=2", "parameter_doubled"),
        ("cmd=status&cmd=dial_out", "parameter_doubled"),
        ("jsonpcallback=a&jsonpcallback=b", "parameter_doubled"),
        ("a&a", "parameter_doubled"),
        ("=1&=2", "parameter_doubled"),
        ("a=%ff", "bad_encoding"),
        ("a=%ED%A0%80", "bad_encoding"),  # half a surrogate pair
        ("%ff=a", "bad_encoding"),
        ("a=" + "x" * (MAX_QUERY - 1), "query_too_long"),
        ("&" * (MAX_QUERY + 1), "query_too_long"),
        ("x" * 1_000_000, "query_too_long"),
    ],
)
def test_refused(raw: str, detail: str) -> None:
    with pytest.raises(QueryError) as refusal:
        parse_query(raw)
    assert refusal.value.detail == detail
    assert str(refusal.value).isascii()
    assert len(str(refusal.value)) < 200, "what came in is not sent back at full length"


def test_old_chinese_pages() -> None:
    """A hand-built URL in a GBK page carries GBK; UTF-8 goes first."""
    assert parse_query("a=%CA%DB%BA%F3") == {"a": "售后"}
    assert parse_query("a=%E5%94%AE%E5%90%8E") == {"a": "售后"}
    assert parse_query("a=%C0%AF")["a"] != "/", "an overlong slash is no slash"


def test_the_longest_query() -> None:
    assert len(parse_query("a=" + "x" * (MAX_QUERY - 2))["a"]) == MAX_QUERY - 2


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=20), max_size=8))
def test_what_a_page_encodes_arrives(parameters: dict[str, str]) -> None:
    """encodeURIComponent leaves no literal + and no other ambiguity."""
    raw = "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in parameters.items())
    if len(raw) <= MAX_QUERY:
        assert parse_query(raw) == parameters


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_what_a_form_encodes_arrives_but_for_a_leading_space(value: str) -> None:
    assert parse_query("a=" + quote_plus(value))["a"].lstrip("+ ") == value.lstrip("+ ")


@given(st.text(max_size=300))
def test_any_text_is_understood_or_refused(raw: str) -> None:
    """No other exception, whatever comes."""
    try:
        parameters = parse_query(raw)
    except QueryError as refusal:
        assert refusal.detail in ("parameter_doubled", "bad_encoding", "query_too_long")
    else:
        assert all(isinstance(value, str) for value in parameters.values())


@pytest.mark.parametrize(
    "name",
    [
        *("a", "_", "$", "A9", "jQuery37106174638943400123_1795379311099", "hookflash_1"),
        *("callback", "alert", "__proto__", "$_$", "x" * 64),
    ],
)
def test_callbacks_taken(name: str) -> None:
    assert callback_of({"jsonpcallback": name}) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "?", "1a", "a.b", "a..b", "window.opener.x", "a[0]", "a['b']", "a()", "a-b", "a b"),
        *(" a", "a ", "a\n", "\na", "a\r", "a\x00", "a;b", "a=b", "a,b", "a//", "a/*", "*/a"),
        *("<script>", "a</script>", "é", "ａ", "名", "a\u0661", "a\u200b", "a\u2028", "\ufeffa"),
        *("x" * 65, "x" * 5000, "eval('1')", "function(){}", "\\u0061", "a`", "\u212a"),
    ],
)
def test_callbacks_refused(name: str) -> None:
    with pytest.raises(QueryError) as refusal:
        callback_of({"jsonpcallback": name})
    assert refusal.value.detail == "bad_callback"
    assert name == "" or name == "?" or len(name) < 3 or name not in str(refusal.value)


def test_no_callback() -> None:
    assert callback_of({"callback": "a", "jsonp": "b", "Jsonpcallback": "c"}) == ""


@given(st.text(max_size=80))
@example("a\n")
@example("ａ")
@example("$" * 64)
def test_a_callback_that_is_taken_is_a_plain_name(name: str) -> None:
    try:
        taken = callback_of({"jsonpcallback": name})
    except QueryError:
        return
    assert taken == name
    assert 1 <= len(taken) <= 64
    assert set(taken) <= SAFE
    assert not taken[0].isdigit()


@given(st.text(sorted(SAFE), min_size=1, max_size=64).filter(lambda name: not name[0].isdigit()))
def test_every_plain_name_is_taken(name: str) -> None:
    assert callback_of({"jsonpcallback": name}) == name
