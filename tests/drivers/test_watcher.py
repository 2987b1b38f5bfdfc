"""How plugging in and out is noticed."""

from __future__ import annotations

import errno
import os
import queue
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hookflash.discovery import Watcher
from hookflash.discovery.polling import Polling, devices_now, nodes_now
from hookflash.discovery.source import Source
from hookflash.discovery.watcher import MOST, QUIET, News, best_source
from hookflash.errors import PortError
from support.lines import PATIENCE, until
from support.usbtree import UsbTree

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="/sys and udev are Linux's")


# --- when the listener is called --------------------------------------------------------------


def test_news_waits_for_quiet_but_not_for_ever() -> None:
    news = News()
    assert news.due is None
    news.heard(100.0)
    assert news.due == 100.0 + QUIET
    news.heard(100.1)
    assert news.due == 100.1 + QUIET
    for tenth in range(2, 20):
        news.heard(100.0 + tenth / 10)
    assert news.due == 100.0 + MOST


class Script(Source):
    """Has news when the test says so."""

    def __init__(self) -> None:
        self._news: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.waits = 0
        self.closed = 0

    def happen(self) -> None:
        self._news.put(True)

    def wait(self, seconds: float | None) -> bool:
        self.waits += 1
        with suppress(queue.Empty):
            return self._news.get(timeout=seconds)
        return False

    def wake(self) -> None:
        self._news.put(False)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Script:
    """Quick: it is quiet after a tenth of the time."""
    monkeypatch.setattr("hookflash.discovery.watcher.QUIET", QUIET / 10)
    monkeypatch.setattr("hookflash.discovery.watcher.MOST", MOST / 10)
    return Script()


@pytest.fixture
def heard() -> queue.SimpleQueue[str]:
    return queue.SimpleQueue()


@pytest.fixture
def watcher(source: Script, heard: queue.SimpleQueue[str]) -> Iterator[Watcher]:
    watcher = Watcher(lambda: heard.put(threading.current_thread().name), lambda: source)
    watcher.start()
    yield watcher
    watcher.close()
    assert source.closed == 1


def test_one_call_for_many_events(
    source: Script, heard: queue.SimpleQueue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookflash.discovery.watcher.MOST", PATIENCE)
    for _ in range(20):
        source.happen()
    watcher = Watcher(lambda: heard.put(threading.current_thread().name), lambda: source)
    watcher.start()
    assert heard.get(timeout=PATIENCE) == "hookflash watcher"
    source.happen()
    heard.get(timeout=PATIENCE)
    watcher.close()
    assert heard.empty()
    assert source.waits <= 24  # each event, the quiet after the last, and those for the next one


def test_events_without_end_are_told_all_the_same(source: Script) -> None:
    told, ended = threading.Event(), threading.Event()

    def storm() -> None:
        while not ended.wait(QUIET / 40):
            source.happen()

    watcher = Watcher(told.set, lambda: source)
    watcher.start()
    stormy = threading.Thread(target=storm)
    stormy.start()
    assert told.wait(PATIENCE)
    ended.set()
    stormy.join()
    watcher.close()


def test_nothing_is_told_once_close_has_returned(
    watcher: Watcher,
    source: Script,
    heard: queue.SimpleQueue[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hookflash.discovery.watcher.QUIET", PATIENCE)
    monkeypatch.setattr("hookflash.discovery.watcher.MOST", PATIENCE)
    source.happen()
    until(lambda: source.waits >= 2, "the news is heard, and not told yet")
    watcher.close()
    watcher.close()
    assert heard.empty()
    assert not any(one.name == "hookflash watcher" for one in threading.enumerate())


def test_close_waits_for_a_listener_that_is_being_called(source: Script) -> None:
    entered, leave, left = threading.Event(), threading.Event(), threading.Event()

    def listener() -> None:
        entered.set()
        leave.wait(PATIENCE)
        left.set()

    watcher = Watcher(listener, lambda: source)
    watcher.start()
    source.happen()
    assert entered.wait(PATIENCE)
    closer = threading.Thread(target=watcher.close)
    closer.start()
    leave.set()
    closer.join(PATIENCE)
    assert left.is_set()
    assert not closer.is_alive()


def test_a_listener_may_close_its_watcher(source: Script) -> None:
    closed = threading.Event()

    def close() -> None:
        own.close()
        closed.set()

    own = Watcher(close, lambda: source)
    own.start()
    source.happen()
    assert closed.wait(PATIENCE)
    until(lambda: source.closed == 1, "the source is closed")
    own.close()


def test_a_listeners_defect_does_not_end_the_watch(
    source: Script, caplog: pytest.LogCaptureFixture
) -> None:
    calls: queue.SimpleQueue[int] = queue.SimpleQueue()

    def listener() -> None:
        calls.put(1)
        raise ValueError("a defect")

    watcher = Watcher(listener, lambda: source)
    watcher.start()
    for _ in range(2):
        source.happen()
        calls.get(timeout=PATIENCE)
    watcher.close()
    assert caplog.text.count("ValueError: a defect") == 2


def test_closed_before_it_was_started(source: Script) -> None:
    watcher = Watcher(pytest.fail, lambda: source)
    watcher.close()
    watcher.start()
    watcher.close()
    assert source.waits == 0


# --- looking again and again ------------------------------------------------------------------


def test_polling_tells_of_changes_only() -> None:
    there = {"COM1"}
    looks = 0

    def look() -> frozenset[str]:
        nonlocal looks
        looks += 1
        return frozenset(there)

    polling = Polling(look, interval=0.01)
    assert not polling.wait(0.05)
    assert looks >= 3
    there.add("COM3")
    assert polling.wait(None)
    there.clear()
    assert polling.wait(PATIENCE)
    before = looks
    assert not polling.wait(0.0)
    assert looks <= before + 1
    polling.wake()
    there.add("COM4")
    assert not polling.wait(None)
    polling.close()


@needs_linux
def test_what_polling_sees_on_linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = UsbTree(tmp_path)
    assert nodes_now(tmp_path / "none", tmp_path) == ()

    def now() -> object:
        return nodes_now(tree.sysfs, tree.devfs)

    seen = [now()]
    tree.plain_tty("ttyS0")
    assert now() == seen[0]
    tree.plug()
    seen.append(now())
    (tree.devfs / "ttyACM0").unlink()
    seen.append(now())  # the node comes last in a container
    (tree.devfs / "ttyACM0").touch()
    monkeypatch.setattr("hookflash.discovery.polling.os.access", lambda *_: False)
    seen.append(now())  # and the rights to it later still
    monkeypatch.undo()
    tree.unplug()
    assert now() == seen[0]
    phone = tree.sysfs / "bus" / "usb" / "devices" / "1-2"
    phone.mkdir(parents=True)
    for number in (7, 8):  # it has no node of its own, and a new number each time it is plugged in
        (phone / "devnum").write_text(f"{number}\n")
        seen.append(now())
    assert len(set(seen)) == 6


def test_what_polling_sees_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookflash.discovery.polling.list_modems", lambda: ["COM3"])
    monkeypatch.setattr("hookflash.discovery.polling.list_devices", lambda: ["headset"])
    assert devices_now() == ("COM3", "headset")

    def no_library() -> list[object]:
        raise PortError("open: no Python module hid")

    monkeypatch.setattr("hookflash.discovery.polling.list_devices", no_library)
    assert devices_now() == ("COM3",)


@needs_linux
def test_without_udevd_one_looks_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookflash.discovery.udev_source.CONTROL", tmp_path / "none")
    source = best_source()
    assert isinstance(source, Polling)
    source.close()


# --- udev's events ----------------------------------------------------------------------------


class Told:
    """An event of udev's."""

    action = "add"

    def __init__(self, subsystem: str, path: str) -> None:
        self.subsystem, self.device_path = subsystem, path


class Monitor:
    """Stands for pyudev's: a descriptor that is readable, and what is read then."""

    def __init__(self) -> None:
        self.filters: list[tuple[str, ...]] = []
        self.events: list[Told | OSError | None] = []
        self._readable, self._write = socket.socketpair()

    def from_netlink(self, _: object) -> Monitor:
        return self

    def filter_by(self, *what: str) -> None:
        self.filters.append(what)

    def start(self) -> None:
        self._write.send(b"x")

    def fileno(self) -> int:
        return self._readable.fileno()

    def poll(self, timeout: float) -> Told | None:
        assert timeout == 0
        event = self.events.pop(0)
        if isinstance(event, OSError):
            raise event
        return event

    def close(self) -> None:
        self._readable.close()
        self._write.close()


@pytest.fixture
def monitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Monitor]:
    monitor = Monitor()
    pyudev = pytest.importorskip("pyudev")
    monkeypatch.setattr(pyudev, "Monitor", monitor)
    monkeypatch.setattr(pyudev, "Context", object)
    monkeypatch.setattr("hookflash.discovery.udev_source.CONTROL", tmp_path)
    yield monitor
    monitor.close()


USB = "/devices/pci0000:00/0000:00:14.0/usb1/1-4"


@needs_linux
@pytest.mark.parametrize(
    ("events", "matters"),
    [
        ([Told("tty", f"{USB}/1-4:1.0/tty/ttyACM0")], True),
        ([Told("tty", "/devices/virtual/tty/tty63")], False),
        ([Told("tty", "/devices/virtual/tty/tty63"), Told("hidraw", f"{USB}/x/hidraw0")], True),
        ([Told("hidraw", "/devices/virtual/misc/uhid/0005:0B0E:0307.0001/hidraw/hidraw0")], True),
        ([Told("usb", USB)], True),
        ([], False),
    ],
)
def test_which_of_udevs_events_matter(events: list[Told], matters: bool, monitor: Monitor) -> None:
    monitor.events = [*events, None]
    source = best_source()
    assert str(source) == "udev's events"
    assert source.wait(PATIENCE) is matters
    assert monitor.events == []  # all at once
    source.wake()
    assert not source.wait(None)
    source.close()
    assert monitor.filters == [("tty",), ("hidraw",), ("usb", "usb_device")]


@needs_linux
def test_events_that_were_lost_are_a_reason_to_look(monitor: Monitor) -> None:
    monitor.events = [OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS))]
    source = best_source()
    assert source.wait(PATIENCE)
    source.close()


@needs_linux
def test_without_libudev_one_looks_again_and_again(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_library() -> object:
        raise ImportError("No library named udev")

    monkeypatch.setattr("pyudev.Context", no_library)
    source = best_source()
    assert isinstance(source, Polling)
    source.close()
