"""Simulated devices on USB before a real kernel: what it makes of them; nothing is lost."""

from __future__ import annotations

import os
import random
import statistics
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
import serial
import usb.core
import usb.util
from libusb_package import get_libusb1_backend

from hookflash.errors import HookflashError
from hookflash.modem.usbplace import place_of
from hookflash.simulated.usb.acm import TO_HOST
from hookflash.simulated.usb.server import UsbServer, usb_server

TTY = Path("/dev/ttyACM0")
CYCLES = 10
REQUEST = 5.0
"""Seconds after which the kernel gives up a request that was on its way as the plug was pulled:
vhci, other than a real host controller, does not end it."""


@pytest.fixture(scope="module")
def process() -> Iterator[UsbServer]:
    with usb_server(timing={"ring_on": 0.5, "ring_off": 0.5}) as server:
        yield server


@pytest.fixture
def gadgets(process: UsbServer, patience: float) -> Iterator[UsbServer]:
    """The server, with nothing plugged in before and after."""
    yield process
    process.remove_all()
    until(lambda: not TTY.exists() and not list(Path("/dev").glob("hidraw*")), REQUEST + patience)


def until(true: Callable[[], object], seconds: float) -> None:
    """Wait for what the kernel or udev does; no event of ours tells."""
    deadline = monotonic() + seconds
    while not true():
        assert monotonic() < deadline, f"not within {seconds:g} s"
        sleep(0.005)


def open_tty(patience: float) -> serial.Serial:
    until(lambda: os.access(TTY, os.R_OK | os.W_OK), patience)
    return serial.Serial(str(TTY), 115_200, timeout=patience)


def say_all(gadgets: UsbServer, modem: str, pieces: list[bytes]) -> None:
    for piece in pieces:
        gadgets.say(modem, piece)


def test_bytes_to_the_host(gadgets: UsbServer, patience: float) -> None:
    modem = gadgets.plug("modem")
    data = random.Random(1).randbytes(60_000)
    with open_tty(patience) as tty:
        gadgets.wait_modem(modem, dtr=True, timeout=patience)
        pieces = [data[at : at + 777] for at in range(0, len(data), 777)]
        talker = threading.Thread(target=say_all, args=(gadgets, modem, pieces))
        talker.start()
        said = tty.read(len(data))
        talker.join(patience)
    assert said == data


def test_bytes_from_the_host(gadgets: UsbServer, patience: float) -> None:
    modem = gadgets.plug("modem", ["silent"])
    data = random.Random(2).randbytes(60_000)
    with open_tty(patience) as tty:
        tty.write(data)
        gadgets.wait_received(modem, data, timeout=patience)


def test_a_halted_endpoint_loses_nothing(gadgets: UsbServer, patience: float) -> None:
    modem = gadgets.plug("modem")
    with open_tty(patience) as tty:
        gadgets.wait_modem(modem, dtr=True, timeout=patience)
        gadgets.say(modem, b"before")
        gadgets.halt(modem, TO_HOST)
        gadgets.say(modem, b"after" * 200)
        assert tty.read(1006) == b"before" + b"after" * 200


def test_circuits_and_line_coding(gadgets: UsbServer, patience: float) -> None:
    modem = gadgets.plug("modem")
    with open_tty(patience) as tty:
        gadgets.wait_modem(modem, dtr=True, rts=True, timeout=patience)
        assert tty.dsr
        assert not tty.cd
        gadgets.set_carrier(modem, True)
        until(lambda: tty.cd, patience)
        gadgets.call_in("5551234", rings=1)
        until(lambda: tty.ri, patience)
        until(lambda: not tty.ri, patience)
        tty.baudrate, tty.bytesize, tty.parity, tty.stopbits = 9600, 7, "E", 2
        told = gadgets.wait_modem(modem, rate=9600, timeout=patience)
        assert (told["bits"], told["parity"], told["stop"]) == (7, 2, 2)
        tty.send_break(0.05)
        gadgets.wait_modem(modem, breaks=1, timeout=patience)


def test_dtr_hangs_up(gadgets: UsbServer, patience: float) -> None:
    gadgets.plug("modem")
    with open_tty(patience) as tty:
        tty.write(b"AT&D2H1\r")
        gadgets.wait_off_hook(timeout=patience)
        tty.dtr = False
        gadgets.wait_on_hook(timeout=patience)


def test_the_last_program_that_closes_it(gadgets: UsbServer, patience: float) -> None:
    modem = gadgets.plug("modem")
    with open_tty(patience) as tty, open_tty(patience) as second:
        second.write(b"AT&D2H1\r")
        gadgets.wait_off_hook(timeout=patience)
        gadgets.set_faults(modem, ["needs_reopen"])
        second.close()
        tty.write(b"x")
        gadgets.wait_received(modem, b"x", timeout=patience)
        assert gadgets.faults(modem) == ["needs_reopen"]
    gadgets.wait_on_hook(timeout=patience)
    gadgets.wait_modem(modem, dtr=False, timeout=patience)
    until(lambda: gadgets.faults(modem) == [], patience)


def test_a_usb_reset(gadgets: UsbServer, patience: float) -> None:
    modem = gadgets.plug("modem")
    open_tty(patience).close()
    gadgets.set_faults(modem, ["needs_usb_reset", "needs_power_cycle"])
    place = place_of(str(TTY))
    assert place is not None
    assert place.name == gadgets.device(modem)["place"]
    place.reset(5 * patience)
    assert gadgets.device(modem)["resets"] == 1
    assert gadgets.faults(modem) == ["needs_power_cycle"]
    with open_tty(patience) as tty:
        gadgets.set_faults(modem, [])
        tty.write(b"AT\r")
        assert tty.read_until(b"OK\r\n").endswith(b"OK\r\n")


def test_it_vanishes_within_a_transfer(gadgets: UsbServer, patience: float) -> None:
    modem = gadgets.plug("modem")
    with open_tty(patience) as tty:
        gadgets.set_faults(modem, ["vanishes"])
        tty.write(b"AT\r")
        with pytest.raises(serial.SerialException):
            tty.read(1)
    until(lambda: not TTY.exists(), patience)
    gadgets.replug(modem)
    with open_tty(patience) as tty:
        tty.write(b"AT\r")
        assert tty.read_until(b"OK\r\n").endswith(b"OK\r\n")


def test_slow_to_be_found(gadgets: UsbServer, patience: float) -> None:
    gadgets.plug("modem", ["slow_enumeration"], timeout=10 * patience)
    open_tty(patience).close()


def status(device: usb.core.Device) -> Iterable[int]:
    """GET_STATUS of the device."""
    answer = device.ctrl_transfer(0x80, 0, 0, 0, 2)
    assert not isinstance(answer, int)
    return answer


def test_requests_by_libusb(gadgets: UsbServer, patience: float) -> None:
    """Chapter 9 as libusb has it, a stall, and transfers that are given up."""
    gadgets.plug("modem:usr5637", serial="S 1")
    open_tty(patience).close()
    libusb = get_libusb1_backend()
    assert libusb is not None
    device = usb.core.find(backend=libusb, custom_match=lambda found: found.idVendor == 0x0BAF)
    assert device is not None
    try:
        assert (device.serial_number, device.manufacturer) == ("S 1", "hookflash")
        assert bytes(status(device)) == b"\1\0"
        with pytest.raises(usb.core.USBError) as stalled:
            device.ctrl_transfer(0xC0, 0x42, 0, 0, 2)
        assert stalled.value.errno == 32
        for interface in (0, 1):
            if device.is_kernel_driver_active(interface):  # cdc-acm leaves both at once
                device.detach_kernel_driver(interface)
            usb.util.claim_interface(device, interface)
        for _ in range(20):
            with pytest.raises(usb.core.USBTimeoutError):
                device.read(TO_HOST, 64, 5)
        device.ctrl_transfer(0x21, 0x22, 3, 0, 0)
        device.write(0x02, b"ATE0\r")
        assert device.read(TO_HOST, 64, round(1000 * patience)).tobytes().startswith(b"ATE0")
        for interface in (0, 1):
            usb.util.release_interface(device, interface)
        device.attach_kernel_driver(0)
    finally:
        usb.util.dispose_resources(device)
    until(TTY.exists, patience)


@pytest.mark.parametrize("spec", ["modem", "handset:jabra", "handset:epos", "phone:p1k"])
def test_plugged_again_and_again(
    gadgets: UsbServer, patience: float, results: Path, spec: str
) -> None:
    """Pulled also while it is still being found; seconds from plug to node are kept."""
    name = gadgets.plug(spec)
    node = f"/sys/bus/usb/devices/{gadgets.device(name)['place']}"
    glob = {"modem": "tty/ttyACM*", "handset": "0003*/hidraw/hidraw*", "phone": "bInterfaceClass"}
    seconds = []
    for cycle in range(CYCLES):
        gadgets.unplug(name)
        until(lambda: not Path(node).exists(), REQUEST + patience)
        gadgets.replug(name, timeout=0)
        if cycle % 2:
            sleep(0.05 * cycle)
            gadgets.unplug(name)
            until(lambda: not Path(node).exists(), REQUEST + patience)
            begun = monotonic()
            gadgets.replug(name, timeout=0)
        else:
            begun = monotonic()
        until(
            lambda: list(Path(node).glob(f"*:*/{glob[spec.partition(':')[0]]}")), REQUEST + patience
        )
        seconds.append(monotonic() - begun)
    line = f"{spec}: p50 {statistics.median(seconds):.2f} s, max {max(seconds):.2f} s\n"
    with (results / "gadgets.txt").open("a") as table:
        table.write(line)
    assert statistics.median(seconds) < patience


def test_many_at_once(gadgets: UsbServer, patience: float) -> None:
    names = [gadgets.plug(f"modem@{number}", serial=str(number)) for number in range(8)]
    until(lambda: len(list(Path("/dev").glob("ttyACM*"))) == len(names), patience)
    for name in names:
        gadgets.unplug(name)
    until(lambda: not list(Path("/dev").glob("ttyACM*")), patience)


def test_no_port_is_left(gadgets: UsbServer, patience: float) -> None:
    ports = sum(
        line.startswith("hs")
        for status in Path("/sys/devices/platform/vhci_hcd.0").glob("status*")
        for line in status.read_text().splitlines()
    )
    for number in range(ports):
        gadgets.plug(f"handset:headset_no_telephony@{number}", timeout=0)
    with pytest.raises(HookflashError, match="every port"):
        gadgets.plug("modem")
