"""A link: an open HID device that several users share, a handset and a line of one telephone.

One thread reads; the state of all outputs is kept here, because a report carries several lamps
and is always written whole: a lamp left out would be put out, and devices take that for a command.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..errors import DeviceLost, HookflashError, NotSupported
from .descriptor import ReportDescriptor, parse
from .port import HidInfo, HidPort
from .report import Field, Report, ReportType

log = logging.getLogger(__name__)

_ENDS_WITHIN = 2.0
"""Seconds a reader may take to notice that its port was closed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An input report: when it was read (monotonic seconds), its values, its bytes with the id."""

    at: float
    values: Mapping[Field, int]
    data: bytes


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears of a link, on its reader's thread: must return at once.

    heard: a report came. lost: the device is gone; told once, and nothing after it.
    """

    heard: Callable[[Heard], None]
    lost: Callable[[DeviceLost], None]


class Link:
    """An open device. Made by `connect`, and given back by each of its users with `release`."""

    def __init__(self, port: HidPort, descriptor: ReportDescriptor) -> None:
        self._port = port
        self.descriptor = descriptor
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._lost: DeviceLost | None = None
        self._writing = threading.Lock()
        self._state: dict[int, dict[Field, int]] = {}
        """Values of all output fields, by report id."""
        self._features: dict[int, dict[Field, int]] = {}
        """The same of features, as far as they were written."""
        self._written: dict[int, bytes] = {}
        self._users = 0
        self._reader = threading.Thread(target=self._read, name=f"hid {self.name}", daemon=True)

    @property
    def info(self) -> HidInfo:
        """What the device is."""
        return self._port.info

    @property
    def name(self) -> str:
        """For messages: what the device calls itself, and where it is."""
        return f"{self.info.product or 'HID device'} ({self.info.path})"

    @property
    def lost(self) -> DeviceLost | None:
        """Why it is gone, if it is."""
        return self._lost

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear its reports and its loss; returns the callable that ends it. DeviceLost if gone.

        The first listener has the reader begin, so that no report comes before.
        """
        with self._lock:
            if self._lost is not None:
                raise DeviceLost(f"listen to {self.name}: it is gone") from self._lost
            self._listeners.append(listener)
            if self._reader.ident is None:
                self._reader.start()

        def end() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return end

    # --- outputs ------------------------------------------------------------------------------

    def set(self, values: Mapping[Field, int], *, rewrite: bool = False) -> None:
        """Give output fields these values, all others keep theirs; write the reports that changed.

        rewrite: write those reports though nothing changed. DeviceLost if it cannot be written to.
        """
        with self._writing:
            for field, value in values.items():
                self._state.setdefault(field.report_id, {})[field] = value
            for report_id in dict.fromkeys(field.report_id for field in values):
                report = self._report(ReportType.OUTPUT, report_id)
                data = report.encode(self._state[report_id])
                if rewrite or data != self._written.get(report_id):
                    self._written.pop(report_id, None)  # in case it fails half-way
                    self._write(data)
                    self._written[report_id] = data

    def send(self, data: bytes) -> None:
        """Write an output report as it is, filled with zeros to its length; the id comes first.

        For reports of the maker's own, whose fields have no state. DeviceLost if it cannot be
        written to, NotSupported if the device has no such report.
        """
        report = self._report(ReportType.OUTPUT, data[0])
        with self._writing:
            self._write(data.ljust(report.size, b"\0"))

    def send_feature(self, data: bytes) -> None:
        """Write a feature report, filled with zeros to its length; the id comes first.

        NotSupported if the device has none of that id or refuses it, DeviceLost if it is gone.
        """
        report = self._report(ReportType.FEATURE, data[0])
        with self._writing:
            self._write_feature(data.ljust(report.size, b"\0"))

    def set_feature(self, values: Mapping[Field, int]) -> None:
        """Write the feature reports of these fields; other fields of theirs keep what was last
        written there, and are 0 before."""
        for report_id in dict.fromkeys(field.report_id for field in values):
            report = self._report(ReportType.FEATURE, report_id)
            here = {field: value for field, value in values.items() if field in report.fields}
            with self._writing:
                state = self._features.setdefault(report_id, {})
                state |= here
                data = report.encode(state)
                self._write_feature(data)

    def _write(self, data: bytes) -> None:
        self._give(self._port.write, data, "")

    def _write_feature(self, data: bytes) -> None:
        self._give(self._port.send_feature, data, "feature ")

    def _give(self, give: Callable[[bytes], None], data: bytes, what: str) -> None:
        try:
            give(data)
        except DeviceLost as error:
            self._tell_lost(error)
            raise
        log.debug("%s < %s%s", self.name, what, data.hex(" "))

    # --- inputs -------------------------------------------------------------------------------

    def ask(self, report_id: int) -> Mapping[Field, int]:
        """An input report's present values; empty if the device does not answer that."""
        report = self._report(ReportType.INPUT, report_id)
        data = self._port.get_input(report_id, report.size)
        return report.decode(data) if data[:1] == bytes((report_id,)) else {}

    def get_feature(self, report_id: int) -> Mapping[Field, int]:
        """A feature report's values. NotSupported if the device does not give it."""
        report = self._report(ReportType.FEATURE, report_id)
        return report.decode(self._port.get_feature(report_id, report.size))

    def _report(self, report_type: ReportType, report_id: int) -> Report:
        report = self.descriptor.report(report_type, report_id)
        if report is None:
            raise NotSupported(f"use {self.name}: it has no {report_type} report {report_id}")
        return report

    def _read(self) -> None:
        """The reader's thread: ends when the port is closed or the device gone."""
        while True:
            try:
                data = self._port.read()
            except DeviceLost as error:
                self._tell_lost(error)
                return
            except Exception as error:  # a port's defect must not leave a deaf handset behind
                log.exception("read %s: a defect of ours", self.name)
                lost = DeviceLost(f"read {self.name}: {error!r}; unplug it and plug it in again")
                lost.__cause__ = error
                self._tell_lost(lost)
                return
            if not data:
                return
            self._tell_heard(data, time.monotonic())

    def _tell_heard(self, data: bytes, now: float) -> None:
        log.debug("%s > %s", self.name, data.hex(" "))
        report = self.descriptor.report(ReportType.INPUT, data[0])
        if report is None:
            log.debug("%s: no input report %d is declared", self.name, data[0])
            return
        heard = Heard(now, report.decode(data), data)
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.heard(heard)

    def _tell_lost(self, cause: DeviceLost) -> None:
        with self._lock:
            if self._lost is not None or not self._users:
                return
            self._lost = cause
            listeners, self._listeners = self._listeners, []
        with _links_lock:
            _forget(self)
        self._port.close()
        for listener in listeners:
            listener.lost(cause)

    # --- shared -------------------------------------------------------------------------------

    def count(self, more: int) -> int:
        """So many users more; how many there are."""
        with self._lock:
            self._users += more
            return self._users

    def close(self) -> None:
        """Release the device; nothing is told."""
        self._port.close()
        if self._reader.ident is not None and self._reader is not threading.current_thread():
            self._reader.join(_ENDS_WITHIN)


_links: dict[str, Link] = {}
_links_lock = threading.Lock()


def connect(open_port: Callable[[], HidPort]) -> Link:
    """The link to the device that `open_port` opens; the one that stands, if it is open already.

    PortError, PortBusy as the port tells; BadDescriptor if its report descriptor makes no sense.
    """
    port = open_port()
    with _links_lock:
        path = port.info.path
        link = _links.get(path)
        if link is None or link.lost is not None:
            link = _make(port)
            _links[path] = link
        else:
            port.close()
        link.count(1)
    return link


def release(link: Link) -> None:
    """Give a link back; the last user closes the device."""
    with _links_lock:
        if link.count(-1) > 0:
            return
        _forget(link)
    link.close()


def _make(port: HidPort) -> Link:
    try:
        return Link(port, parse(port.descriptor, f"report descriptor of {port.info.path}"))
    except HookflashError:
        port.close()
        raise


def _forget(link: Link) -> None:
    """Connect anew next time. With the lock held."""
    if _links.get(link.info.path) is link:
        del _links[link.info.path]
