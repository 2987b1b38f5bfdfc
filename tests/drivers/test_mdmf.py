"""SDMF and MDMF: which bytes are a message, and what it says."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookflash.modem import mdmf
from hookflash.modem.mdmf import Message, Parameter, Type
from support import cidmessages

DATE = b"06151230"
NUMBER = b"2065550142"

CALL = cidmessages.mdmf((1, DATE), (2, NUMBER), (7, b"MILLER_T"))
SINGLE = cidmessages.sdmf(DATE, NUMBER)

values = st.binary(max_size=20)
parameter_lists = st.lists(st.tuples(st.integers(0, 255), values), max_size=8)


def test_mdmf() -> None:
    assert mdmf.decode(cidmessages.checked(CALL)) == Message(
        Type.MDMF_CALLER,
        ((Parameter.SENT_AT, DATE), (Parameter.NUMBER, NUMBER), (Parameter.NAME, b"MILLER_T")),
        checked=True,
    )


def test_sdmf_is_told_as_the_parameters_it_stands_for() -> None:
    assert mdmf.decode(cidmessages.checked(SINGLE)) == Message(
        Type.SDMF_CALLER,
        ((Parameter.SENT_AT, DATE), (Parameter.NUMBER, NUMBER)),
        checked=True,
    )


@pytest.mark.parametrize(
    ("data", "indicator"),
    [
        (b"\x06\x03BBB", b"\xff"),
        (b"\x06\x03ooo", b"\x00"),
        (cidmessages.mdmf((0x0B, b"\xff"), kind=0x82), b"\xff"),
        (cidmessages.mdmf((1, DATE), (0x0B, b"\x00"), kind=0x82), b"\x00"),
    ],
)
def test_message_waiting_is_no_caller(data: bytes, indicator: bytes) -> None:
    message = mdmf.decode(cidmessages.checked(data))
    assert message is not None
    assert not message.is_caller
    assert (Parameter.INDICATOR, indicator) in message.parameters


def test_without_checksum_only_if_allowed() -> None:
    for data in (CALL, SINGLE):
        message = mdmf.decode(data)
        assert message is not None
        assert not message.checked
        assert mdmf.decode(data, unchecked=False) is None


@pytest.mark.parametrize(
    "data",
    [
        cidmessages.sdmf(b"0615 230", NUMBER),
        cidmessages.sdmf(DATE, b"206\x00550142"),
        cidmessages.sdmf(DATE, b""),
        cidmessages.mdmf((1, b"061512")),
        cidmessages.mdmf((2, b"20655x0142")),
        cidmessages.mdmf((4, b"PP")),
        cidmessages.mdmf((7, b"MIL\x07ER")),
        cidmessages.mdmf((3, b"")),
        cidmessages.mdmf((2, NUMBER), (2, NUMBER)),
        cidmessages.mdmf((2, NUMBER), (0x0C, b"1")),
        cidmessages.mdmf((2, NUMBER), (0x11, b"\x01\x01")),
        cidmessages.mdmf(),
        b"\x06\x03BBo",
    ],
)
def test_without_checksum_every_value_must_look_right(data: bytes) -> None:
    assert mdmf.decode(data) is None


def test_with_checksum_a_strange_value_is_as_it_was_sent() -> None:
    data = cidmessages.checked(cidmessages.mdmf((1, b"0615"), (2, b"x"), (0x7E, b"")))
    message = mdmf.decode(data)
    assert message is not None
    assert message.parameters == ((1, b"0615"), (2, b"x"), (0x7E, b""))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        b"\x80\x00",
        CALL[:-1],
        cidmessages.checked(CALL) + b"\x00",
        cidmessages.checked(cidmessages.mdmf((2, NUMBER)) + b"\x07"),
        cidmessages.checked(b"\x80\x04\x02\x05123"),  # a parameter longer than the message
        cidmessages.checked(b"\x80\x01\x02"),  # a type without a length
        cidmessages.checked(b"\x04\x0806151230"),  # a date and no number
        cidmessages.checked(b"\x06\x03BBo"),
        cidmessages.checked(cidmessages.mdmf((2, NUMBER), kind=0x84)),
    ],
)
def test_broken_structure(data: bytes) -> None:
    assert mdmf.decode(data) is None


@pytest.mark.parametrize("data", [CALL, SINGLE])
def test_no_single_bit_error_is_accepted(data: bytes) -> None:
    data = cidmessages.checked(data)
    for bit in range(8 * len(data)):
        assert mdmf.decode(cidmessages.flipped(data, [bit])) is None, bit


def test_a_length_one_too_long_does_not_make_the_checksum_a_digit() -> None:
    """Of all checksums, those that look like a digit would pass for the last of the number."""
    tried = 0
    for end in range(10_000):
        data = cidmessages.checked(cidmessages.sdmf(DATE, b"20655%d" % end))
        if chr(data[-1]).isdigit():
            tried += 1
            assert mdmf.decode(data[:1] + bytes([data[1] + 1]) + data[2:]) is None
    assert tried > 100


def test_two_bit_errors_are_accepted_only_if_the_sum_does_not_show_them() -> None:
    data = cidmessages.checked(cidmessages.mdmf((2, b"2065550142"), (4, b"P")))
    accepted = 0
    for bits in itertools.combinations(range(8 * len(data)), 2):
        damaged = cidmessages.flipped(data, bits)
        message = mdmf.decode(damaged)
        if message is not None:
            accepted += 1
            assert message.checked
            assert sum(damaged) % 256 == 0
    assert accepted > 0, "a sum does not see every pair"


@given(parameter_lists)
def test_parameters_come_back(parameters: list[tuple[int, bytes]]) -> None:
    data = cidmessages.mdmf(*parameters)
    message = mdmf.decode(cidmessages.checked(data))
    assert message == Message(Type.MDMF_CALLER, tuple(parameters), checked=True)


@given(st.binary(max_size=300))
def test_any_bytes_do_no_harm(data: bytes) -> None:
    mdmf.is_beginning(data)
    message = mdmf.decode(data)
    if message is not None:
        assert len(data) == mdmf.said_length(data) - (0 if message.checked else 1)


@given(st.binary(max_size=60).map(lambda body: bytes([0x80, len(body)]) + body))
def test_any_body_with_a_right_checksum_is_read_or_refused(data: bytes) -> None:
    message = mdmf.decode(cidmessages.checked(data))
    if message is not None:
        again = cidmessages.mdmf(*message.parameters)
        assert again == data, "every byte was told as one parameter's"


@pytest.mark.parametrize(
    ("data", "begins"),
    [
        (CALL[:8], True),
        (SINGLE[:8], True),
        (b"\x06\x03BB", True),
        (b"\x82\x03\x0b\x01", True),
        (b"\x80\x20\x01\x21", False),  # longer than the message
        (b"\x80\x20\xaa\x08", False),
        (b"\x04\x12AB", False),
        (b"\x04\x12\xb2\xb3", False),  # digits in Latin-1, and only there
        (b"\x04\x0506", False),
        (b"\x80\x20\x01", False),
        (b"\x81\x20\x01\x08", False),
    ],
)
def test_what_looks_like_a_beginning(data: bytes, begins: bool) -> None:
    assert mdmf.is_beginning(data) is begins
