"""What must hold of the pure parsers, whatever they are fed. No exception at all is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from hookflash.modem import mdmf
from hookflash.modem.cadence import BETWEEN, JITTER, MAX_BURSTS, Cadence, Rung
from hookflash.modem.callerid import LONGEST_VALUE, Caller, CallerIdCollector, is_caller_id
from hookflash.modem.codes import (
    MAX_LINE,
    Dle,
    Text,
    Token,
    Tokeniser,
    is_ring,
    notice_of,
    result_of,
    ring_pattern,
)
from hookflash.modem.dle import KEYS, STANDARD, DleDecoder, Heard, Signal, event_mask, vls_masks
from hookflash.modem.dtmfid import LONGEST, TIMEOUT, DtmfCallerId

from .choices import Choices

_PAIR = re.compile(rb"\x10(.)", re.DOTALL)
_EDGES = bytes(range(0x21)) + b"\x7f"


def kept(thing: Any) -> int:
    """Characters, bytes and items that an object holds, all the way down."""
    if isinstance(thing, str | bytes | bytearray):
        return len(thing)
    if isinstance(thing, dict):
        return len(thing) + sum(map(kept, thing.values()))
    if isinstance(thing, list | tuple | set | frozenset):
        return len(thing) + sum(map(kept, thing))
    return sum(map(kept, vars(thing).values())) if hasattr(thing, "__dict__") else 0


# --- codes ----------------------------------------------------------------------------------------


def codes(data: bytes) -> None:
    """Tokens, however the stream is cut; and what each line means."""
    choices = Choices(data)
    places = sorted(choices.byte() * 17 for _ in range(choices.byte() % 8))
    stream = choices.rest()
    whole = _tokens(stream)
    places = [0, *(min(place, len(stream)) for place in places), len(stream)]
    assert _tokens(*(stream[a:b] for a, b in pairwise(places))) == whole
    assert _tokens(*(bytes([byte]) for byte in stream)) == whole
    for token in whole:
        _is_well_formed(token)
    if b"\x10X" not in stream and len(stream) < MAX_LINE:
        assert whole == _simply(stream)
    assert _tokens(stream, b"\r\nNO CARRIER\r\n", b"\r\nRING\r\n")[-2:] == [
        Text("NO CARRIER"),
        Text("RING"),
    ]


def _tokens(*pieces: bytes) -> list[Token]:
    tokeniser = Tokeniser()
    found = []
    for piece in pieces:
        found += tokeniser.feed(piece)
        assert kept(tokeniser) <= 2 * MAX_LINE
    return found


def _is_well_formed(token: Token) -> None:
    if isinstance(token, Dle):
        assert len(token.code) == 1
        assert token.code not in "X."
        return
    text = token.text
    assert 0 < len(text) <= MAX_LINE
    assert not set(text) & set("\r\n\x10")
    meanings = (
        result_of(text, numeric=True),
        notice_of(text, numeric=True),
        is_ring(text, numeric=True) or None,
    )
    assert meanings.count(None) >= 2, "two things at once"
    assert result_of(text, numeric=False) in (None, meanings[0])
    assert len(ring_pattern(text)) <= 1


def _simply(stream: bytes) -> list[Token]:
    """The same tokens, found in another way, of a stream without reports."""
    found: list[tuple[int, Token]] = []
    shown = bytearray(stream)
    for match in _PAIR.finditer(stream):
        shown[match.start() : match.end()] = b"\x10\x10"  # holds the place
        if match[1] != b".":
            found.append((match.start() + 1, Dle(match[1].decode("latin-1"))))
    begin = 0
    for match in re.finditer(rb"[\r\n]", bytes(shown)):
        line = bytes(shown[begin : match.start()]).replace(b"\x10", b"").strip(_EDGES)
        begin = match.end()
        if line:
            found.append((match.start(), Text(line.decode("latin-1"))))
    return [token for _, token in sorted(found, key=lambda item: item[0])]


def meanings(data: bytes) -> None:
    """Any text at all may be asked about."""
    for text in data.decode("utf-8", "replace").split("\n"):
        numeric = result_of(text, numeric=True), notice_of(text, numeric=True)
        assert None in numeric
        assert not ring_pattern(text) or is_ring(text)
        is_caller_id(text)
        event_mask(text)


# --- caller ID ------------------------------------------------------------------------------------

_CHARSETS = ("latin-1", "cp1251", "cp437", "gb18030", "shift_jis", "utf-16")
_PRINTED = ("number", "name", "called", "redirected")
_ALONE = re.compile(r"(DATE|TIME|NMBR|NAME|NDID) *= *[^=]*")


def callerid(data: bytes) -> None:
    """Lines of caller ID, and questions about them, in any order."""
    choices = Choices(data)
    flags = choices.byte()
    charset = choices.pick(_CHARSETS)
    asks = [choices.byte() for _ in range(choices.byte() % 8)]
    lines = choices.rest().decode("latin-1").split("\n")

    def fresh() -> CallerIdCollector:
        return CallerIdCollector(charset, unchecked=not flags & 1, bare_numbers=bool(flags & 2))

    collector = fresh()
    bound = kept(fresh()) + 12 * (LONGEST_VALUE + 2) + 4 * mdmf.LONGEST
    for number, line in enumerate(lines):
        collector.take(line)
        if number in asks:
            assert isinstance(collector.complete, bool)
            assert isinstance(collector.damaged, bool)
            if caller := collector.caller():
                _is_presentable(caller)
            assert collector.caller() is None, "told twice"
        assert kept(collector) <= bound
    if caller := collector.caller():
        _is_presentable(caller)
    collector.clear()
    assert collector.caller() is None
    assert not collector.damaged
    assert not collector.complete
    _any_order(lines[:12], fresh)
    message = _message(bytes(lines[0].encode("latin-1")[:20]))
    assert collector.take(message.hex())
    caller = collector.caller()
    assert caller is not None
    assert caller.number == "5551234"


def _is_presentable(caller: Caller) -> None:
    for name in _PRINTED:
        value = getattr(caller, name)
        # A charset may make more characters of the bytes that are kept, but not without bound.
        assert len(value) <= 2 * LONGEST_VALUE
        assert value.isprintable(), f"{name}: {value!r}"
        assert value == value.strip(), f"{name}: {value!r}"
    assert caller.absent in ("", "withheld", "unavailable")
    assert not (caller.number and caller.absent)
    assert re.fullmatch(r"([0-9]{8})?", caller.sent_at)


def _any_order(lines: list[str], fresh: Callable[[], CallerIdCollector]) -> None:
    """Tags that come once each say the same in whatever order they come."""
    tags: dict[str, str] = {}
    for line in lines:
        if match := _ALONE.fullmatch(line.strip(" \t")):
            tags.setdefault(match[1], line)
    told = []
    for ordered in (list(tags.values()), list(tags.values())[::-1]):
        collector = fresh()
        for line in ordered:
            assert collector.take(line), line
        told.append(collector.caller())
    assert told[0] == told[1]


def _message(name: bytes) -> bytes:
    body = bytes((2, 7)) + b"5551234" + bytes((7, len(name))) + name
    message = bytes((0x80, len(body))) + body
    return message + bytes((-sum(message) % 256,))


def messages(data: bytes) -> None:
    """SDMF and MDMF: what is accepted is whole, and nothing with a wrong bit is."""
    for unchecked in (False, True):
        found = mdmf.decode(data, unchecked=unchecked)
        if found is not None:
            assert found.checked or unchecked
            assert not found.checked or sum(data) % 256 == 0
            _adds_up(found, data)
    mdmf.is_beginning(data)
    mdmf.said_length(data)
    if (items := mdmf.parameters(data)) is not None:
        assert b"".join(bytes((kind, len(value))) + value for kind, value in items) == data
        mdmf.look_right(items)
    _no_bit_may_be_wrong(bytes((data[0] if data else 0x80,)) + data[1:])


def _adds_up(found: mdmf.Message, data: bytes) -> None:
    body = data[mdmf.HEADER : -1 if found.checked else len(data)]
    assert data[1] == len(body)
    values = b"".join(value for _, value in found.parameters)
    match found.type:
        case mdmf.Type.SDMF_CALLER:
            assert values == body
        case mdmf.Type.SDMF_WAITING:
            assert values in (b"\x00", b"\xff")
        case _:
            assert sum(2 + len(value) for _, value in found.parameters) == len(body)


def _no_bit_may_be_wrong(data: bytes) -> None:
    """A message made right, then with each of its bits turned."""
    body = data[2:240]
    message = data[:1] + bytes((len(body),)) + body
    message += bytes((-sum(message) % 256,))
    if mdmf.decode(message, unchecked=False) is None:
        return
    for bit in range(8 * len(message)):
        harmed = bytearray(message)
        harmed[bit // 8] ^= 1 << bit % 8
        assert mdmf.decode(bytes(harmed), unchecked=False) is None


# --- tones and rings ------------------------------------------------------------------------------

_MARKS = re.compile(r"/|[~\x7f]")


def tones(data: bytes) -> None:
    """DLE codes, and the masks that say which there are."""
    choices = Choices(data)
    overrides = {
        chr(choices.byte()): choices.pick(tuple(Signal)) for _ in range(choices.byte() % 4)
    }
    text = choices.rest().decode("latin-1")
    decoder = DleDecoder(overrides)
    heard: list[Heard] = []
    bound = kept(decoder) + 2
    for code in text:
        heard += (now := decoder.take(code))
        assert len(now) <= 2
    assert kept(decoder) <= bound
    heard += decoder.expire()
    assert decoder.expire() == []
    assert not decoder.pressed
    presses = [item for item in heard if item.signal is Signal.KEY]
    for item in presses:
        assert item.key in KEYS
        assert item.ms % 70 == 0
    assert all(not item.key and not item.ms for item in heard if item.signal is not Signal.KEY)
    if not overrides:
        told = [(item.key, item.ms) for item in presses]
        assert told == _presses(text)
    lines = text.split("\n")
    for label, masks in vls_masks(lines).items():
        assert 0 <= label <= 999
        event_mask(masks.idle)
    for line in lines:
        assert event_mask(line) <= set(Signal)


def _presses(text: str) -> list[tuple[str, int]]:
    """The same presses, found in another way: between marks, runs of one digit."""
    found: list[tuple[str, int]] = []
    pressed = False
    rest = text
    while rest:
        match = _MARKS.search(rest)
        block, mark = (rest[: match.start()], match[0]) if match else (rest, "")
        rest = rest[match.end() :] if match else ""
        digits = "".join(code for code in block if STANDARD.get(code) is Signal.KEY)
        if pressed:
            found += [(run[0], 70 * len(run[0] + run[1])) for run in _RUNS.findall(digits)]
        else:
            found += [(digit, 0) for digit in digits]
        pressed = mark == "/"
    return found


_RUNS = re.compile(r"(.)(\1*)")


def keys(data: bytes) -> None:
    """Caller ID in DTMF keys."""
    collector = DtmfCallerId()
    at = 0.0
    for byte in data:
        at += (byte >> 4) * TIMEOUT / 40
        caller = collector.take("0123456789*#ABCD"[byte & 15], at)
        assert kept(collector) <= LONGEST
        if caller is not None:
            _is_presentable(caller)
            assert caller.number or caller.absent or caller.redirected
    assert [collector.take(key, at) for key in "A5551234C"][-1] == Caller("5551234")


def cadence(data: bytes) -> None:
    """RING and ring cadence: each ring once."""
    choices = Choices(data)
    counter = Cadence()
    now, rung, signs = 1000.0, 0, 0
    last = float("-inf")
    while not choices.exhausted:
        now += choices.byte() * 0.05
        rings: list[Rung] = []
        match choices.byte() % 8:
            case 0 | 1:
                name = choices.pick(("", "A", "1"))
                rings = counter.take(f"RING {name}".strip(), now)
                if now - last > BETWEEN + JITTER:
                    assert rings, "a ring by itself is told at once"
                last, signs = now, signs + 1
            case 2 | 3:
                ms = choices.byte() * 100
                rings = counter.take(f"DRON={ms // 100}", now)
                last, signs = now, signs + bool(ms)
            case 4:
                rings = counter.take(f"DROF = {choices.byte()}", now)
                last = now
            case 5:
                rings = counter.expire(now)
            case 6:
                rings = counter.take(choices.piece(30).decode("latin-1"), now)
                last, signs = now, signs + 15
            case 7:
                counter.clear()
                last = float("-inf")
        rung += len(rings)
        assert rung <= signs, "more rings than signs of any"
        assert all(len(ring.pattern.split("-")) <= 2 * MAX_BURSTS - 1 for ring in rings)
        assert counter.due is None or counter.due <= now + BETWEEN + JITTER + 1e-6
        assert kept(counter) <= 200
    waits = counter.due is not None
    assert len(counter.expire(now + 60)) == waits
    assert counter.due is None
