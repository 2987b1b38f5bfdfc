"""Yealink's packets, models, event numbers, senses and ring notes: bytes and tables."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookflash.errors import BadValue
from hookflash.usb.yealink_models import B3G, P1K, P4K, missed, model_of, name_of
from hookflash.usb.yealink_packet import BUSY, Command, Packet, ask, decode, tell
from hookflash.usb.yealink_senses import HookTold, KeyTold, RingTold, Senses, Told
from hookflash.usb.yealink_sound import RINGING, SILENCE, notes

SOME = settings(max_examples=100, derandomize=True, deadline=None)


@pytest.mark.parametrize(
    ("packet", "data"),
    [
        (ask(Command.EVENTS), "80 01 00 00 00 00 00 00 00 00 00 00 00 00 00 7f"),
        (ask(Command.SCAN_CODE, 1, 5), "81 01 00 05 00 00 00 00 00 00 00 00 00 00 00 79"),
        (ask(Command.HANDSET), "8d 01 00 00 00 00 00 00 00 00 00 00 00 00 00 72"),
        (ask(Command.HOOK), "8b 01 00 00 00 00 00 00 00 00 00 00 00 00 00 74"),
        (ask(Command.VERSION, 2), "87 02 00 00 00 00 00 00 00 00 00 00 00 00 00 77"),
        (ask(Command.SERIAL, 10), "8e 0a 00 00 00 00 00 00 00 00 00 00 00 00 00 68"),
        (tell(Command.BELL, b"\1"), "01 01 00 00 01 00 00 00 00 00 00 00 00 00 00 fd"),
        (tell(Command.SWITCH, b"\1"), "0e 01 00 00 01 00 00 00 00 00 00 00 00 00 00 f0"),
        (tell(Command.SEIZE, b"\1"), "07 01 00 00 01 00 00 00 00 00 00 00 00 00 00 f7"),
        (tell(Command.JOIN, b"\0"), "14 01 00 00 00 00 00 00 00 00 00 00 00 00 00 eb"),
        (tell(Command.LED, b"\xff\0"), "05 02 00 00 ff 00 00 00 00 00 00 00 00 00 00 fa"),
        (tell(Command.LCD, b"\xa6", 11), "04 01 00 0b a6 00 00 00 00 00 00 00 00 00 00 4a"),
    ],
)
def test_packets_are_those_seen_on_the_wire(packet: Packet, data: str) -> None:
    assert str(packet) == data
    assert decode(bytes.fromhex(data)) == packet


@SOME
@given(st.sampled_from(Command), st.binary(min_size=1, max_size=11), st.integers(0, 0xFFFF))
def test_there_and_back(command: Command, data: bytes, offset: int) -> None:
    wire = tell(command, data, offset).encode()
    assert len(wire) == 16
    assert sum(wire) % 256 == 0
    back = decode(wire)
    assert (back.command, back.used, back.offset) == (command, data, offset)


@SOME
@given(st.binary(max_size=20))
def test_any_bytes_are_a_packet_or_refused(data: bytes) -> None:
    try:
        assert decode(data).encode() == data
    except BadValue:
        good = len(data) == 16 and sum(data) % 256 == 0
        assert not good or (data[0] != BUSY and not 1 <= data[1] <= 11)


@pytest.mark.parametrize("place", range(16))
def test_one_wrong_bit_is_noticed(place: int) -> None:
    data = bytearray(tell(Command.LCD, bytes(range(11)), 11).encode())
    data[place] ^= 0x10
    with pytest.raises(BadValue):
        decode(bytes(data))


@pytest.mark.parametrize(
    ("data", "offset"), [(b"", 0), (bytes(12), 0), (b"\0", -1), (b"\0", 1 << 16)]
)
def test_what_no_packet_holds(data: bytes, offset: int) -> None:
    with pytest.raises(BadValue, match="LCD"):
        tell(Command.LCD, data, offset)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        (0x0100, "P1K"), (0x01FF, "P1K"), (0x0200, "P3K"), (0x022F, "P3K"), (0x0230, "P4K"),
        (0x02FF, "P4K"), (0x0300, "V1K"), (0x04FF, "V1K"), (0x0500, "B1K"), (0x051F, "B1K"),
        (0x0520, "B2K"), (0x053F, "B2K"), (0x0540, "B3G"), (0x056F, "B3G"), (0x0570, "B2K v2"),
        (0x058F, "B2K v2"), (0x0590, ""), (0x05FF, ""), (0x0600, "T1K"), (0x0700, ""),
        (0x00FF, ""), (0, ""), (0xFFFF, ""),
    ],
)  # fmt: skip
def test_versions(version: int, name: str) -> None:
    assert name_of(version) == name
    model = model_of(version)
    assert (model is not None) == (name not in ("", "B1K", "T1K"))


@pytest.mark.parametrize("model", [P1K, P4K, B3G], ids=lambda model: model.name)
def test_every_phone_can_dial(model: object) -> None:
    assert isinstance(model, type(P1K))
    names = list(model.keys.values())
    assert len(names) == len(set(names))
    assert set("0123456789*#") <= set(names)


# --- key events -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "now", "slots"),
    [
        (0, 0, []),
        (0, 1, [0]),
        (255, 0, [31]),  # a byte's wrap
        (254, 2, [30, 31, 0, 1]),
        (31, 0, [31]),  # of a phone that counts to 32
        (30, 2, [30, 31, 0, 1]),
        (0, 32, list(range(32))),
        (0, 33, None),
        (100, 99, None),
    ],
)
def test_missed(last: int, now: int, slots: list[int] | None) -> None:
    assert missed(last, now) == slots


@SOME
@given(st.lists(st.integers(0, 32), max_size=60), st.sampled_from([32, 256]))
def test_every_event_is_asked_for_once(bursts: list[int], modulo: int) -> None:
    """However they come between two looks, whichever way the phone counts."""
    number, wanted, got = 0, 0, list[int]()
    for pressed in bursts:
        burst = min(pressed, modulo - 1)  # a counter that is back where it was tells nothing
        last, number = number, (number + burst) % modulo
        slots = missed(last, number)
        assert slots is not None
        assert slots == [slot % 32 for slot in range(wanted, wanted + burst)]
        wanted += burst
        got += slots
    assert len(got) == wanted


# --- senses ---------------------------------------------------------------------------------------


def reply(command: Command, *data: int) -> Packet:
    return tell(command, bytes(data))


def what(told: list[Told]) -> list[object]:
    """Each as kind and value."""
    said: list[object] = []
    for one in told:
        match one:
            case HookTold():
                said.append("lifted" if one.lifted else "lies")
            case RingTold():
                said.append("rings" if one.on else "quiet")
            case KeyTold():
                said.append(one.key)
    return said


def test_a_p4k_s_hook() -> None:
    senses = Senses(P4K)
    assert senses.asks == (Command.HOOK, Command.EVENTS)
    assert what(senses.state(reply(Command.HOOK, 0xFF))) == []
    assert senses.lifted is False
    assert what(senses.state(reply(Command.HOOK, 0xEF))) == ["lifted"]
    assert what(senses.state(reply(Command.HOOK, 0xEF))) == []
    assert what(senses.state(reply(Command.HOOK, 0xFF))) == ["lies"]


def test_a_b2k_s_telephone_and_line() -> None:
    model = model_of(0x0520)
    assert model is not None
    senses = Senses(model)
    said = [what(senses.state(reply(Command.HANDSET, value))) for value in (0, 1, 3, 2, 0)]
    assert said == [[], ["rings"], ["lifted"], ["quiet"], ["lies"]]


def test_a_b3g_s_hook_is_learnt() -> None:
    """It lies when it is first asked, whatever value that is; a key corrects it."""
    for lying in (0, 1):
        senses = Senses(B3G)
        assert what(senses.state(reply(Command.EVENTS, 0, 0, lying))) == []
        assert what(senses.state(reply(Command.EVENTS, 0, 0, 1 - lying))) == ["lifted"]
        assert what(senses.state(reply(Command.EVENTS, 0, 1, lying))) == ["rings", "lies"]

    senses = Senses(B3G)  # opened while it was lifted
    was_lifted = reply(Command.EVENTS, 0, 0, 1)
    assert what(senses.state(was_lifted)) == []
    assert what(senses.proves_lifted(was_lifted)) == ["lifted"]
    assert what(senses.proves_lifted(was_lifted)) == []
    assert what(senses.state(reply(Command.EVENTS, 1, 0, 0))) == ["lies"]
    assert what(senses.state(was_lifted)) == ["lifted"]


def test_a_b3g_that_rings_lies() -> None:
    senses = Senses(B3G)
    assert what(senses.state(reply(Command.EVENTS, 0, 0, 1))) == []  # and was lifted
    assert what(senses.state(reply(Command.EVENTS, 0, 0, 0))) == ["lifted"]  # but lies now
    ringing = reply(Command.EVENTS, 0, 1, 0)
    assert what(senses.state(ringing)) == ["rings"]
    assert what(senses.proves_lying(ringing)) == ["lies"]
    assert what(senses.proves_lying(ringing)) == []
    assert what(senses.state(reply(Command.EVENTS, 0, 0, 1))) == ["quiet", "lifted"]


def test_keys_of_before_are_nobody_s_and_releases_no_keys() -> None:
    senses = Senses(P1K)
    assert senses.slots(reply(Command.EVENTS, 250)) == []
    assert senses.slots(reply(Command.EVENTS, 252)) == [26, 27]
    assert what(senses.key(reply(Command.SCAN_CODE, 0x32))) == ["#"]
    assert what(senses.key(reply(Command.SCAN_CODE, 0xFF))) == []
    assert senses.slots(reply(Command.EVENTS, 100)) == []
    assert senses.overrun
    assert senses.slots(reply(Command.EVENTS, 101)) == [4]
    assert not senses.overrun


# --- ring notes -----------------------------------------------------------------------------------


def test_the_kernel_s_ring_tone() -> None:
    """1250 and 1000 Hz for 0.12 s each, four times, then 4 s of silence; the end."""
    pair = "fb1e 000c fc18 000c"
    assert notes(RINGING).hex() == (pair * 4 + "ffff 0190 0000").replace(" ", "")


@pytest.mark.parametrize("note", [(1, 1.0), (-5, 1.0), (0x8000, 1.0), (440, 0.0), (440, 656.0)])
def test_notes_that_cannot_be_said(note: tuple[int, float]) -> None:
    with pytest.raises(BadValue, match="ring tone"):
        notes([note])


@SOME
@given(st.lists(st.tuples(st.integers(2, 0x7FFF), st.integers(1, 0xFFFF)), max_size=20))
def test_no_note_is_taken_for_the_end_or_for_silence(sequence: list[tuple[int, int]]) -> None:
    data = notes([(hertz, length / 100) for hertz, length in sequence])
    words = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
    assert words.pop() == 0
    assert [
        (0x10000 - hz, length) for hz, length in zip(words[::2], words[1::2], strict=True)
    ] == sequence
    assert SILENCE == 0
