"""What a phone is to show, and what of it it has taken."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hookflash.usb.yealink_packet import Command, Packet, tell
from hookflash.usb.yealink_wanted import Wanted

LIT, DARK = tell(Command.LED, b"\0"), tell(Command.LED, b"\1")
RINGS = tell(Command.RINGTONE, b"\x24")


def sent(wanted: Wanted) -> list[Packet]:
    """All that is to be sent, in order, to a phone that takes it."""
    packets = []
    while (packet := wanted.next()) is not None:
        packets.append(packet)
        wanted.took(packet)
    return packets


def test_only_what_changed() -> None:
    wanted = Wanted()
    for packet in (LIT, RINGS):
        wanted.put(packet)
    assert sent(wanted) == [LIT, RINGS]
    wanted.put(LIT)
    assert not wanted
    wanted.put(LIT, again=True)
    assert sent(wanted) == [LIT]
    wanted.put(DARK)
    wanted.put(LIT)  # before it was sent
    assert sent(wanted) == []


def test_before_what_waits() -> None:
    wanted = Wanted()
    wanted.put(LIT)
    wanted.put(RINGS, first=True)
    assert sent(wanted) == [RINGS, LIT]
    wanted.put(RINGS, first=True)
    assert not wanted


def test_each_offset_for_itself() -> None:
    wanted = Wanted()
    parts = [tell(Command.LCD, b"\1", offset) for offset in (0, 11, 22)]
    for part in parts:
        wanted.put(part)
    assert sent(wanted) == parts


def test_what_is_put_while_another_is_on_its_way() -> None:
    wanted = Wanted()
    wanted.put(DARK)
    assert sent(wanted) == [DARK]
    wanted.put(LIT)
    assert wanted.next() == LIT
    wanted.put(DARK)  # as the phone still has it, or not
    assert DARK in wanted
    wanted.took(LIT)
    assert sent(wanted) == [DARK]


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "again", "next", "took", "lost"]), st.integers(0, 5)),
        max_size=40,
    )
)
def test_the_phone_ends_up_with_what_was_put_last(steps: list[tuple[str, int]]) -> None:
    """Whatever is put while a packet is on its way, taken or lost; in any order."""
    wanted, on_its_way = Wanted(), None
    phone: dict[int, Packet] = {}
    last: dict[int, Packet] = {}
    for step, number in steps:
        packet = tell(Command.LCD, bytes((number // 2,)), number % 2)
        if step in ("put", "again"):
            wanted.put(packet, again=step == "again")
            last[packet.offset] = packet
        elif step == "next":
            on_its_way = wanted.next()
        elif on_its_way is not None:
            phone[on_its_way.offset] = on_its_way  # its reply may be lost all the same
            if step == "took":
                wanted.took(on_its_way)
            on_its_way = None
    for packet in sent(wanted):
        phone[packet.offset] = packet
    assert phone == last
