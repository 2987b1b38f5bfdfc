"""A CM109 handset: keys as people press them, its two hook keys, its buzzer; and its manners."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

import pytest

from hookflash import DeviceState
from hookflash.errors import PortError
from hookflash.handset import DARK, Feature, Lamps
from hookflash.handset_events import (
    Button,
    ButtonPressed,
    HandsetEvent,
    HandsetLost,
    HandsetReady,
    KeyPressed,
    Lifted,
    PutDown,
)
from hookflash.opening import open_handset, open_line
from hookflash.simulated import Exchange, ManualClock
from hookflash.simulated.cm109 import PACE, Pace, SimulatedCm109, simulated_cm109
from hookflash.simulated.usbport import SimulatedUsbPort, phone_of
from hookflash.usb import cm109, keyscan
from hookflash.usb.cm109 import Cm109Handset
from hookflash.usb.keypads import KEYPADS, KEYS
from support.lines import PATIENCE, until
from support.scripted_hid import HandsetEar

E = TypeVar("E", bound=HandsetEvent)

QUICK = Pace(interval=0.002, key=0.2, pause=0.06)
CALL = Lamps(off_hook=True)
RINGING = Lamps(ringing=True)


@dataclass
class Set:
    """A phone, its handset, who hears it."""

    phone: SimulatedCm109
    handset: Cm109Handset
    ear: HandsetEar

    def key(self, key: str) -> KeyPressed:
        """Press it, and let it go when it has been told."""
        return self.hold(key, KeyPressed)

    def hold(self, key: str, told: type[E]) -> E:
        """The same, of a key that is told in some way."""
        self.phone.key_down(key)
        event = self.ear.wait_for(told)
        self.phone.key_up()
        return event

    def outputs(self) -> list[str]:
        return [entry.detail for entry in self.phone.journal if entry.what == "output"]


MakeSet = Callable[..., Set]


@pytest.fixture
def make_set(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeSet]:
    monkeypatch.setattr(cm109, "POLL_SECONDS", 0.005)
    monkeypatch.setattr(cm109, "STEP_SECONDS", 0.02)
    monkeypatch.setattr(keyscan, "BOUNCE", 0.03)
    phones: list[SimulatedCm109] = []
    with ExitStack() as stack:

        def make(keypad: str = "kip1000", *faults: str) -> Set:
            phone = simulated_cm109(keypad, exchange, faults, "1001", QUICK)
            phones.append(phone)
            handset = Cm109Handset("test", lambda: SimulatedUsbPort(phone), keypad)
            stack.callback(handset.close)
            ear = HandsetEar(handset)
            handset.open().wait(PATIENCE)
            return Set(phone, handset, ear)

        yield make
    for phone in phones:
        assert not any(entry.what in ("misuse", "refused") for entry in phone.journal)


SLOW = ["", "no_get_input", "stale_get_input"]
"""The last two have the driver wait for what the device tells by itself."""


@pytest.mark.parametrize("fault", SLOW)
@pytest.mark.parametrize("keypad", KEYPADS)
def test_every_key(make_set: MakeSet, keypad: str, fault: str) -> None:
    it = make_set(keypad, *filter(None, [fault]))
    digits = "0123456789*#"
    assert [it.key(key).key for key in digits] == list(digits)
    assert it.ear.told() == ["handset_ready", *["handset_key"] * len(digits)]


def test_keys_are_told_with_their_scan_code(make_set: MakeSet) -> None:
    assert make_set("gtalk").key("7").evidence.detail == "82"


@pytest.mark.parametrize("fault", [*SLOW, "chatters"])
def test_a_number_as_a_person_types_it(make_set: MakeSet, fault: str) -> None:
    it = make_set("au100", "bounce", *filter(None, [fault]))
    it.phone.press("44")
    assert [it.ear.wait_for(KeyPressed).key for _ in range(2)] == list("44")


@pytest.mark.parametrize("fault", SLOW)
def test_the_next_key_before_the_last_is_let_go(make_set: MakeSet, fault: str) -> None:
    it = make_set("kip1000", *filter(None, [fault]))
    for key in "123":  # in one row, so that nothing changes there
        it.phone.key_down(key)
        assert it.ear.wait_for(KeyPressed).key == key


def test_its_hook_is_two_keys(make_set: MakeSet) -> None:
    it = make_set()
    assert it.handset.features >= {Feature.HOOK, Feature.KEYPAD, Feature.RINGER}
    assert not it.handset.lifted
    it.hold("pickup", Lifted)
    assert it.handset.lifted
    it.handset.show(CALL)
    it.hold("hangup", PutDown)
    assert not it.handset.lifted


def test_it_follows_a_call_that_a_page_began(make_set: MakeSet) -> None:
    it = make_set()
    it.handset.show(CALL)
    until(lambda: it.handset.lifted, "it counts as lifted")
    it.hold("hangup", PutDown)
    assert it.ear.told() == ["handset_ready", "handset_put_down"]


def test_the_hang_up_key_refuses_a_call(make_set: MakeSet) -> None:
    it = make_set()
    it.handset.show(RINGING)
    it.phone.wait_until(lambda: it.phone.buzzes, PATIENCE)
    assert it.hold("hangup", ButtonPressed).button is Button.REJECT


def test_the_buzzer_rings_in_bursts(make_set: MakeSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cm109, "RING_ON", 0.01)
    monkeypatch.setattr(cm109, "RING_OFF", 0.02)
    it = make_set()

    def bursts() -> list[str]:
        return [entry.detail for entry in it.phone.journal if entry.what == "buzzer"]

    it.handset.show(RINGING)
    it.phone.wait_until(lambda: len(bursts()) > 5, PATIENCE)
    assert it.key("5").key == "5", "its keys are heard all the same"
    it.handset.show(DARK)
    it.phone.wait_until(lambda: not it.phone.buzzes, PATIENCE)
    count = len(bursts())
    assert it.key("6").key == "6"
    assert len(bursts()) == count
    assert set(bursts()[::2]) == {"on"}
    assert set(bursts()[1::2]) == {"off"}


@pytest.mark.parametrize("fault", SLOW)
def test_at_rest_nothing_is_asked(make_set: MakeSet, exchange: Exchange, fault: str) -> None:
    it = make_set("kip1000", *filter(None, [fault]))
    it.key("1")
    it.phone.wait_until(lambda: it.phone.is_at_rest, PATIENCE)
    asked = []
    for seconds in (0.05, 0.2):  # the last look may be to come
        exchange.later(seconds, lambda: it.phone.note("look"))
        it.phone.wait_until(lambda: it.phone.journal[-1].what == "look", PATIENCE)
        asked.append(it.phone.asked)
        with exchange.lock:
            it.phone.note("looked")
    assert asked[0] == asked[1]
    assert [entry.what for entry in it.phone.journal[-3:]] == ["looked", "look", "looked"]


@pytest.mark.parametrize("ringing", [False, True])
def test_it_is_left_silent_and_undriven(make_set: MakeSet, ringing: bool) -> None:
    it = make_set()
    if ringing:
        it.handset.show(RINGING)
        it.phone.wait_until(lambda: it.phone.buzzes, PATIENCE)
    it.handset.close()
    assert it.outputs()[-1] == "00000000"
    assert not it.phone.buzzes


def test_a_device_that_tells_nothing_of_its_pins(
    make_set: MakeSet, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is given up for this time, and asked again when it tells something."""
    monkeypatch.setattr(cm109, "STEP_SECONDS", 0.01)
    it = make_set("kip1000", "no_get_input")
    it.phone.faults.add("mute_in_scan")
    it.phone.key_down("1")
    it.phone.wait_until(lambda: "it does not tell of its pins" in caplog.text, PATIENCE)
    it.phone.faults.discard("mute_in_scan")
    it.phone.key_up()
    assert it.key("2").key == "2"


@pytest.mark.parametrize("moment", ["rest", "key", "ringing"])
def test_an_unplug_is_told_once(make_set: MakeSet, moment: str) -> None:
    it = make_set()
    if moment == "key":
        it.phone.key_down("1")
        it.ear.wait_for(KeyPressed)
    elif moment == "ringing":
        it.handset.show(RINGING)
        it.phone.wait_until(lambda: it.phone.buzzes, PATIENCE)
    it.phone.unplug()
    lost = it.ear.wait_for(HandsetLost)
    assert lost.code == "device_lost"
    assert it.handset.state is DeviceState.LOST
    it.handset.close()
    assert it.ear.told().count("handset_lost") == 1


def test_a_device_that_takes_nothing(make_set: MakeSet) -> None:
    it = make_set()
    it.phone.faults.add("write_fails")
    it.phone.key_down("1")
    assert "told to fail" in it.ear.wait_for(HandsetLost).message


def test_it_cannot_be_opened(exchange: Exchange) -> None:
    phone = simulated_cm109("gtalk", exchange, (), "1001", PACE)
    phone.unplug()
    handset = Cm109Handset("test", lambda: SimulatedUsbPort(phone), "gtalk")
    ear = HandsetEar(handset)
    with pytest.raises(PortError, match="is it plugged in"):
        handset.open().wait(PATIENCE)
    ear.wait_for(HandsetLost)
    handset.close()


# --- by URL -----------------------------------------------------------------------------------


def test_a_url_opens_it(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash.simulated.usbport.shared_exchange", lambda: exchange)
    url = "sim-usb:?model=gtalk&number=7109"
    handset = open_handset(url)
    ear = HandsetEar(handset)
    handset.open().wait(PATIENCE)
    assert ear.wait_for(HandsetReady).identity == "CM109 handset"
    phone_of(url).key_down("5")
    assert ear.wait_for(KeyPressed).key == "5"
    phone_of(url).key_up()
    handset.close()


def test_it_has_no_line() -> None:
    for url in ("sim-usb:?model=cm109", "usb:0d8c:000e?keypad=gtalk"):
        with pytest.raises(PortError, match="has no line"):
            open_line(url)


# --- the simulated one ------------------------------------------------------------------------


def test_the_chip_tells_of_its_pins_when_they_change() -> None:
    clock = ManualClock()
    phone = simulated_cm109("kip1000", Exchange(clock=clock), (), "1001")
    told: list[bytes] = []

    class Ear:
        def deliver(self, report: bytes) -> None:
            told.append(report)

        def unplugged(self) -> None: ...

    phone.attach(Ear())
    phone.set_report(bytes((0, 0x0F, 0x0F, 0)))
    clock.advance(1.0)
    assert told == [bytes((0, 0, 0x0F, 0, 0))]
    phone.press("1")
    clock.advance(1.0)
    assert [report[2] for report in told[1:]] == [0x1F, 0x0F]
    phone.key_down("1")
    phone.set_report(bytes((0, 0x04, 0x04, 0)))
    clock.advance(1.0)
    assert told[-1][2] == 0x14
    phone.key_up()
    phone.set_report(bytes((0x20, 0x08, 0x08, 0)))
    clock.advance(1.0)
    assert told[-1][2] == 0x08
    assert phone.buzzes


@pytest.mark.parametrize("report", ["00ffff00", "000f0000", "00000001", "01000000"])
def test_what_a_driver_should_leave_alone(report: str) -> None:
    phone = simulated_cm109("kip1000", Exchange(clock=ManualClock()), (), "1001")
    phone.set_report(bytes.fromhex(report))
    assert [entry.what for entry in phone.journal] == ["output", "misuse"]


def test_a_person_takes_time() -> None:
    clock = ManualClock()
    phone = simulated_cm109("kip1000", Exchange(clock=clock), (), "1001")
    phone.lift()
    phone.put_down()
    phone.press("12")
    clock.advance(2.0)
    pressed = [entry for entry in phone.journal if entry.what == "person"]
    step = PACE.key + PACE.pause
    assert [entry.detail for entry in pressed] == ["key pickup", "key hangup", "key 1", "key 2"]
    assert [entry.at for entry in pressed] == pytest.approx([0.0, step, 2 * step, 3 * step])


def test_its_keys() -> None:
    phone = simulated_cm109("kip1000", Exchange(clock=ManualClock()), (), "1001")
    assert set(phone.keys) == set(KEYS)
    for press in (phone.key_down, phone.press_key):
        with pytest.raises(ValueError, match="'A' is none of the keys"):
            press("A")


@pytest.mark.parametrize("faults", ["bouncy", "slow,bouncy"])
def test_faults_by_name(faults: str) -> None:
    with pytest.raises(PortError, match="fault 'bouncy' is none of write_fails, slow, no_get"):
        phone_of(f"sim-usb:?model=cm109&number=7110&faults={faults}")
