"""A packet and its reply: what may come in between, and what comes too late."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from hookflash.errors import CommandTimeout, DeviceLost, LineClosed, NotSupported
from hookflash.hid.port import HidInfo
from hookflash.usb.yealink_packet import BUSY, Command, Packet, ask, decode, tell
from hookflash.usb.yealink_talk import Talk
from support.scripted_hid import ScriptedHidPort

REFUSED = Packet(BUSY, 1, 0, bytes(11))


class Played(ScriptedHidPort):
    """Answers each packet as the test says: with packets, or bytes."""

    def __init__(self, answer: Callable[[Packet], list[Packet | bytes]]) -> None:
        super().__init__(b"")
        self.answer = answer
        self.info = HidInfo("played", 0x6993, 0xB001)

    def write(self, report: bytes) -> None:
        super().write(report)
        assert report[0] == 0
        for reply in self.answer(decode(report[1:])):
            self.say("00" + (reply if isinstance(reply, bytes) else reply.encode()).hex())

    def commands(self) -> list[str]:
        return [Command(report[1]).name for report in self.written]


def obliging(packet: Packet) -> list[Packet | bytes]:
    return [packet] if packet.command >= 0x80 else []


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[Talk, Played]]]:
    monkeypatch.setattr("hookflash.usb.yealink_talk.DEADLINE", 0.1)
    monkeypatch.setattr("hookflash.usb.yealink_talk.BUSY_PAUSE", 0.001)
    monkeypatch.setattr("hookflash.usb.yealink_talk.BUSY_ENDS", 0.02)
    talks = []

    def made(answer: Callable[[Packet], list[Packet | bytes]]) -> tuple[Talk, Played]:
        port = Played(answer)
        talk = Talk(port, threading.Condition())
        talk.start()
        talks.append(talk)
        return talk, port

    yield made
    for talk in talks:
        talk.end(LineClosed("closed"))
        talk.join(2)


Make = Callable[..., tuple[Talk, Played]]


def slot(number: int) -> Packet:
    return ask(Command.SCAN_CODE, 1, number)


def code(number: int) -> Packet:
    return tell(Command.SCAN_CODE, bytes((number,)), number)


def test_asked_and_told(make: Make) -> None:
    talk, port = make(obliging)
    assert talk.ask(slot(3)) == slot(3)
    talk.tell(tell(Command.LCD, b"\1"))
    assert port.commands() == ["SCAN_CODE", "LCD", "EVENTS"]


def test_an_echo_is_passed_over(make: Make) -> None:
    talk, _ = make(lambda packet: [packet])
    talk.tell(tell(Command.LCD, b"\1"))
    assert talk.ask(ask(Command.EVENTS)).command == Command.EVENTS


@pytest.mark.parametrize("echoes", [False, True])
@pytest.mark.parametrize("busy", ["LCD", "EVENTS"])
def test_busy_is_told_again(make: Make, busy: str, echoes: bool) -> None:
    """Whichever of both was refused, the phone has taken the packet in the end."""
    refusals, taken = [1, 1], list[str]()

    def answer(packet: Packet) -> list[Packet | bytes]:
        name = Command(packet.command).name
        if name == busy and refusals:
            refusals.pop()
            return [REFUSED]
        taken.append(name)
        return [packet] if echoes or name == "EVENTS" else []

    talk, _ = make(answer)
    talk.tell(tell(Command.LCD, b"\1"))
    assert taken[-2:] == ["LCD", "EVENTS"]
    assert not refusals


@pytest.mark.parametrize("bad", [b"\0" * 15, b"\x81" + b"\0" * 15, b"\0" * 64])
def test_garbage_is_asked_again(make: Make, bad: bytes) -> None:
    first = [True]

    def answer(packet: Packet) -> list[Packet | bytes]:
        if first:
            first.pop()
            return [bad]
        return [code(packet.offset)]

    talk, port = make(answer)
    assert talk.ask(slot(5)) == code(5)
    assert len(port.written) == 2


def test_a_p1kh_is_refused(make: Make) -> None:
    talk, _ = make(lambda _: [bytes(8)])
    with pytest.raises(NotSupported, match="8 bytes, as a P1KH's"):
        talk.ask(ask(Command.VERSION, 2))


def test_always_busy(make: Make) -> None:
    talk, port = make(lambda _: [REFUSED])
    with pytest.raises(CommandTimeout, match=r"no reply to 81 01 00 05 .* within 0\.1 s"):
        talk.ask(slot(5))
    assert len(port.written) > 1


def test_a_late_reply_is_not_the_next_one_s(make: Make) -> None:
    """Slot 1 is answered when its deadline has passed; slot 2 must not get its key."""
    owed: list[Packet | bytes] = []

    def answer(packet: Packet) -> list[Packet | bytes]:
        if packet.command == Command.SCAN_CODE and packet.offset == 1:
            owed.append(tell(Command.SCAN_CODE, b"\1"))  # and it does not say of which
            return []
        late, reply = list(owed), list[Packet | bytes]()
        owed.clear()
        reply.append(
            tell(Command.SCAN_CODE, b"\2") if packet.command == Command.SCAN_CODE else packet
        )
        return late + reply

    talk, port = make(answer)
    with pytest.raises(CommandTimeout):
        talk.ask(slot(1))
    assert talk.ask(slot(2)).data[0] == 2
    assert port.commands() == ["SCAN_CODE", "EVENTS", "SCAN_CODE"]


def test_silence_is_the_end(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash.usb.yealink_talk.SILENT", 0.15)
    talk, port = make(lambda _: [])
    with pytest.raises(CommandTimeout):
        talk.ask(slot(1))
    with pytest.raises(DeviceLost, match="unplug it and plug it in again"):
        talk.ask(slot(1))
    assert port.closed
    with pytest.raises(DeviceLost):
        talk.ask(slot(1))


def test_unplugged_while_it_is_waited_for(make: Make) -> None:
    def answer(_: Packet) -> list[Packet | bytes]:
        port.unplug()
        return []

    talk, port = make(answer)
    with pytest.raises(DeviceLost):
        talk.ask(slot(1))


def test_a_port_with_a_defect_is_a_loss(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    talk, port = make(obliging)
    port.unplug(RuntimeError("broken"))
    until = threading.Event()
    while talk.over is None:
        until.wait(0.005)
    with pytest.raises(DeviceLost, match="broken"):
        talk.ask(slot(1))
    assert "a defect of ours" in caplog.text
