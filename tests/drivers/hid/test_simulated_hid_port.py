"""`sim-hid:` ports, and the console of a simulated handset."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import pytest

from hookflash.errors import DeviceLost, HookflashError, PortError
from hookflash.handset import DARK, Lamps
from hookflash.hid.descriptor import parse
from hookflash.hid.port import HidPort
from hookflash.simulated import Exchange
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.handset_console import HandsetConsole
from hookflash.simulated.hid_models import find_model
from hookflash.simulated.hidport import SimulatedHidPort, handset_of, open_port
from support.handsets import Desk

PATIENCE = 10.0


class Reader:
    """A thread that reads a port to its end."""

    def __init__(self, port: HidPort) -> None:
        self.reports: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.error: HookflashError | None = None
        self._port = port
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            while report := self._port.read():
                self.reports.put(report)
        except HookflashError as error:
            self.error = error

    def end(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


# --- ports ----------------------------------------------------------------------------------------


def test_a_port_reads_what_the_handset_sends() -> None:
    desk = Desk("unnumbered")
    port = desk.port()
    reader = Reader(port)
    assert parse(port.descriptor).numbered is False
    desk.handset.lift()
    assert reader.reports.get(timeout=PATIENCE) == b"\0\1", "an id of 0 comes first"
    port.write(b"\0\1")
    assert desk.handset.lamps == Lamps(off_hook=True)
    assert port.get_input(0, 2) == b"\0\1"
    port.close()
    port.close()
    reader.end()
    assert reader.error is None
    with pytest.raises(DeviceLost, match=r"write sim-hid:.*: closed"):
        port.write(b"\0\0")


def test_unplugged_while_it_is_read() -> None:
    desk = Desk("jabra")
    port = desk.port()
    reader = Reader(port)
    desk.write(off_hook_lamp=1)
    desk.handset.unplug()
    reader.end()
    assert isinstance(reader.error, DeviceLost)
    assert desk.ear.gone
    for use in (lambda: port.write(b"\2\0\0"), lambda: port.get_feature(4, 2)):
        with pytest.raises(DeviceLost, match="unplugged"):
            use()
    with pytest.raises(PortError, match="no such device; is it plugged in"):
        desk.port()
    with pytest.raises(DeviceLost, match=r"lift sim-hid:.*: unplugged"):
        desk.handset.lift()
    desk.handset.plug_in()
    assert desk.handset.lamps == DARK
    desk.port().close()
    port.close()


def test_plugged_in_while_it_is_lifted() -> None:
    """A cradle stays as it is; what a key did is forgotten."""
    for model, hook in (("deskphone", 1), ("cx300", 0), ("jabra", 0)):
        desk = Desk(model)
        desk.handset.lift()
        desk.handset.unplug()
        desk.handset.plug_in()
        assert desk.handset.inputs["hook"] == hook
        assert desk.handset.is_lifted == desk.handset.model.cradle
        desk.heard()
        assert desk.wait(10.0) == [], "no timer outlives the plug"


def test_two_openings_hear_the_same() -> None:
    desk = Desk("plantronics")
    ports = [desk.port(), desk.port()]
    desk.handset.lift()
    assert [port.read() for port in ports] == [b"\x08\x02"] * 2
    ports[0].close()
    desk.handset.mute()
    assert ports[1].read() == b"\x08\x03"
    ports[1].close()


def test_a_handset_outlives_its_openings() -> None:
    number = "7001"  # which no other test uses
    url = f"sim-hid:?model=plantronics&number={number}&faults=no_busy,no_echo"
    port = open_port(url)
    assert isinstance(port, SimulatedHidPort)
    assert (port.info.vendor_id, port.info.product_id) == (0x047F, 0xC056)
    assert port.handset.faults == {"no_busy", "no_echo"}
    port.handset.faults.clear()
    port.close()
    again = handset_of(url)
    assert again is port.handset
    assert not again.faults
    assert handset_of(f"sim-hid:?number={number}") is not again
    assert handset_of(f"sim-hid:?number={number}").model.name == "jabra"


def test_real_time(exchange: Exchange) -> None:
    """Taken back on the real clock, too."""
    handset = SimulatedHandset(find_model("plantronics"), exchange)
    port = SimulatedHidPort(handset)
    handset.lift()
    assert [port.read(), port.read()] == [b"\x08\x02", b"\x08\x00"]
    handset.wait_until(lambda: not handset.is_lifted)
    port.close()


def test_waiting_in_vain_tells_what_passed(exchange: Exchange) -> None:
    handset = SimulatedHandset(find_model("jabra"), exchange)
    handset.lift()
    with pytest.raises(TimeoutError, match="person lift, sent 020100"):
        handset.wait_until(lambda: handset.lamps.off_hook, 0.01)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sim-hid:?model=nokia", "open sim-hid:.*: model 'nokia' is none of jabra"),
        ("sim-hid:?faults=tired", "open sim-hid:.*: fault 'tired' is none of no_get_input"),
        ("sim-hid:?modell=jabra", "allowed are model=…, number=… and faults=…,…"),
    ],
)
def test_urls_that_say_nothing(url: str, says: str) -> None:
    with pytest.raises(PortError, match=says):
        open_port(url)


# --- the console ----------------------------------------------------------------------------------


@pytest.fixture
def console() -> tuple[Desk, Callable[[str], list[str]]]:
    """A desk phone; give a line, get what is said."""
    desk = Desk("deskphone")
    said: list[str] = []
    console = HandsetConsole(desk.handset, said.append)

    def type_line(line: str) -> list[str]:
        said.clear()
        console.run([line])
        return list(said)

    return desk, type_line


def test_typed_lines_happen(console: tuple[Desk, Callable[[str], list[str]]]) -> None:
    desk, type_line = console
    for line, told in [
        ("lift", ["hook=1"]),
        ("key 5 12", [f"hook=1 key={v}" if v else "hook=1" for v in (6, 0, 2, 0, 3, 0)]),
        ("flash", ["hook=1 flash=1", "hook=1"]),
        ("mute", ["hook=1 mute=1", "hook=1"]),
        ("hold", ["hook=1 hold=1", "hook=1"]),
        ("boom up", ["hook=1 mute=1", "hook=1"]),
        ("down", ["idle"]),
        ("", []),
    ]:
        assert type_line(line) == []
        assert desk.heard() == told
    assert type_line("fault slow repeats") == []
    assert desk.handset.faults == {"slow", "repeats", "mute_lock"}
    assert type_line("mend slow") == []
    assert type_line("mend") == []
    assert desk.handset.faults == set()


def test_lamps_are_told(console: tuple[Desk, Callable[[str], list[str]]]) -> None:
    _, type_line = console
    assert type_line("lamps") == ["lit: none"]
    assert type_line("second ring_lamp message_lamp=1") == ["lit: ringing, message waiting"]
    assert type_line("unplug") == ["unplugged", "lit: none"]
    assert type_line("lift")[0].startswith("? lift sim-hid:")
    assert type_line("plug") == ["plugged in"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("dance", "? lift | down | key KEYS"),
        ("key x", "? 'x' is none of the keys"),
        ("reject", "? it has no button reject"),
        ("second nose=1", "? 'nose' is none of off_hook_lamp"),
        ("fault tired", "? fault 'tired' is none of"),
        ("down", "? put down sim-hid:"),
        ('"', "? No closing quotation"),
    ],
)
def test_typed_wrong(
    console: tuple[Desk, Callable[[str], list[str]]], line: str, says: str
) -> None:
    _, type_line = console
    assert type_line(line)[0].startswith(says)
