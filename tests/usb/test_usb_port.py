"""The port over pyusb on a real kernel: whose the interface is, before, meanwhile, afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from hookflash.errors import DeviceLost, PortBusy, PortError
from hookflash.handset import Lamps
from hookflash.handset_events import KeyPressed, Lifted, PutDown
from hookflash.hid.port import HidPort
from hookflash.opening import open_handset
from hookflash.simulated.usb.server import UsbServer
from hookflash.usb.devices import open_port, phones
from support.lines import until
from support.scripted_hid import HandsetEar
from support.times import Times
from usbbench.guest import PERSON

YEALINK, CM109 = "usb:6993:b001", "usb:0d8c:000e?keypad=kip1000"

MODEL_QUERY = bytes.fromhex("00 87 02 0000 0000000000000000000000 77")
"""Which model are you? Command 87, two bytes, and the sum."""


def driver(place: str) -> str:
    """The kernel's driver of a phone's HID interface; empty: none."""
    link = Path(f"/sys/bus/usb/devices/{place}:1.3/driver")
    return link.resolve().name if link.exists() else ""


def wait_driver(place: str, name: str, patience: float) -> None:
    until(lambda: driver(place) == name, f"{place} is {name or 'nobody'}'s", 20 * patience)


@pytest.fixture
def phone(usb: UsbServer, patience: float) -> tuple[str, str]:
    """A P1K: its name and place, with the kernel's driver bound."""
    name = usb.plug("phone:p1k@1001")
    place = usb.device(name)["place"]
    wait_driver(place, "yealink", patience)
    return name, place


def answer(port: HidPort) -> bytes:
    """To the model query."""
    port.write(MODEL_QUERY)
    while (reply := port.read())[:2] != b"\0\x87":
        pass
    return reply


@contextmanager
def other_program(ending: str = "") -> Iterator[subprocess.Popen[str]]:
    """One that has the phone open, a thread waiting for a report; it does `ending` when told."""
    program = f"""
import sys, threading
from hookflash.usb.devices import open_port
port = open_port("{YEALINK}")
threading.Thread(target=port.read, daemon=True).start()
print("open", flush=True)
sys.stdin.readline()
{ending}
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            yield process
        finally:
            process.kill()


def test_the_kernels_driver_is_given_back(phone: tuple[str, str], patience: float) -> None:
    _, place = phone
    for _ in range(3):
        port = open_port(YEALINK)
        assert driver(place) == "usbfs"
        assert len(answer(port)) == 17
        port.close()
        wait_driver(place, "yealink", patience)


def test_the_other_interfaces_are_left_alone(phone: tuple[str, str]) -> None:
    _, place = phone
    before = {path.name: path.resolve() for path in Path("/sys/bus/usb/drivers").glob("*/1-*")}
    port = open_port(YEALINK)
    now = {path.name: path.resolve() for path in Path("/sys/bus/usb/drivers").glob("*/1-*")}
    port.close()
    assert {name for name in before | now if before.get(name) != now.get(name)} <= {f"{place}:1.3"}


def test_a_close_ends_a_read_at_once(phone: tuple[str, str], patience: float, times: Times) -> None:
    for _ in range(5):
        port = open_port(YEALINK)
        answer(port)
        with ThreadPoolExecutor() as pool:
            read = pool.submit(port.read)
            until(lambda port=port: port._uses._users == 1, "it reads")  # type: ignore[misc]
            began = monotonic()
            port.close()
            took = monotonic() - began
            assert read.result(10 * patience) == b""
        times.took("vendor port: closed while it is read", took)
        assert took < 0.5 * patience


@pytest.mark.parametrize("ending", ["", "raise ZeroDivisionError", "port.close()"])
def test_a_program_that_ends_gives_it_back(
    phone: tuple[str, str], patience: float, ending: str
) -> None:
    _, place = phone
    with other_program(ending) as process:
        assert driver(place) == "usbfs"
        process.communicate("\n", timeout=30 * patience)
    wait_driver(place, "yealink", patience)


def test_after_a_kill_the_next_one_gives_it_back(phone: tuple[str, str], patience: float) -> None:
    _, place = phone
    with other_program() as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10 * patience)
    assert driver(place) == ""
    port = open_port(YEALINK)
    answer(port)
    port.close()
    wait_driver(place, "yealink", patience)


def test_who_has_it_is_named(phone: tuple[str, str]) -> None:
    with other_program() as process, pytest.raises(PortBusy, match=rf"\(pid {process.pid}\) holds"):
        open_port(YEALINK)


def test_an_unplug_while_it_is_read(
    usb: UsbServer,
    phone: tuple[str, str],
    patience: float,
    times: Times,
) -> None:
    name, place = phone
    for _ in range(3):
        until(lambda: [found.place for found in phones()] == [place], "it is listed", patience)
        port = open_port(YEALINK)
        answer(port)
        with ThreadPoolExecutor() as pool:
            read = pool.submit(port.read)
            began = monotonic()
            usb.unplug(name)
            with pytest.raises(DeviceLost, match="the device is gone"):
                read.result(10 * patience)
            times.took("vendor port: unplugged to told", monotonic() - began)
            assert monotonic() - began < 1.0 * patience
        with pytest.raises(DeviceLost):
            port.write(MODEL_QUERY)
        port.close()
        with pytest.raises(PortError, match="no such device"):
            open_port(YEALINK)
        assert usb.replug(name) == place


def test_plugged_in_a_moment_ago(usb: UsbServer, phone: tuple[str, str]) -> None:
    """While udev sets its rights and loads the kernel's driver."""
    name, _ = phone
    for _ in range(5):
        usb.unplug(name)
        usb.replug(name)
        until(lambda: len(phones()) == 1, "it is listed")
        port = open_port(YEALINK)
        assert len(answer(port)) == 17
        port.close()


def test_it_is_listed_without_any_rights(phone: tuple[str, str]) -> None:
    _, place = phone
    (listed,) = phones()
    assert (listed.place, listed.interface) == (place, 3)
    assert listed.serial
    program = "from hookflash.usb.devices import phones, open_port; print(len(phones())); "
    done = subprocess.run(
        [sys.executable, "-c", program + f"open_port('{YEALINK}')"],
        user=PERSON,
        group=PERSON,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "1\n"
    assert "no permission; add the user to its group (dialout) and log in again" in done.stderr


def test_by_its_name(phone: tuple[str, str], patience: float) -> None:
    links = Path("/dev/phone")
    until(lambda: links.is_dir() and any(links.glob("phone-6993-b001-*")), "it is named", patience)
    (link,) = links.glob("phone-6993-b001-*")
    port = open_port(f"usb:{link}")
    answer(port)
    port.close()


def test_a_cm109(usb: UsbServer, patience: float) -> None:
    name = usb.plug("phone:cm109@1009")
    place = usb.device(name)["place"]
    wait_driver(place, "cm109", patience)
    handset = open_handset(CM109)
    ear = HandsetEar(handset)
    handset.open().wait(20 * patience)
    assert driver(place) == "usbfs"
    for key in "0123456789*#":
        usb.key_down(name, key)
        assert ear.wait_for(KeyPressed).key == key
        usb.key_up(name)
    usb.lift(name)
    ear.wait_for(Lifted)
    usb.put_down(name)
    ear.wait_for(PutDown)
    handset.show(Lamps(ringing=True))
    usb.wait_passed(name, "buzzer", "on", 20 * patience)
    handset.close()
    usb.wait_passed(name, "buzzer", "off", 20 * patience)
    wait_driver(place, "cm109", patience)
    assert not usb.journal(name, "misuse")
