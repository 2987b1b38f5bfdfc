"""The handset driver, against simulated handsets with the ways of their brands."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest

from hookflash.device import DeviceState
from hookflash.errors import DeviceLost, NotSupported, PortError
from hookflash.handset import DARK, Feature, Lamps
from hookflash.handset_events import (
    Button,
    ButtonPressed,
    HandsetLost,
    HandsetReady,
    HandsetShared,
    KeyPressed,
    Lifted,
    MutePressed,
    PutDown,
)
from hookflash.hid import handset as handset_module
from hookflash.hid.handset import HidHandset
from hookflash.hid.levelhook import FOLLOWS_WITHIN, FRESH
from hookflash.hid.profiles import DEFAULT, HandsetProfile, profile_of
from hookflash.simulated import Exchange
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.hid_models import find_model
from hookflash.simulated.hidport import SimulatedHidPort
from support.scripted_hid import PATIENCE, HandsetEar

CALL = Lamps(off_hook=True)


@dataclass
class Set:
    """A simulated handset, its driver, and what the driver tells."""

    person: SimulatedHandset
    handset: HidHandset
    ear: HandsetEar

    def show(self, lamps: Lamps) -> None:
        """Show it, and see it there."""
        self.handset.show(lamps)
        self.see(lamps)

    def see(self, lamps: Lamps) -> None:
        self.person.wait_until(lambda: self.person.lamps == lamps, PATIENCE)

    def quiet(self, seconds: float = FOLLOWS_WITHIN + 0.3) -> list[str]:
        """What is told though nobody does anything."""
        before = len(self.ear.all)
        threading.Event().wait(seconds)
        return self.ear.told()[before:]


def quiet(sets: list[Set]) -> None:
    """See that nothing is told by any, though nobody does anything."""
    before = [len(it.ear.all) for it in sets]
    threading.Event().wait(FOLLOWS_WITHIN + 0.3)
    told = {
        it.person.model.name: it.ear.told()[count:]
        for it, count in zip(sets, before, strict=True)
        if len(it.ear.all) > count
    }
    assert not told, "an echo is no press"


CX300 = profile_of(0x095D, 0x9201)

MakeSet = Callable[..., Set]


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    exchange = Exchange()
    yield exchange
    exchange.close()


@pytest.fixture
def make_set(exchange: Exchange) -> Iterator[MakeSet]:
    with ExitStack() as stack:

        def make(model: str, *faults: str, **options: Any) -> Set:
            person = SimulatedHandset(find_model(model), exchange, faults)
            handset = HidHandset(model, lambda: SimulatedHidPort(person), **options)
            stack.callback(handset.close)
            ear = HandsetEar(handset)
            handset.open().wait(PATIENCE)
            return Set(person, handset, ear)

        yield make


LIFTABLE = ["jabra", "jabra_wireless", "plantronics", "epos", "dell", "cx300", "level_mute"]


def test_lift_talk_put_down(make_set: MakeSet) -> None:
    sets = [make_set(model) for model in LIFTABLE]
    for it in sets:
        it.person.lift()
        it.ear.wait_for(Lifted)
        it.handset.show(CALL)
    quiet(sets)
    for it in sets:
        assert it.handset.lifted
        it.person.put_down()
        it.ear.wait_for(PutDown)
        it.handset.show(DARK)
    quiet(sets)
    for it in sets:
        assert it.ear.told() == ["handset_ready", "handset_lifted", "handset_put_down"]


@pytest.mark.parametrize("fault", ["", "late_hook_bit", "false_on_hook", "stale_on_hook"])
def test_a_page_dials_and_a_press_ends(make_set: MakeSet, fault: str) -> None:
    sets = [make_set(model, *filter(None, [fault])) for model in LIFTABLE]
    for it in sets:
        it.handset.show(CALL)
        it.person.wait_until(lambda it=it: it.person.lamps.off_hook, PATIENCE)  # type: ignore[misc]
    quiet(sets)
    for it in sets:
        if it.person.is_lifted:  # else it has a cradle, see below
            it.person.put_down()
            it.ear.wait_for(PutDown)


@pytest.mark.parametrize("model", ["cx300", "deskphone"])
def test_a_page_dials_and_it_is_picked_up_later(make_set: MakeSet, model: str) -> None:
    it = make_set(model)
    it.handset.show(CALL)
    assert it.quiet() == []
    it.person.lift()
    assert it.quiet(0.3) == []
    it.person.put_down()
    it.ear.wait_for(PutDown)


def test_lifts_that_nobody_confirms(make_set: MakeSet) -> None:
    it = make_set("plantronics")
    for _ in range(3):
        it.person.lift()
        it.ear.wait_for(Lifted)
        it.person.wait_until(lambda: not it.person.is_lifted)
    assert it.quiet() == []


def test_a_cx300_is_confirmed_late_and_follows(make_set: MakeSet) -> None:
    it = make_set("cx300")
    it.person.lift()
    it.ear.wait_for(Lifted)
    it.person.wait_until(lambda: not it.person.inputs["hook"])  # taken back
    it.handset.show(CALL)
    assert it.quiet() == []
    it.person.put_down()
    it.ear.wait_for(PutDown)


def test_no_echo_and_a_press_all_the_same(make_set: MakeSet) -> None:
    it = make_set("jabra", "no_echo", "no_busy")
    it.show(CALL)
    assert it.quiet() == []
    it.person.put_down()
    it.ear.wait_for(PutDown)


@pytest.mark.parametrize("model", ["relative", "on_off"])
def test_relative_hooks(make_set: MakeSet, model: str) -> None:
    it = make_set(model, "pulse_echo")
    it.handset.show(CALL)
    it.person.wait_until(lambda: it.person.lamps.off_hook, PATIENCE)
    assert it.quiet(0.6) == []
    it.person.put_down()
    it.ear.wait_for(PutDown)
    it.handset.show(DARK)
    assert it.quiet(0.6) == []
    it.person.lift()
    it.ear.wait_for(Lifted)


def test_keys_and_buttons(make_set: MakeSet) -> None:
    it = make_set("jabra")
    it.person.press("0123456789*#")
    keys = "".join(it.ear.wait_for(KeyPressed).key for _ in range(12))
    assert keys == "0123456789*#"
    for button in (Button.FLASH, Button.REDIAL, Button.SPEED_DIAL, Button.REJECT):
        it.person.press_button(button)
        assert it.ear.wait_for(ButtonPressed).button is button
    assert it.quiet(0.1) == []


def test_a_mute_that_comes_three_times_is_one(make_set: MakeSet) -> None:
    it = make_set("plantronics")
    it.handset.show(CALL)
    it.person.mute()
    assert it.ear.wait_for(MutePressed).muted
    it.show(replace(CALL, muted=True))
    assert it.quiet(0.1) == []


def test_a_handset_that_mutes_itself(make_set: MakeSet) -> None:
    it = make_set("level_mute")
    it.handset.show(CALL)
    it.see(CALL)
    it.person.mute()
    assert it.ear.wait_for(MutePressed).muted
    it.show(replace(CALL, muted=True))
    it.person.mute()
    assert not it.ear.wait_for(MutePressed).muted
    it.show(CALL)
    it.show(replace(CALL, muted=True))
    assert it.quiet(0.1) == [], "it follows the lamp, and nobody pressed"


def test_mute_lock(make_set: MakeSet) -> None:
    it = make_set("jabra", "mute_lock")
    it.show(replace(CALL, muted=True))
    it.show(CALL)
    event = it.ear.wait_for(MutePressed)
    assert event.muted
    assert "refused" in event.evidence.detail


def test_lamps_are_the_whole_call(make_set: MakeSet) -> None:
    it = make_set("jabra")
    for lamps in (
        Lamps(ringing=True),
        CALL,
        Lamps(off_hook=True, muted=True),
        Lamps(off_hook=True, held=True),
        DARK,
    ):
        it.show(lamps)
    it.show(replace(CALL, muted=True))
    it.handset.show(Lamps(muted=True))
    it.see(DARK)  # on hook there is nothing to mute
    assert not [entry for entry in it.person.journal if entry.what == "misuse"]


def test_hold_keeps_off_hook(make_set: MakeSet) -> None:
    it = make_set("jabra")
    it.person.lift()
    it.ear.wait_for(Lifted)
    it.show(CALL)
    it.show(Lamps(off_hook=True, held=True))
    it.show(CALL)
    assert it.quiet() == []


# --- another program ------------------------------------------------------------------------------


def test_another_program_puts_out_our_lamp(make_set: MakeSet) -> None:
    it = make_set("jabra")
    it.person.lift()
    it.ear.wait_for(Lifted)
    it.show(CALL)
    it.person.second_program_writes(ring_lamp=1)
    shared = it.ear.wait_for(HandsetShared)
    assert shared.program == handset_module.UNKNOWN_PROGRAM
    assert not shared.evidence.certain
    it.see(CALL)
    assert it.quiet() == []
    it.person.second_program_writes(ring_lamp=0)
    it.see(CALL)
    assert it.quiet() == []
    it.person.put_down()
    it.ear.wait_for(PutDown)
    assert it.ear.told().count("handset_shared") == 1


def test_another_program_has_it_open(make_set: MakeSet) -> None:
    asked: list[str] = []

    def others(path: str) -> list[str]:
        asked.append(path)
        return ["Teams (pid 12)", "Zoom (pid 13)"]

    it = make_set("plantronics", others=others)
    programs = {it.ear.wait_for(HandsetShared).program for _ in range(2)}
    assert programs == {"Teams (pid 12)", "Zoom (pid 13)"}
    assert asked == [it.person.info.path]
    it.handset.close()
    assert not [entry for entry in it.person.journal if entry.what == "output"], "theirs may be lit"


def test_nobody_else_has_it_open(make_set: MakeSet) -> None:
    it = make_set("jabra", others=lambda _: [])
    it.handset.show(CALL)
    it.person.wait_until(lambda: bool(it.person.inputs["busy"]), PATIENCE)
    assert it.quiet(FRESH + 0.1) == []
    it.person.tell(hook=0, busy=0)
    it.ear.wait_for(PutDown, FOLLOWS_WITHIN / 2)
    assert "handset_shared" not in it.ear.told()


def test_another_program_comes_later(make_set: MakeSet) -> None:
    programs: list[str] = []
    it = make_set("jabra", others=lambda _: programs)
    it.handset.show(CALL)
    it.person.wait_until(lambda: bool(it.person.inputs["busy"]), PATIENCE)
    programs.append("Teams (pid 12)")
    it.person.second_program_writes(ring_lamp=1)
    assert it.ear.wait_for(HandsetShared).program == "Teams (pid 12)"
    it.see(CALL)
    assert it.quiet() == []


# --- opening and closing --------------------------------------------------------------------------


def test_ready_with_its_name_and_features(make_set: MakeSet) -> None:
    it = make_set("jabra")
    assert it.ear.wait_for(HandsetReady).identity == it.person.info.product
    assert it.handset.features >= {
        Feature.HOOK, Feature.KEYPAD, Feature.FLASH, Feature.MUTE, Feature.REDIAL, Feature.REJECT,
        Feature.RING_LAMP, Feature.OFF_HOOK_LAMP, Feature.MUTE_LAMP, Feature.RINGER,
    }  # fmt: skip


def test_lifted_before_it_is_opened(make_set: MakeSet) -> None:
    it = make_set("deskphone")
    it.handset.close()
    it.person.lift()
    again = HidHandset("again", lambda: SimulatedHidPort(it.person))
    ear = HandsetEar(again)
    again.open().wait(PATIENCE)
    try:
        assert again.lifted
        it.person.put_down()
        it.person.lift()
        ear.wait_for(Lifted)
        assert ear.told() == ["handset_ready", "handset_lifted"]
    finally:
        again.close()


def test_a_device_that_does_not_answer_is_given_time(make_set: MakeSet) -> None:
    it = make_set("jabra", "no_get_input")
    assert not it.handset.lifted
    it.person.lift()
    it.ear.wait_for(Lifted)


@pytest.mark.parametrize("fault", ["short_reports", "long_reports", "repeats", "stray_reports"])
def test_bytes_that_are_not_as_declared(make_set: MakeSet, fault: str) -> None:
    it = make_set("jabra", fault)
    it.person.lift()
    it.ear.wait_for(Lifted)
    it.show(CALL)
    it.person.put_down()
    it.ear.wait_for(PutDown)
    assert it.ear.told().count("handset_lifted") == 1
    assert it.ear.told().count("handset_put_down") == 1


def test_close_leaves_it_dark(make_set: MakeSet) -> None:
    it = make_set("jabra")
    it.show(replace(CALL, muted=True, held=True))
    it.handset.close()
    assert it.person.lamps == DARK
    it.handset.close()
    assert it.ear.told() == ["handset_ready"]


def test_unplugged(make_set: MakeSet) -> None:
    it = make_set("jabra")
    it.person.lift()
    it.person.unplug()
    lost = it.ear.wait_for(HandsetLost)
    assert lost.code == "device_lost"
    assert it.ear.told() == ["handset_ready", "handset_lifted", "handset_lost"]
    assert it.handset.state is DeviceState.LOST
    assert not it.handset.lifted
    it.handset.show(CALL)
    it.handset.close()
    assert it.ear.told().count("handset_lost") == 1


def test_a_write_that_fails_is_a_loss(make_set: MakeSet) -> None:
    it = make_set("jabra")
    it.show(CALL)
    it.person.faults.add("write_fails")
    it.handset.show(DARK)
    it.ear.wait_for(HandsetLost)
    it.handset.close()
    assert it.ear.told().count("handset_lost") == 1


def test_close_while_it_opens(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handset_module, "SETTLES_WITHIN", 60.0)
    person = SimulatedHandset(find_model("jabra"), exchange, ["no_get_input"])
    handset = HidHandset("h", lambda: SimulatedHidPort(person))
    operation = handset.open()
    handset.close()
    with pytest.raises(Exception, match="open"):
        operation.wait(PATIENCE)


@pytest.mark.parametrize("model", ["constant", "headset_no_telephony"])
def test_what_is_no_handset_says_why(exchange: Exchange, model: str) -> None:
    person = SimulatedHandset(find_model(model), exchange)
    handset = HidHandset("h", lambda: SimulatedHidPort(person))
    ear = HandsetEar(handset)
    with pytest.raises(NotSupported, match=r"is no handset: .*(hook switch|telephony)"):
        handset.open().wait(PATIENCE)
    assert ear.wait_for(HandsetLost).code == "not_supported"
    handset.close()


def test_nothing_there() -> None:
    def fail() -> SimulatedHidPort:
        raise PortError("open x: there is no such device; is it plugged in?")

    handset = HidHandset("h", fail)
    with pytest.raises(PortError):
        handset.open().wait(PATIENCE)
    handset.close()


# --- profiles -------------------------------------------------------------------------------------


def test_cx300_shows_text_and_is_kept_alive(
    make_set: MakeSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CX300.keep_alive is not None
    quick = replace(CX300, keep_alive=replace(CX300.keep_alive, seconds=0.05))
    it = make_set("cx300", profile=quick)
    assert Feature.DISPLAY in it.handset.features
    it.handset.show(Lamps(off_hook=True, text="Zoë Müller-Lüdenscheidt\n030 555"))
    it.person.wait_until(lambda: it.person.lamps.text.startswith("Zoë Müller-Lüdenscheidt"))
    it.person.wait_until(
        lambda: sum(entry.what == "feature" for entry in it.person.journal) > 3, PATIENCE
    )
    it.handset.close()
    assert it.person.lamps == DARK


def test_start_up_reports(make_set: MakeSet) -> None:
    profile = HandsetProfile(name="gn", title="Jabra", source="test", startup=((0xFF30FFFF, 0),))
    it = make_set("jabra_wireless", profile=profile)
    model = it.person.model
    sent = [entry.detail for entry in it.person.journal if entry.what == "feature"]
    assert len(sent) == (1 if model.copied_by else 0)


def test_a_device_that_refuses_start_up_reports_works(make_set: MakeSet) -> None:
    it = make_set("cx300", "no_features")
    it.person.lift()
    it.ear.wait_for(Lifted)


def test_the_profile_is_known_once_open(make_set: MakeSet) -> None:
    assert make_set("cx300").handset.profile is CX300
    assert make_set("unnumbered").handset.profile is DEFAULT


def test_lost_is_told_to_who_calls(make_set: MakeSet) -> None:
    it = make_set("jabra")
    it.person.unplug()
    it.ear.wait_for(HandsetLost)
    with pytest.raises(DeviceLost):
        it.handset._show(CALL)
