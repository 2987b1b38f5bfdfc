"""The link: whole reports from full state, one reader, a loss told once, shared and counted."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from hookflash.errors import BadDescriptor, DeviceLost, NotSupported
from hookflash.hid import usages
from hookflash.hid.link import Heard, Link, Listener, connect, release
from hookflash.hid.report import Field, ReportType
from hookflash.simulated.hid_models import find_model
from hookflash.simulated.hid_writer import Layout
from support.scripted_hid import PATIENCE, ScriptedHidPort


class Ear:
    """What a link tells."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.lost: list[DeviceLost] = []
        self._changed = threading.Condition()
        self.listener = Listener(self._hear, self._lose)

    def wait(self, heard: int = 0, lost: int = 0) -> None:
        with self._changed:
            assert self._changed.wait_for(
                lambda: len(self.heard) >= heard and len(self.lost) >= lost, PATIENCE
            )

    def _hear(self, heard: Heard) -> None:
        with self._changed:
            self.heard.append(heard.data.hex(" "))
            self._changed.notify_all()

    def _lose(self, cause: DeviceLost) -> None:
        with self._changed:
            self.lost.append(cause)
            self._changed.notify_all()


def descriptor(model: str) -> bytes:
    return Layout(find_model(model).collections).descriptor


@pytest.fixture
def port() -> ScriptedHidPort:
    return ScriptedHidPort(descriptor("jabra"))


@pytest.fixture
def link(port: ScriptedHidPort) -> Iterator[Link]:
    link = connect(lambda: port)
    yield link
    release(link)


def lamp(link: Link, usage: int) -> Field:
    return next(
        field
        for field in link.descriptor.fields
        if field.report_type is ReportType.OUTPUT and usage in field.usages
    )


def test_a_report_is_written_whole(link: Link, port: ScriptedHidPort) -> None:
    off_hook, ring = lamp(link, usages.LED_OFF_HOOK), lamp(link, usages.LED_RING)
    link.set({off_hook: 1})
    link.set({ring: 1})
    link.set({ring: 1})
    link.set({off_hook: 0})
    port.wait_written("02 01 00", "02 05 00", "02 04 00")


def test_written_again_when_told_to(link: Link, port: ScriptedHidPort) -> None:
    off_hook = lamp(link, usages.LED_OFF_HOOK)
    link.set({off_hook: 1})
    link.set({off_hook: 1}, rewrite=True)
    port.wait_written("02 01 00", "02 01 00")


def test_only_reports_that_change_are_written() -> None:
    port = ScriptedHidPort(descriptor("plantronics"))
    link = connect(lambda: port)
    off_hook, ring = lamp(link, usages.LED_OFF_HOOK), lamp(link, usages.LED_RING)
    link.set({off_hook: 0, ring: 1})
    link.set({off_hook: 1, ring: 1})
    port.wait_written("17 00", "18 01", "17 01")
    release(link)


def test_unnumbered_reports() -> None:
    port = ScriptedHidPort(descriptor("unnumbered"))
    link = connect(lambda: port)
    ear = Ear()
    link.listen(ear.listener)
    link.set({lamp(link, usages.LED_OFF_HOOK): 1})
    port.wait_written("00 01")
    port.say("00 01")
    ear.wait(heard=1)
    release(link)


def test_a_makers_report_is_filled_up(link: Link, port: ScriptedHidPort) -> None:
    link.send(b"\x02")
    port.wait_written("02 00 00")
    with pytest.raises(NotSupported, match="no output report 153"):
        link.send(b"\x99\x01")
    with pytest.raises(NotSupported):
        link.send_feature(b"\x99\x01")


def test_a_shared_device_is_opened_once(link: Link, port: ScriptedHidPort) -> None:
    second = ScriptedHidPort(descriptor("jabra"))
    same = connect(lambda: second)
    assert same is link
    assert second.closed == 1
    ears = [Ear(), Ear()]
    for ear in ears:
        link.listen(ear.listener)
    port.say("02 01 00")
    for ear in ears:
        ear.wait(heard=1)
    release(same)
    assert not port.closed, "the other one still uses it"


def test_who_listens_no_more_hears_nothing(link: Link, port: ScriptedHidPort) -> None:
    gone, there = Ear(), Ear()
    end = link.listen(gone.listener)
    link.listen(there.listener)
    end()
    end()
    port.say("02 01 00")
    there.wait(heard=1)
    assert gone.heard == []


def test_the_last_user_closes(port: ScriptedHidPort) -> None:
    link = connect(lambda: port)
    ear = Ear()
    link.listen(ear.listener)
    release(link)
    assert port.closed
    assert ear.lost == [], "closed is not lost"
    after = ScriptedHidPort(descriptor("jabra"))
    anew = connect(lambda: after)
    assert anew is not link
    release(anew)


def test_unplugged_is_told_once(link: Link, port: ScriptedHidPort) -> None:
    ear = Ear()
    link.listen(ear.listener)
    port.say("02 01 00")
    port.unplug()
    ear.wait(heard=1, lost=1)
    port.refuses = True
    with pytest.raises(DeviceLost):
        link.set({lamp(link, usages.LED_OFF_HOOK): 1})
    assert len(ear.lost) == 1
    assert port.closed
    with pytest.raises(DeviceLost, match="it is gone"):
        link.listen(ear.listener)


def test_plugged_in_again_is_a_new_link(link: Link, port: ScriptedHidPort) -> None:
    ear = Ear()
    link.listen(ear.listener)
    port.unplug()
    ear.wait(lost=1)
    again = ScriptedHidPort(descriptor("jabra"))
    anew = connect(lambda: again)
    assert anew is not link
    assert not again.closed
    release(anew)


def test_a_write_that_fails_is_told_to_all(link: Link, port: ScriptedHidPort) -> None:
    ear = Ear()
    link.listen(ear.listener)
    port.refuses = True
    with pytest.raises(DeviceLost, match="write scripted"):
        link.set({lamp(link, usages.LED_OFF_HOOK): 1})
    ear.wait(lost=1)


def test_a_ports_defect_is_a_loss(link: Link, port: ScriptedHidPort) -> None:
    ear = Ear()
    link.listen(ear.listener)
    port.unplug(ValueError("defect"))
    ear.wait(lost=1)
    assert isinstance(ear.lost[0].__cause__, ValueError)


def test_reports_that_were_never_declared(link: Link, port: ScriptedHidPort) -> None:
    ear = Ear()
    link.listen(ear.listener)
    port.say("7e ff", "02", "02 01 00")
    ear.wait(heard=2)
    assert ear.heard == ["02", "02 01 00"]


def test_an_answer_of_another_report_is_none(link: Link, port: ScriptedHidPort) -> None:
    port.answers[2] = bytes.fromhex("04 01 00")
    assert link.ask(2) == {}
    port.answers[2] = bytes.fromhex("02 01 00")
    hook = next(field for field in link.ask(2) if usages.HOOK_SWITCH in field.usages)
    assert link.ask(2)[hook] == 1
    with pytest.raises(NotSupported):
        link.ask(99)


def test_a_descriptor_that_makes_no_sense() -> None:
    port = ScriptedHidPort(b"\xc0")
    with pytest.raises(BadDescriptor):
        connect(lambda: port)
    assert port.closed


def test_a_feature_report_is_written_from_its_state() -> None:
    """What is not given keeps what was last written there."""
    port = ScriptedHidPort(descriptor("dual_feature"))
    link = connect(lambda: port)
    features = [one for one in link.descriptor.fields if one.report_type is ReportType.FEATURE]
    hook, flash = (
        next(one for one in features if usage in one.usages)
        for usage in (usages.HOOK_SWITCH, usages.FLASH)
    )
    for values in ({hook: 1}, {flash: 1}, {hook: 0}):
        link.set_feature(values)
    assert [data.hex(" ") for data in port.features] == ["03 01 00", "03 03 00", "03 02 00"]
    release(link)
