"""The tokeniser and the table of result codes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.modem.codes import MAX_LINE, Dle, Result, Text, Token, Tokeniser, is_ring, result_of


def tokens(*pieces: bytes) -> list[Token]:
    """What a fresh tokeniser makes of a stream that comes in pieces."""
    tokeniser = Tokeniser()
    return [token for piece in pieces for token in tokeniser.feed(piece)]


STREAMS: list[tuple[bytes, list[Token]]] = [
    (b"\r\nOK\r\n", [Text("OK")]),
    (b"0\r", [Text("0")]),
    (b"\r\r\n+CRING: VOICE\r\r\n", [Text("+CRING: VOICE")]),
    (b"NO CARRIER\r\n", [Text("NO CARRIER")]),  # some leave out the leading pair
    (b"AT\r\r\nOK\r\n", [Text("AT"), Text("OK")]),  # an echo
    (b"\r\n013\r\n\r\n010\r\n\r\nOK\r\n", [Text("013"), Text("010"), Text("OK")]),
    (b"\r\nNMBR = 555\x10R1234\r\n", [Dle("R"), Text("NMBR = 5551234")]),
    (b"\x10R\x10b\x10#", [Dle("R"), Dle("b"), Dle("#")]),
    (b"\x10\x10\r\nOK\r\n", [Dle("\x10"), Text("OK")]),
    (b"O\x10rK\r", [Dle("r"), Text("OK")]),
    (b"\0\0OK \r\n", [Text("OK")]),
    (b"NAME=V\xe4h\xe4l\xe4\r\n", [Text("NAME=V\u00e4h\u00e4l\u00e4")]),
    (b"\r\n\r\n\r\r\n\n", []),
    (b"no end", []),
]


@pytest.mark.parametrize(("stream", "wanted"), STREAMS)
def test_streams(stream: bytes, wanted: list[Token]) -> None:
    assert tokens(stream) == wanted


@pytest.mark.parametrize(("stream", "wanted"), STREAMS)
def test_streams_cut_at_each_byte(stream: bytes, wanted: list[Token]) -> None:
    for cut in range(len(stream) + 1):
        assert tokens(stream[:cut], stream[cut:]) == wanted
    assert tokens(*(bytes([byte]) for byte in stream)) == wanted


BYTES = st.lists(
    st.sampled_from([b"\r", b"\n", b"\x10", b"OK", b"RING", b"0", b" ", b"\0", b"\xff", b"AT"]),
    max_size=30,
).map(b"".join)


@given(st.one_of(BYTES, st.binary(max_size=200)), st.lists(st.integers(0, 200)))
def test_where_a_stream_is_cut_does_not_matter(stream: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[a:b] for a, b in pairwise(places)]
    assert tokens(*pieces) == tokens(stream)


@given(st.binary(max_size=300))
def test_tokens_hold_no_line_ends_and_lines_are_not_empty(stream: bytes) -> None:
    for token in tokens(stream):
        if isinstance(token, Text):
            assert token.text.strip(" \0")
            assert not set(token.text) & set("\r\n\x10")
        else:
            assert len(token.code) == 1


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    tokeniser = Tokeniser()
    kept = sum(
        len(token.text)
        for _ in range(1000)
        for token in tokeniser.feed(b"x" * 1000)
        if isinstance(token, Text)
    )
    assert kept <= MAX_LINE


def test_the_end_of_an_over_long_line_is_no_result() -> None:
    found = tokens(b"x" * MAX_LINE + b"OK\r\n", b"\r\nERROR\r\n")
    assert found == [Text("x" * MAX_LINE), Text("ERROR")]


VERBOSE = {
    "OK": Result.OK,
    "CONNECT": Result.CONNECT,
    "CONNECT 33600": Result.CONNECT,
    "VCON": Result.VCON,
    "+VCON": Result.VCON,
    "#VCON": Result.VCON,
    "ERROR": Result.ERROR,
    "+CME ERROR: 3": Result.ERROR,
    "+CME ERROR: operation not allowed": Result.ERROR,
    "+CMS ERROR: 500": Result.ERROR,
    "COMMAND NOT SUPPORT": Result.ERROR,
    "NO CARRIER": Result.NO_CARRIER,
    "NO DIALTONE": Result.NO_DIALTONE,
    "NO DIAL TONE": Result.NO_DIALTONE,
    "BUSY": Result.BUSY,
    "NO ANSWER": Result.NO_ANSWER,
    "DELAYED": Result.DELAYED,
    "BLACKLISTED": Result.BLACKLISTED,
    "BLACKLIST FULL": Result.BLACKLISTED,
    "LINE IN USE": Result.LINE_IN_USE,
    "LINE-IN-USE": Result.LINE_IN_USE,
}
NUMERIC = {
    "0": Result.OK,
    "1": Result.CONNECT,
    "3": Result.NO_CARRIER,
    "4": Result.ERROR,
    "6": Result.NO_DIALTONE,
    "7": Result.BUSY,
    "8": Result.NO_ANSWER,
    "24": Result.DELAYED,
    "32": Result.BLACKLISTED,
}


@pytest.mark.parametrize(("text", "result"), VERBOSE.items())
def test_verbose_results(text: str, result: Result) -> None:
    assert result_of(text, numeric=False) is result
    assert result_of(text, numeric=True) is result


@pytest.mark.parametrize(("text", "result"), NUMERIC.items())
def test_numeric_results_only_where_they_are_expected(text: str, result: Result) -> None:
    assert result_of(text, numeric=True) is result
    assert result_of(text, numeric=False) is None


@pytest.mark.parametrize(
    "text", ["", "OKAY", "ok", "RING", "2", "AT", "00", "NO", "CONNECTED", "NMBR = BUSY", "013"]
)
def test_what_is_no_result(text: str) -> None:
    assert result_of(text, numeric=True) is None


def test_each_result_is_good_or_not() -> None:
    good = {result for result in Result if result.good}
    assert good == {Result.OK, Result.CONNECT, Result.VCON}


@pytest.mark.parametrize("text", ["RING", "RING A", "RING1", "RING 5", "+CRING: VOICE"])
def test_ring_in_its_spellings(text: str) -> None:
    assert is_ring(text)


@pytest.mark.parametrize("text", ["RINGING", "RING6", "ring", "RING AA", "STRING", "2"])
def test_what_is_no_ring(text: str) -> None:
    assert not is_ring(text)
