"""The port to HID devices: what hidapi's errors become, and that a close always releases."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest

from hookflash.errors import (
    DeviceLost,
    NoPermission,
    NothingPluggedIn,
    NotSupported,
    PortBusy,
    PortError,
)
from hookflash.hid import hidapiport
from hookflash.hid.hidapiport import READ_MS, HidApiPort
from hookflash.hid.port import HidInfo
from support.fakehid import UNNUMBERED, FakeDevice, TtyDevice
from support.lines import PATIENCE, until

ON_LINUX = sys.platform == "linux"
needs_linux = pytest.mark.skipif(not ON_LINUX, reason="hidraw nodes are Linux's")

MakeDevice = Callable[..., FakeDevice]


@pytest.fixture(params=["timed", pytest.param("woken", marks=needs_linux)])
def make_device(request: pytest.FixtureRequest) -> Iterator[MakeDevice]:
    made: list[FakeDevice] = []

    def make(*descriptor: bytes) -> FakeDevice:
        made.append((TtyDevice if request.param == "woken" else FakeDevice)(*descriptor))
        return made[-1]

    yield make
    for device in made:
        device.end()
        assert device.misused == []


@pytest.fixture
def device(make_device: MakeDevice) -> FakeDevice:
    return make_device()


@pytest.fixture
def port(device: FakeDevice) -> Iterator[HidApiPort]:
    port = HidApiPort(device.info, device)
    yield port
    port.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up at once on a device that cannot be opened."""
    monkeypatch.setattr(hidapiport, "OPEN_SECONDS", 0.0)


def test_reports_come_with_their_id(device: FakeDevice, port: HidApiPort) -> None:
    device.say(b"\x02\x01")
    assert port.read() == b"\x02\x01"
    assert port.descriptor == device.descriptor


def test_reports_without_an_id_get_one(make_device: MakeDevice) -> None:
    device = make_device(UNNUMBERED)
    port = HidApiPort(device.info, device)
    device.say(b"\x01")
    assert port.read() == b"\x00\x01"
    port.write(b"\x00\x01")
    assert device.written == [b"\x00\x01"]
    port.close()


def test_reports_go_out_whole(device: FakeDevice, port: HidApiPort) -> None:
    port.write(b"\x02\x05\x00")
    assert device.written == [b"\x02\x05\x00"]


@pytest.mark.parametrize("report", [b"", b"\x02", bytes(16385)])
def test_what_is_no_report_is_not_sent(device: FakeDevice, port: HidApiPort, report: bytes) -> None:
    with pytest.raises(NotSupported, match=f"write Test phone .*{len(report)} in all"):
        port.write(report)
    assert device.written == []


def test_a_failed_write_is_noticed(device: FakeDevice, port: HidApiPort) -> None:
    device.stalls = True
    with pytest.raises(DeviceLost, match=r"write Test phone .*Broken pipe"):
        port.write(b"\x02\x01")


def test_features(device: FakeDevice, port: HidApiPort) -> None:
    port.send_feature(b"\x09\x01")
    assert device.features == [b"\x09\x01"]
    assert port.get_feature(9, 2) == b"\x09\x01"
    with pytest.raises(NotSupported, match="get feature report 8 of Test phone") as caught:
        port.get_feature(8, 2)
    assert isinstance(caught.value.__cause__, OSError)
    device.stalls = True
    with pytest.raises(NotSupported, match=r"send feature report 9 .*Broken pipe"):
        port.send_feature(b"\x09\x01")


def test_the_present_state_may_be_asked_for(device: FakeDevice, port: HidApiPort) -> None:
    assert port.get_input(2, 2) == b""
    device.inputs[2] = b"\x02\x01"
    assert port.get_input(2, 2) == b"\x02\x01"


def test_an_unplug_while_reading(device: FakeDevice, port: HidApiPort) -> None:
    with ThreadPoolExecutor() as pool:
        read = pool.submit(port.read)
        device.unplug()
        with pytest.raises(DeviceLost, match=r"read Test phone .*the device is gone") as caught:
            read.result(PATIENCE)
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(DeviceLost, match="No such device"):
        port.write(b"\x02\x01")
    with pytest.raises(DeviceLost):
        port.read()
    port.close()
    port.close()
    assert device.closes == 1


def test_close_ends_a_read_and_may_come_twice(device: FakeDevice, port: HidApiPort) -> None:
    with ThreadPoolExecutor() as pool:
        read = pool.submit(port.read)
        until(lambda: bool(device.reads) or isinstance(device, TtyDevice), "it reads")
        port.close()
        assert read.result(PATIENCE) == b""
    assert device.closes == 1
    port.close()
    assert device.closes == 1
    assert port.read() == b""
    for use in (
        lambda: port.write(b"\x02\x01"),
        lambda: port.send_feature(b"\x02\x01"),
        lambda: port.get_feature(2, 2),
        lambda: port.get_input(2, 2),
    ):
        with pytest.raises(DeviceLost, match="the port is closed"):
            use()


def write_on(port: HidApiPort) -> None:
    """Write until there is no port any more."""
    with suppress(DeviceLost):
        while True:
            port.write(b"\x02\x01")


@needs_linux
def test_close_waits_for_nobody_and_touches_nobody_elses_descriptor() -> None:
    """The numbers of descriptors are given out again at once."""
    for _ in range(50):
        device = TtyDevice()
        port = HidApiPort(device.info, device)
        with ThreadPoolExecutor() as pool:
            reader = pool.submit(port.read)
            writer = pool.submit(write_on, port)
            closers = [pool.submit(port.close) for _ in range(4)]
            pipes = [os.pipe() for _ in range(8)]
            for closer in closers:
                closer.result(PATIENCE)
            assert reader.result(PATIENCE) == b""
            writer.result(PATIENCE)
        for read_end, write_end in pipes:
            os.set_blocking(read_end, False)
            with pytest.raises(BlockingIOError):
                os.read(read_end, 10)
            os.close(read_end)
            os.close(write_end)
        device.end()
        assert (device.closes, device.misused) == (1, [])


def test_a_close_is_not_held_up_by_a_stuck_write(
    device: FakeDevice, port: HidApiPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hidapiport, "CLOSE_SECONDS", 0.05)
    with ThreadPoolExecutor() as pool, port._control:
        writer = pool.submit(port.write, b"\x02\x01")
        until(lambda: port._uses._users == 1, "it writes")
        port.close()
        assert device.closes == 0
        assert not writer.done()
        port._control.release()
        writer.result(PATIENCE)
        port._control.acquire()
    assert device.closes == 1


@needs_linux
def test_one_report_is_one_wake_up() -> None:
    device = TtyDevice()
    port = HidApiPort(device.info, device)
    for number in range(5):
        device.say(bytes([2, number]))
        assert port.read() == bytes([2, number])
    assert len(device.reads) == 5
    port.close()
    device.end()


def test_where_nothing_wakes_a_read_it_looks_once_a_second() -> None:
    device = FakeDevice()
    port = HidApiPort(device.info, device)
    device.say(b"\x02\x01")
    port.read()
    assert device.reads == [READ_MS]
    assert READ_MS >= 1000
    port.close()


@needs_linux
def test_where_descriptors_cannot_be_told_reads_are_timed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("hookflash.hid.nodes._PROC", tmp_path)
    device = TtyDevice()
    port = HidApiPort(device.info, device)
    device.say(b"\x02\x01")
    assert port.read() == b"\x02\x01"
    assert device.reads == [READ_MS]
    port.close()
    device.end()


def test_a_device_that_cannot_be_opened_yet(make_device: MakeDevice) -> None:
    device = make_device()
    device.refusals = ["Permission denied", "Permission denied"]
    HidApiPort(device.info, device).close()
    assert device.attempts == 3


def test_a_device_that_cannot_be_opened(impatient: None, make_device: MakeDevice) -> None:
    device = make_device()
    device.refusals = ["Permission denied"]
    with pytest.raises(PortError, match=r"open Test phone .*Permission denied.*may this") as caught:
        HidApiPort(device.info, device)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_device_without_a_descriptor_is_released(make_device: MakeDevice) -> None:
    device = make_device(b"")
    with pytest.raises(PortError, match="no report descriptor"):
        HidApiPort(device.info, device)
    assert device.closes == 1


def test_elsewhere_than_on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash.hid.hidapiport.sys", SimpleNamespace(platform="win32"))
    device = FakeDevice()
    device.info = HidInfo(r"\\?\hid#vid_1209&pid_0b01&col02#8&1&0&0001#{4d1e55b2}", 0x1209, 0x0B01)
    port = HidApiPort(device.info, device)
    device.say(b"\x02\x01")
    assert port.read() == b"\x02\x01"
    device.unplug()
    with pytest.raises(DeviceLost):
        port.read()
    with pytest.raises(NotSupported):
        port.send_feature(b"\x02\x01")
    port.close()
    assert device.misused == []


@needs_linux
@pytest.mark.parametrize(
    ("number", "kind", "cure"),
    [
        (errno.EACCES, NoPermission, r'no permission; .*udev rules.*KERNELS=="0003:1209:0B01\.\*"'),
        (errno.EBUSY, PortBusy, "another program .*holds it; close"),
        (errno.ENOENT, NothingPluggedIn, "no such device; is it plugged in"),
        (errno.ENODEV, NothingPluggedIn, "no such device; is it plugged in"),
        (errno.EMFILE, PortError, "Too many open files"),
    ],
)
def test_an_open_error_names_the_device_and_the_cure(
    impatient: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    number: int,
    kind: type[PortError],
    cure: str,
) -> None:
    info = HidInfo(str(tmp_path / "hidraw9"), 0x1209, 0x0B01, product="Test phone")

    def refuse(path: str, flags: int) -> int:
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr("hookflash.hid.nodes.os.open", refuse)
    with pytest.raises(PortError, match=cure) as caught:
        HidApiPort(info, FakeDevice())
    assert type(caught.value) is kind
    assert str(caught.value).startswith("open Test phone (1209:0b01) at ")
    assert isinstance(caught.value.__cause__, OSError)


@needs_linux
def test_permission_that_comes_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """udev sets it after the node has appeared."""
    device = TtyDevice()
    refusals = [errno.EACCES, errno.ENOENT]
    really = os.open

    def open_late(path: str | bytes, flags: int) -> int:
        if path == device.info.path and refusals:
            number = refusals.pop()
            raise OSError(number, os.strerror(number))
        return really(path, flags)

    monkeypatch.setattr("hookflash.hid.nodes.os.open", open_late)
    before = monotonic()
    HidApiPort(device.info, device).close()
    assert monotonic() - before < hidapiport.OPEN_SECONDS
    device.end()
