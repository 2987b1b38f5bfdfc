"""Caller-ID messages made by libspandsp, whole and with bit errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from hookflash.modem import mdmf
from hookflash.modem.callerid import SURE_HEX, Caller, CallerIdCollector
from hookflash.modem.dtmfid import DtmfCallerId
from peers.spandsp import CLASS, CLIP, CLIP_DTMF, DOUBLED, Spandsp, needs_spandsp
from support.cidmessages import flipped, wrapped

pytestmark = needs_spandsp

MESSAGES = 1000
MOST_ERRORS = 6
"""Bits that are wrong in a damaged message, at most."""

SDMF, MDMF = 0x04, 0x80
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz,.'-\xe4\xf6\xfc\xe9\xd8"
ABSENT = {b"O": "unavailable", b"P": "withheld"}
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@pytest.fixture(params=[CLASS, CLIP], ids=["Bellcore", "ETSI"])
def exchange(request: pytest.FixtureRequest) -> Iterator[Spandsp]:
    with Spandsp(request.param) as exchange:
        yield exchange


def a_number(random: Random) -> bytes:
    return b"%d" % random.randint(1, 10 ** random.randint(1, 15))


def a_name(random: Random) -> bytes:
    size = random.choice([size for size in range(2, 31) if size != DOUBLED])
    words = "".join(random.choice(LETTERS + " ") for _ in range(size - 2))
    return (random.choice(LETTERS) + words + random.choice("XYZ")).encode("latin-1")


def a_date(random: Random) -> bytes:
    month = random.randint(1, 12)
    day = random.randint(1, DAYS[month - 1])
    return b"%02d%02d%02d%02d" % (month, day, random.randint(0, 23), random.randint(0, 59))


def a_call(random: Random) -> tuple[int, list[tuple[int, bytes]], Caller]:
    """Type and fields of a message in any order, and whom it must name."""
    date = a_date(random) if random.random() < 0.9 else b""
    number, reason = a_number(random), b""
    if random.random() < 0.4:
        number, reason = b"", random.choice([b"O", b"P"])
    absent = ABSENT.get(reason, "")
    if random.random() < 0.3:
        date = date or a_date(random)
        caller = Caller(number.decode(), absent=absent, sent_at=date.decode())
        return SDMF, [(0, date + (number or reason))], caller
    name = a_name(random) if random.random() < 0.7 else b""
    called = a_number(random) if random.random() < 0.3 else b""
    redirected = a_number(random) if random.random() < 0.2 else b""
    if random.random() < 0.05:
        number = reason = b""
        absent = ""
    fields = [(0x02, number)] if number else []
    fields += [(0x04, reason)] if reason else []
    fields += [(0x07, name) if name else (0x08, random.choice([b"O", b"P"]))]
    fields += [(0x01, date)] if date else []
    fields += [(0x03, called)] if called else []
    fields += [(0x1A, redirected)] if redirected else []
    for other in ((0x05, b"2"), (0x06, b"L"), (0x11, b"\x01"), (0x15, b"\x03"), (0x50, b"hello")):
        fields += [other] if random.random() < 0.15 else []
    random.shuffle(fields)
    caller = Caller(
        number.decode(),
        name.decode("latin-1"),
        absent,
        called.decode(),
        redirected.decode(),
        date.decode(),
    )
    return MDMF, fields, caller


def lines_of(data: bytes, random: Random) -> list[str]:
    """The bytes as hex, in one line or wrapped, as modems print them."""
    digits = data.hex().upper()
    if random.random() < 0.5 or len(digits) < SURE_HEX:
        return [digits]
    if random.random() < 0.5:
        return wrapped(digits, range(0, len(digits), 60))
    return wrapped(
        digits, {random.randint(SURE_HEX, len(digits)) for _ in range(random.randint(1, 4))}
    )


def is_whole(data: bytes, exchange: Spandsp) -> bool:
    """What the standard and libspandsp say of a message: is it intact?"""
    if len(data) != data[1] + 3 or sum(data) % 256:
        return False
    if data[0] == SDMF:
        return len(data) > 2 + 8 + 1
    return data[0] == MDMF and exchange.fields(data[:-1]) is not None


def test_what_libspandsp_sends_is_what_it_hears(exchange: Spandsp) -> None:
    for seed in range(20):
        kind, fields, _ = a_call(Random(seed))
        message = exchange.message(kind, fields)
        data = exchange.sent(message)
        assert data[:-1] == exchange.heard(message)
        assert sum(data) % 256 == 0
        assert exchange.fields(data[:-1]) == fields


def test_a_thousand_messages_half_of_them_with_bit_errors(exchange: Spandsp) -> None:
    random = Random(20_261_123)
    seen: Counter[str] = Counter()
    for count in range(MESSAGES):
        kind, fields, caller = a_call(random)
        sent = data = exchange.sent(exchange.message(kind, fields))
        if count % 2:
            bits = random.sample(range(8 * len(data)), random.randint(1, MOST_ERRORS))
            data = flipped(sent, bits)
        collector = CallerIdCollector()
        for line in lines_of(data, random):
            collector.take(line)
        told = collector.caller()
        if data == sent:
            seen["whole"] += 1
            assert told == caller, data.hex()
        elif not is_whole(data, exchange):
            seen["broken"] += 1
            assert told is None, data.hex()
            known = data[0] in mdmf.TYPES and len(data.hex()) >= SURE_HEX
            assert collector.damaged or not known, data.hex()
        else:
            # Errors that hide each other: no receiver can tell. Then it is read as it came.
            seen["broken unseen"] += 1
            message = mdmf.decode(data)
            assert message is not None, data.hex()
            if data[0] == MDMF:
                assert list(message.parameters) == exchange.fields(data[:-1])
    assert seen["whole"] == MESSAGES / 2
    assert seen["broken"] > 0.95 * MESSAGES / 2


def test_message_waiting(exchange: Spandsp) -> None:
    for indicator, waiting in ((b"\xff", True), (b"\x00", False)):
        collector = CallerIdCollector()
        message = exchange.message(0x82, [(0x01, b"06151230"), (0x0B, indicator)])
        assert collector.take(exchange.sent(message).hex())
        assert collector.caller() is None
        assert collector.message_waiting is waiting


@pytest.mark.parametrize(
    ("end", "fields", "caller"),
    [
        ("C", [("A", b"2065550142")], Caller("2065550142")),
        (
            "C",
            [("A", b"2065550142"), ("D", b"777"), ("B", b"00")],
            Caller("2065550142", redirected="777"),
        ),
        ("C", [("B", b"10")], Caller(absent="withheld")),
        ("#", [("A", b"2065550142")], Caller("2065550142")),
        ("#", [("D", b"1")], Caller(absent="withheld")),
        ("#", [("\0", b"45123456")], Caller("45123456")),
    ],
)
def test_dtmf(end: str, fields: list[tuple[str, bytes]], caller: Caller) -> None:
    with Spandsp(CLIP_DTMF) as exchange:
        message = exchange.message(ord(end), [(ord(letter), value) for letter, value in fields])
        keys = exchange.heard(message).decode()
    collector = DtmfCallerId()
    told = [collector.take(key, 0.1 * place) for place, key in enumerate(keys)]
    assert told[-1] == caller
    assert set(told[:-1]) <= {None}
