"""SDMF and MDMF messages, made the simple way, as bytes and as modems print them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from hookflash.modem.callerid import Caller, CallerIdCollector


def checked(data: bytes) -> bytes:
    """The message with its checksum."""
    return data + bytes([-sum(data) % 256])


def mdmf(*parameters: tuple[int, bytes], kind: int = 0x80) -> bytes:
    """A message of parameters, in this order; without checksum."""
    body = b"".join(bytes([number, len(value)]) + value for number, value in parameters)
    return bytes([kind, len(body)]) + body


def sdmf(date: bytes, number: bytes) -> bytes:
    """A message of date (MMDDHHMM) and number; without checksum."""
    return bytes([0x04, 8 + len(number)]) + date + number


def wrapped(digits: str, cuts: Iterable[int]) -> list[str]:
    """The hex digits in lines, cut at these places."""
    places = sorted({0, len(digits), *(cut for cut in cuts if 0 < cut < len(digits))})
    return [digits[start:end] for start, end in itertools.pairwise(places)]


def spaced(data: bytes, width: int = 16) -> list[str]:
    """Lines as `AT+VCIDR?` gives them: blanks between bytes."""
    return [data[start : start + width].hex(" ").upper() for start in range(0, len(data), width)]


def flipped(data: bytes, bits: Sequence[int]) -> bytes:
    """`data` with these bits turned over."""
    damaged = bytearray(data)
    for bit in bits:
        damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


DATE = b"06151230"
CALL = mdmf((1, DATE), (2, b"2065550142"), (7, b"MILLER_T"))
CALLER = Caller("2065550142", "MILLER_T", sent_at="06151230")
SINGLE = sdmf(DATE, b"2065550142")


def collected(*lines: str, charset: str = "latin-1") -> CallerIdCollector:
    """A collector that took these lines, each for caller ID."""
    collector = CallerIdCollector(charset)
    for line in lines:
        assert collector.take(line), line
    return collector


def caller_of(*lines: str, charset: str = "latin-1") -> Caller | None:
    """The caller that these lines tell."""
    return collected(*lines, charset=charset).caller()


def hex_of(data: bytes) -> str:
    """The bytes as a modem prints them."""
    return data.hex().upper()
