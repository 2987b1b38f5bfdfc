"""The port over pyusb: its errors, its kernel driver, and that a close always releases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from time import monotonic

import pytest

from hookflash.errors import DeviceLost, NotSupported, PortBusy, PortError
from hookflash.hid.port import HidInfo
from hookflash.simulated import Exchange
from hookflash.simulated.cm109 import simulated_cm109
from support.echo_phone import EchoPhone
from support.fakeusb import HELD, IO, PIPE, USBFS, FakeUsb
from support.leaks import no_leaks
from support.lines import PATIENCE, until

if sys.platform != "linux":
    pytest.skip("elsewhere hidapi opens these phones", allow_module_level=True)

from hookflash.usb import port as port_module
from hookflash.usb.port import UsbReportPort, find

HELLO = b"\0" + b"hello   "
INFO = HidInfo("/dev/bus/usb/001/005", 0x6993, 0xB001, product="Echo phone", interface=3)


@pytest.fixture
def usb() -> Iterator[FakeUsb]:
    exchange = Exchange()
    usb = FakeUsb(EchoPhone(exchange))
    yield usb
    exchange.close()
    assert usb.misused == []
    assert usb.open_handles == 0


def opened(usb: FakeUsb, info: HidInfo = INFO) -> UsbReportPort:
    return UsbReportPort(info, partial(find, usb, info))


@pytest.fixture
def port(usb: FakeUsb) -> Iterator[UsbReportPort]:
    port = opened(usb)
    yield port
    port.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up at once on a device that cannot be opened."""
    monkeypatch.setattr(port_module, "OPEN_SECONDS", 0.0)


# --- reports ----------------------------------------------------------------------------------


def test_reports_go_both_ways(usb: FakeUsb, port: UsbReportPort) -> None:
    port.write(HELLO)
    assert port.read() == HELLO
    assert [entry.detail for entry in usb.phone.journal] == [HELLO[1:].hex(), HELLO.hex()]


def test_the_descriptor_is_the_devices(usb: FakeUsb, port: UsbReportPort) -> None:
    assert port.descriptor == usb.phone.get_report_descriptor()


def test_a_device_need_not_tell_its_descriptor(usb: FakeUsb) -> None:
    usb.answers_descriptor = False
    port = opened(usb)
    assert port.descriptor == b""
    port.close()


def test_reports_wait_in_the_device_until_they_are_read(usb: FakeUsb, port: UsbReportPort) -> None:
    reports = [bytes([0, number, *bytes(7)]) for number in range(100)]
    for report in reports:
        port.write(report)
    assert [port.read() for _ in reports] == reports


def test_a_read_goes_on_when_nothing_comes(
    usb: FakeUsb, port: UsbReportPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_module, "READ_MS", 1)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(port.read)
        until(lambda: usb.reads > 3, "it reads")
        port.write(HELLO)
        assert read.result(PATIENCE) == HELLO


def test_at_rest_it_looks_once_a_second() -> None:
    assert port_module.READ_MS >= 1000


def test_what_the_device_refuses(usb: FakeUsb, port: UsbReportPort) -> None:
    with pytest.raises(DeviceLost, match=r"write Echo phone .*Pipe error"):
        port.write(b"\0\1\2")
    with pytest.raises(NotSupported, match=r"get feature report 1 of Echo phone .*Pipe error"):
        port.get_feature(1, 8)
    with pytest.raises(NotSupported, match=r"send feature report 1 of Echo phone .*Pipe error"):
        port.send_feature(b"\1\2")
    assert port.get_input(0, 9) == b""


def test_a_device_that_tells_its_state_when_it_is_asked(exchange: Exchange) -> None:
    phone = simulated_cm109("kip1000", exchange, (), "1001")
    usb = FakeUsb(phone, kernel="cm109")
    info = HidInfo(INFO.path, 0x0D8C, 0x000E)
    port = opened(usb, info)
    assert port.get_input(0, 5) == bytes(5)
    port.write(bytes((0, 0, 0x0F, 0x0F, 0)))
    assert port.get_input(0, 5) == bytes((0, 0, 0x0F, 0, 0))
    port.close()
    assert usb.owner == "cm109"


def test_a_device_that_does_not_answer_has_a_deadline(usb: FakeUsb, port: UsbReportPort) -> None:
    usb.deaf = True
    with pytest.raises(DeviceLost, match=r"write Echo phone .*timed out"):
        port.write(HELLO)


def test_errors_of_the_wire_may_pass(
    usb: FakeUsb, port: UsbReportPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_module, "TRY_SECONDS", 0.001)
    usb.wire_errors.extend([IO] * (port_module.TRIES - 1))
    port.write(HELLO)
    assert port.read() == HELLO
    usb.wire_errors.extend([PIPE])  # a halt lasts until it is cleared
    port.write(HELLO)
    assert port.read() == HELLO
    usb.wire_errors.extend([IO] * port_module.TRIES)
    with pytest.raises(DeviceLost, match=r"read Echo phone .*the device is gone \(.*Input/Output"):
        port.read()


# --- who has it -------------------------------------------------------------------------------


def test_the_kernels_driver_is_given_back(usb: FakeUsb) -> None:
    assert usb.owner == "yealink"
    port = opened(usb)
    assert usb.owner == USBFS
    port.close()
    assert usb.owner == "yealink"


def test_so_it_is_where_a_program_died_with_it(usb: FakeUsb) -> None:
    usb.owner = ""
    opened(usb).close()
    assert usb.owner == "yealink"


def test_no_driver_is_no_trouble(usb: FakeUsb) -> None:
    usb.owner = usb.kernel = ""
    opened(usb).close()
    assert usb.owner == ""


def test_a_driver_that_is_loaded_just_now(usb: FakeUsb) -> None:
    """udev loads the kernel's module when the device appears, which may be as we open it."""
    usb.owner = ""
    usb.driver_comes_between = 2
    port = opened(usb)
    assert usb.owner == USBFS
    port.close()
    assert usb.owner == "yealink"


def test_another_program_has_it(
    usb: FakeUsb, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_module, "others", lambda _: None)
    usb.owner = HELD
    with pytest.raises(PortBusy, match=r"open Echo phone .*another program holds it") as caught:
        opened(usb)
    assert isinstance(caught.value.__cause__, OSError)
    assert usb.owner == HELD


def test_the_program_is_named(
    usb: FakeUsb, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def others(path: str) -> list[str]:
        asked.append(path)
        return ["toxphone (pid 17)"]

    monkeypatch.setattr(port_module, "others", others)
    usb.owner = HELD
    with pytest.raises(PortBusy, match=r"toxphone \(pid 17\) holds it; close that program"):
        opened(usb)
    assert asked == [INFO.path]


def test_we_have_it_ourselves(usb: FakeUsb, port: UsbReportPort, impatient: None) -> None:
    with pytest.raises(PortBusy, match="this program has it open already"):
        opened(usb)
    port.write(HELLO)
    assert port.read() == HELLO


def test_a_failed_open_gives_it_back(usb: FakeUsb, impatient: None) -> None:
    usb.driver_comes_between = 1
    with pytest.raises(PortBusy):
        opened(usb)
    assert usb.owner == "yealink"


def test_no_permission(usb: FakeUsb, impatient: None) -> None:
    usb.denied = True
    with pytest.raises(PortError, match=r"open Echo phone .*no permission; install the udev rules"):
        opened(usb)


def test_permissions_may_still_settle(usb: FakeUsb) -> None:
    usb.denied = True
    with ThreadPoolExecutor() as pool:
        opening = pool.submit(opened, usb)
        usb.denied = False
        opening.result(PATIENCE).close()


def test_it_is_not_there(usb: FakeUsb, impatient: None) -> None:
    elsewhere = HidInfo("/dev/bus/usb/001/006", 0x6993, 0xB001)
    with pytest.raises(PortError, match=r"there is no such device; is it plugged in\?"):
        opened(usb, elsewhere)
    another = HidInfo(INFO.path, 0x6993, 0xB002)  # which has got the address meanwhile
    with pytest.raises(PortError, match="there is no such device"):
        opened(usb, another)
    usb.phone.unplug()
    with pytest.raises(PortError, match="there is no such device"):
        opened(usb)


def test_libusb_cannot_look(usb: FakeUsb, impatient: None) -> None:
    usb.blind = True
    with pytest.raises(PortError, match=r"open Echo phone .*Input/Output Error"):
        opened(usb)


def test_it_is_no_such_phone(usb: FakeUsb, impatient: None) -> None:
    with pytest.raises(PortError, match="it has no HID interface"):
        opened(usb, HidInfo(INFO.path, 0x6993, 0xB001, interface=1))


# --- close, and unplug ------------------------------------------------------------------------


def test_close_ends_a_read_and_may_come_twice(usb: FakeUsb, port: UsbReportPort) -> None:
    with ThreadPoolExecutor() as pool, no_leaks():
        read = pool.submit(port.read)
        usb.wait_for_reader()
        began = monotonic()
        port.close()
        assert read.result(PATIENCE) == b""
        assert monotonic() - began < 0.5
        port.close()
        assert port.read() == b""
        for use in (partial(port.write, HELLO), partial(port.get_feature, 2, 2)):
            with pytest.raises(DeviceLost, match="the port is closed"):
                use()
        pool.shutdown()


def test_a_read_that_began_in_the_moment_of_the_release(
    usb: FakeUsb, port: UsbReportPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It claims the interface once more; the kernel's driver gets it back all the same."""
    monkeypatch.setattr(port_module, "READ_MS", 50)
    usb.reads_late = True
    with ThreadPoolExecutor() as pool:
        read = pool.submit(port.read)
        until(lambda: not usb.reads_late, "it reads")
        port.close()
        assert read.result(PATIENCE) == b""
    assert (usb.open_handles, usb.owner) == (0, "yealink")


def test_where_a_release_wakes_nobody_the_reads_deadline_does(
    usb: FakeUsb, port: UsbReportPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    usb.release_wakes = False
    monkeypatch.setattr(port_module, "CLOSE_SECONDS", 0.01)
    monkeypatch.setattr(port_module, "READ_MS", 200)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(port.read)
        usb.wait_for_reader()
        port.close()
        assert usb.open_handles == 1, "the reader has it yet"
        assert read.result(PATIENCE) == b""
    assert (usb.open_handles, usb.owner) == (0, "yealink")


def test_an_unplug_while_reading(usb: FakeUsb, port: UsbReportPort) -> None:
    with ThreadPoolExecutor() as pool:
        read = pool.submit(port.read)
        usb.wait_for_reader()
        usb.phone.unplug()
        with pytest.raises(DeviceLost, match=r"read Echo phone .*the device is gone") as caught:
            read.result(PATIENCE)
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(DeviceLost, match="No such device"):
        port.write(HELLO)
    with pytest.raises(DeviceLost):
        port.read()
    with pytest.raises(DeviceLost):
        port.get_feature(1, 8)
    port.close()
    port.close()


@pytest.mark.parametrize(
    "step",
    [
        "open_device",
        "get_configuration",
        "is_kernel_driver_active",
        "detach_kernel_driver",
        "claim_interface",
        "ctrl_transfer",
        "release_interface",
        "attach_kernel_driver",
    ],
)
def test_an_unplug_at_any_moment(
    usb: FakeUsb, impatient: None, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real = getattr(usb, step)

    def unplugged_before(*args: object) -> object:
        usb.phone.unplug()
        return real(*args)

    monkeypatch.setattr(usb, step, unplugged_before)
    try:
        port = opened(usb)
    except PortError as error:
        assert "there is no such device" in str(error)
    else:
        with nullcontext() if usb.phone.is_plugged_in else pytest.raises(DeviceLost):
            port.write(HELLO)
        port.close()
    assert not usb.phone.is_plugged_in
    assert usb.open_handles == 0


def test_all_at_once(usb: FakeUsb) -> None:
    """Reading, writing and closing from several threads, again and again."""
    for _ in range(30):
        port = opened(usb)
        with ThreadPoolExecutor() as pool:
            reader = pool.submit(read_on, port)
            writer = pool.submit(write_on, port)
            for closer in [pool.submit(port.close) for _ in range(4)]:
                closer.result(PATIENCE)
            reader.result(PATIENCE)
            writer.result(PATIENCE)
        assert (usb.open_handles, usb.owner) == (0, "yealink")


def read_on(port: UsbReportPort) -> None:
    while port.read():
        pass


def write_on(port: UsbReportPort) -> None:
    with suppress(DeviceLost):
        while True:
            port.write(HELLO)


@pytest.mark.parametrize("ending", ["raise SystemExit(3)", "raise ZeroDivisionError", "pass"])
def test_the_end_of_the_interpreter_gives_it_back(ending: str) -> None:
    """Nobody closed it, a thread waits for a report."""
    program = f"""
import atexit
atexit.register(lambda: print(usb.owner, usb.open_handles, usb.misused))
import threading
from functools import partial
from hookflash.simulated import Exchange, ManualClock
from hookflash.usb.port import UsbReportPort, find
from support.echo_phone import EchoPhone
from support.fakeusb import FakeUsb
from test_usb_port import INFO
usb = FakeUsb(EchoPhone(Exchange(clock=ManualClock())))
port = UsbReportPort(INFO, partial(find, usb, INFO))
threading.Thread(target=port.read, daemon=True).start()
usb.wait_for_reader()
{ending}
"""
    here = Path(__file__).parent
    environment = {"PYTHONPATH": ":".join([str(here), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines() == ["yealink 0 []"], done.stderr
