"""libspandsp through ctypes: caller-ID messages as an exchange sends them, made by code not ours.

The bytes are taken from the audio: adsi_tx modulates the message with the checksum it adds, fsk_rx
demodulates it. So nothing depends on the layout of the library's structures, only on the functions
of its public headers (adsi.h, fsk.h of 0.0.6).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_int16, c_uint8, c_void_p
from typing import Self

import pytest

CLASS = 1
"""The standard: Bellcore's, with Bell 202."""
CLIP = 2
"""ETSI's, with V.23."""
CLIP_DTMF = 5

SAMPLES = 40_000
"""5 s at 8,000 Hz: room for a message of 255 bytes, which take 2.5 s."""

DOUBLED = 0x10
"""A value of this length is added wrongly: adsi_add_field of 0.0.6 sends the length twice."""

_FSK = {CLASS: 6, CLIP: 2}
"""Places in preset_fsk_specs: FSK_BELL202, FSK_V23CH1."""
_ASYNC = 0
_IDLE = 10
"""Ones in a row that are no byte (one has at most eight, and a stop bit)."""

_PutBit = CFUNCTYPE(None, c_void_p, c_int)
_PutMessage = CFUNCTYPE(None, c_void_p, POINTER(c_uint8), c_int)


class _FskSpec(ctypes.Structure):
    """fsk_spec_t: a name and five figures."""

    _fields_ = (("name", c_char_p), ("figures", c_int * 5))


def _load() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libspandsp.so.2")
    except OSError:
        return None
    pointers = ("adsi_tx_init", "adsi_rx_init", "fsk_rx_init")
    for name in pointers:
        getattr(library, name).restype = c_void_p
    library.adsi_tx_init.argtypes = [c_void_p, c_int]
    library.adsi_rx_init.argtypes = [c_void_p, c_int, _PutMessage, c_void_p]
    library.fsk_rx_init.argtypes = [c_void_p, c_void_p, c_int, _PutBit, c_void_p]
    library.adsi_add_field.argtypes = [c_void_p, c_char_p, c_int, c_uint8, c_char_p, c_int]
    library.adsi_next_field.argtypes = [c_void_p, c_char_p, c_int, c_int, *[c_void_p] * 3]
    library.adsi_tx_put_message.argtypes = [c_void_p, c_char_p, c_int]
    for name in ("adsi_tx", "adsi_rx", "fsk_rx"):
        getattr(library, name).argtypes = [c_void_p, c_void_p, c_int]
    for name in ("adsi_tx_free", "adsi_rx_free", "fsk_rx_free"):
        getattr(library, name).argtypes = [c_void_p]
    return library


_library = _load()

#: `make test` installs it, so in CI its absence is a failure and no skip.
needs_spandsp = pytest.mark.skipif(
    _library is None and "CI" not in os.environ, reason="libspandsp.so.2 is not installed"
)


class Spandsp:
    """An exchange and a telephone of one standard."""

    def __init__(self, standard: int) -> None:
        if _library is None:
            raise OSError("libspandsp.so.2 is not installed")
        self._library = _library
        self._standard = standard
        self._bits: list[int] = []
        self._heard: list[bytes] = []
        # Kept here, because the library calls them later.
        self._put_bit = _PutBit(lambda _, bit: self._bits.append(bit))
        self._put_message = _PutMessage(
            lambda _, data, size: self._heard.append(bytes(data[:size]))
        )
        self._tx = _library.adsi_tx_init(None, standard)
        self._rx = _library.adsi_rx_init(None, standard, self._put_message, None)
        self._audio = (c_int16 * SAMPLES)()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._library.adsi_tx_free(self._tx)
        self._library.adsi_rx_free(self._rx)

    def message(self, kind: int, fields: list[tuple[int, bytes]]) -> bytes:
        """A message, without checksum. A field of type 0 is the text of SDMF."""
        if any(number and len(value) == DOUBLED for number, value in fields):
            raise ValueError(f"libspandsp cannot add a value of {DOUBLED} bytes")
        buffer = ctypes.create_string_buffer(512)
        size = self._library.adsi_add_field(self._tx, buffer, -1, kind, None, 0)
        for number, value in fields:
            size = self._library.adsi_add_field(self._tx, buffer, size, number, value, len(value))
        return buffer.raw[:size]

    def sent(self, message: bytes) -> bytes:
        """The message as it is on the line: with its length and checksum."""
        samples = self._modulate(message)
        self._bits.clear()
        specs = (_FskSpec * 10).in_dll(self._library, "preset_fsk_specs")
        spec = byref(specs[_FSK[self._standard]])
        receiver = self._library.fsk_rx_init(None, spec, _ASYNC, self._put_bit, None)
        self._library.fsk_rx(receiver, self._audio, samples)
        self._library.fsk_rx_free(receiver)
        return bytes(_bytes_of(self._bits))

    def heard(self, message: bytes) -> bytes:
        """What the library's own telephone hears of a message: it leaves the checksum away."""
        self._heard.clear()
        self._library.adsi_rx(self._rx, self._audio, self._modulate(message))
        (heard,) = self._heard
        return heard

    def fields(self, message: bytes) -> list[tuple[int, bytes]] | None:
        """Type and value of each field of a message without checksum; None if it is corrupt."""
        room = message + bytes(2)  # a corrupt message is read beyond its end
        kind, body, size = c_uint8(), c_void_p(), c_int()
        found: list[tuple[int, bytes]] = []
        at = -1
        while True:
            at = self._library.adsi_next_field(
                self._rx, room, len(message), at, byref(kind), byref(body), byref(size)
            )
            if at == -1:
                return found
            if at == -2:
                return None
            if body.value is not None:
                found.append((kind.value, ctypes.string_at(body.value, size.value)))

    def _modulate(self, message: bytes) -> int:
        if self._library.adsi_tx_put_message(self._tx, message, len(message)) != len(message):
            raise ValueError("libspandsp does not take this message")
        samples = int(self._library.adsi_tx(self._tx, self._audio, SAMPLES))
        if samples == SAMPLES:
            raise ValueError("this message is too long for the buffer")
        return samples


def _bytes_of(bits: list[int]) -> Iterator[int]:
    """The bytes after the first idle line: a start bit 0, eight bits from the lowest, a stop bit 1.

    Before come alternating bits; those below 0 are the library's notes on the carrier.
    """
    text = "".join(str(bit) for bit in bits if bit >= 0)
    at = text.find("1" * _IDLE)
    while (at := text.find("0", at)) >= 0 and at + 10 <= len(text):
        if text[at + 9] != "1":
            raise ValueError(f"no stop bit at {at} of {text}")
        yield int(text[at + 1 : at + 9][::-1], 2)
        at += 10
