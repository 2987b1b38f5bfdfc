"""The tokeniser and the table of result codes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.modem.codes import (
    MAX_LINE,
    MAX_REPORT,
    Dle,
    Notice,
    Result,
    Text,
    Token,
    Tokeniser,
    is_ring,
    is_ringback,
    notice_of,
    result_of,
    ring_pattern,
)


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
    (b"\x11\x13\r\nOK\x7f\r\n", [Text("OK")]),  # flow control and fill bytes around it
]


def told(*lines: str) -> list[Token]:
    """Lines of a complex report."""
    return [Text(line, report=True) for line in lines]


STREAMS += [
    (b"\x10XDRON=8\r\nDROF=4\r\n\x10.", told("DRON=8", "DROF=4")),
    (b"\x10X DATE=0405 TIME=1112 NMBR=201 \x10.", told("DATE=0405 TIME=1112 NMBR=201")),
    (
        b"\x10R\x10X\n\nDATE=0405\x10.\x18NAME=ANN\n",
        [Dle("R"), *told("DATE=0405"), Text("NAME=ANN")],
    ),
    # a line begun before the report goes on after it
    (b"NMBR=55\x10X\r\nDRON=8\r\n\x10.12\r\n", [*told("DRON=8"), Text("NMBR=5512")]),
    (b"O\x10XDRON=8\x10.K\r\n", [*told("DRON=8"), Text("OK")]),
    # other codes within
    (b"\x10XDRON\x10b=8\x10.", [Dle("b"), *told("DRON=8")]),
    (b"\x10X\x10.\x10.\r\nOK\r\n", [Text("OK")]),
    # the end mark is lost
    (b"\x10XDRON=8\r\nOK\r\nDROF=4\r\n", [*told("DRON=8"), Text("OK"), Text("DROF=4")]),
    (b"\x10XDRON=8\r\nRING A\r\n\x10.", [*told("DRON=8"), Text("RING A")]),
    (b"NMBR=5\x10XDRON=8\r\nBUSY\r\n", [*told("DRON=8"), Text("NMBR=5"), Text("BUSY")]),
    (b"\x10XDRON=8\x10XDROF=4\x10.x\r\n", [*told("DRON=8", "DROF=4"), Text("x")]),
    # a caller may be called so
    (b"\x10XNAME=BUSY\r\n\x10.", told("NAME=BUSY")),
    # numbers are no results there
    (b"\x10X\r\n0\r\n\x10.", told("0")),
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
    st.sampled_from(
        [
            b"\r",
            b"\n",
            b"\x10",
            b"\x10X",
            b"\x10.",
            b"OK",
            b"RING",
            b"0",
            b" ",
            b"\0",
            b"\xff",
            b"AT",
        ]
    ),
    max_size=30,
).map(b"".join)
LONG = st.builds(
    lambda head, length, tail: head + b"\x10X" + b"y" * length + tail,
    BYTES,
    st.integers(MAX_REPORT - 5, MAX_REPORT + 5),
    BYTES,
)


@given(
    st.one_of(BYTES, LONG, st.binary(max_size=200)),
    st.lists(st.one_of(st.integers(0, 200), st.integers(MAX_REPORT - 10, MAX_REPORT + 200))),
)
def test_where_a_stream_is_cut_does_not_matter(stream: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[a:b] for a, b in pairwise(places)]
    assert tokens(*pieces) == tokens(stream)


@given(st.one_of(BYTES, LONG, st.binary(max_size=300)))
def test_no_garbage_swallows_the_results_after_it(garbage: bytes) -> None:
    found = tokens(garbage, b"\r\nNO CARRIER\r\n", b"\r\nRING\r\n")
    assert found[-2:] == [Text("NO CARRIER"), Text("RING")]


@given(st.one_of(BYTES, st.binary(max_size=300)))
def test_tokens_hold_no_line_ends_and_lines_are_not_empty(stream: bytes) -> None:
    for token in tokens(stream):
        if isinstance(token, Text):
            assert token.text.strip(" \0")
            assert not set(token.text) & set("\r\n\x10")
        else:
            assert len(token.code) == 1
            assert token.code not in "X."


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


def test_a_report_without_end_is_over_after_its_room() -> None:
    full = b"\x10X" + b"y\r\n" * (MAX_REPORT // 3) + b"z" * (MAX_REPORT % 3)
    found = tokens(b"AB" + full + b"K\r\nC\r\n")
    assert found[:-3] == told(*["y"] * (MAX_REPORT // 3))
    assert found[-3:] == [Text("AB"), Text("z" * (MAX_REPORT % 3) + "K"), Text("C")]


def test_a_report_that_fills_its_room_is_whole() -> None:
    full = b"\x10X" + b"y\r\n" * (MAX_REPORT // 3 - 1) + b"zz\x10."
    assert tokens(b"AB" + full + b"C\r\n")[-2:] == [*told("zz"), Text("ABC")]


def test_each_report_has_its_own_room() -> None:
    most = b"y\r\n" * (MAX_REPORT // 3 - 9)
    lost = b"\x10X" + most * 2
    nested = b"\x10X" + most + b"\x10X" + most + b"last\r\n\x10."
    assert tokens(lost + nested)[-1:] == told("last")


def test_neither_lines_nor_reports_fill_the_memory() -> None:
    tokeniser = Tokeniser()
    told_of = sum(
        len(token.text)
        for _ in range(100)
        for token in tokeniser.feed(b"x" * 3000 + b"\x10X" + b"y" * 3000)
        if isinstance(token, Text)
    )
    assert told_of <= 100 * 2 * MAX_LINE


VERBOSE = {
    "OK": Result.OK,
    "CONNECT": Result.CONNECT,
    "CONNECT 33600": Result.CONNECT,
    "VCON": Result.VCON,
    "+VCON": Result.VCON,
    "#VCON": Result.VCON,
    "VOICE": Result.VCON,
    "NO LINE": Result.NO_DIALTONE,
    "UN-OBTAINABLE NUMBER": Result.ERROR,
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
    "5": Result.CONNECT,
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


RINGS = {
    "RING": "",
    "RING A": "A",
    "RING E": "E",
    "RING1": "1",
    "RING 5": "5",
    "+CRING: VOICE": "",
    "RING;5551234;42": "",
    "RING 5551234": "",
}


@pytest.mark.parametrize(("text", "name"), RINGS.items())
def test_ring_in_its_spellings_and_its_own_name(text: str, name: str) -> None:
    assert is_ring(text)
    assert ring_pattern(text) == name
    assert result_of(text, numeric=True) is None


@pytest.mark.parametrize("text", ["RINGING", "RING6", "ring", "RING AA", "STRING", "2", "RING A1"])
def test_what_is_no_ring(text: str) -> None:
    assert not is_ring(text)
    assert ring_pattern(text) == ""


def test_a_numeric_ring_only_where_it_is_expected() -> None:
    assert is_ring("2", numeric=True)
    assert not is_ring("22", numeric=True)


def test_ringback_is_neither_a_ring_nor_a_result() -> None:
    assert is_ringback("RINGING")
    assert not is_ringback("RING")
    assert result_of("RINGING", numeric=True) is None


NOTICES = {
    "RINGING": Notice.RINGBACK,
    "FAX": Notice.FAX,
    "+FCON": Notice.FAX,
    "+FCO": Notice.FAX,
    "DATA": Notice.DATA,
    "POLARITY REVERSAL": Notice.POLARITY_REVERSAL,
    "NO POLARITY REVERSAL": Notice.NO_POLARITY_REVERSAL,
}


@pytest.mark.parametrize(("text", "notice"), NOTICES.items())
def test_notices_are_not_final(text: str, notice: Notice) -> None:
    assert notice_of(text) is notice
    assert result_of(text, numeric=True) is None


def test_numeric_notices_only_where_they_are_expected() -> None:
    assert [notice_of(text, numeric=True) for text in ("33", "35", "0")] == [
        Notice.FAX,
        Notice.DATA,
        None,
    ]
    assert notice_of("33") is None


@given(st.text(max_size=40))
def test_any_text_may_be_asked_about(text: str) -> None:
    kinds = [result_of(text, numeric=True), notice_of(text, numeric=True)]
    kinds.append(Notice.RINGBACK if is_ring(text, numeric=True) else None)
    assert kinds.count(None) >= 2  # never two things at once
    assert not ring_pattern(text) or is_ring(text)
