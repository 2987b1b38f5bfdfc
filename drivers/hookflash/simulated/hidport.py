"""`sim-hid:` URLs: a simulated handset as a HID port of this process, on every platform.

`sim-hid:` is a handset in Jabra's layout, subscriber 1001's;
`sim-hid:?model=cx300&number=1002&faults=slow,no_busy` says otherwise. It outlives its openings, and
lives in the world of the `sim:` lines: their exchange, their clock.
"""

import queue
import threading
from urllib.parse import parse_qsl

from ..errors import DeviceLost, PortError
from ..hid.port import HidPort
from .handset import SimulatedHandset
from .hid_faults import parse_handset_faults
from .hid_line import SimulatedHidLine
from .hid_models import find_model
from .port import shared_exchange

_handsets: dict[tuple[str, str], SimulatedHandset] = {}
_lock = threading.Lock()


class SimulatedHidPort(HidPort):
    """One opening of a simulated handset; there may be several at once, as with real ones."""

    def __init__(self, handset: SimulatedHandset) -> None:
        super().__init__(handset.info, handset.layout.descriptor)
        self.handset = handset
        self._reports: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ended = ""
        try:
            handset.attach(self)
        except DeviceLost as error:
            raise PortError(
                f"open {self.info.path}: there is no such device; is it plugged in?"
            ) from error

    def read(self) -> bytes:
        report = self._reports.get() if not self._ended else None
        if report is not None:
            return report
        self._reports.put(None)
        if self._ended == "unplugged":
            raise DeviceLost(f"read {self.info.path}: unplugged")
        return b""

    def write(self, report: bytes) -> None:
        self._must_be_open("write")
        self.handset.write(report)

    def get_input(self, report_id: int, size: int) -> bytes:
        self._must_be_open("get input report")
        return self.handset.get_input(report_id, size)

    def get_feature(self, report_id: int, size: int) -> bytes:
        self._must_be_open("get feature report")
        return self.handset.get_feature(report_id, size)

    def send_feature(self, report: bytes) -> None:
        self._must_be_open("send feature report")
        self.handset.send_feature(report)

    def close(self) -> None:
        self.handset.detach(self)
        self._end("closed")

    # --- what the handset tells ---------------------------------------------------------------

    def deliver(self, report: bytes) -> None:
        """An input report arrived."""
        self._reports.put(report)

    def unplugged(self) -> None:
        """The handset is gone."""
        self._end("unplugged")

    def _end(self, how: str) -> None:
        with self.handset.exchange.lock:
            self._ended = self._ended or how
        self._reports.put(None)

    def _must_be_open(self, verb: str) -> None:
        if self._ended:
            raise DeviceLost(f"{verb} {self.info.path}: {self._ended}")


def open_port(url: str) -> HidPort:
    """Open a `sim-hid:` URL. Its faults are those of a new handset: one that is there keeps its
    own."""
    return SimulatedHidPort(handset_of(url))


def handset_of(url: str) -> SimulatedHandset:
    """The handset of a `sim-hid:` URL, to lift and to look at; made when first asked for."""
    options = dict(parse_qsl(url.partition("?")[2], keep_blank_values=True))
    name = options.pop("model", "jabra")
    number = options.pop("number", "1001")
    words = options.pop("faults", "")
    if options:
        raise PortError(f"open {url}: allowed are model=…, number=… and faults=…,…")
    try:
        model = find_model(name)
        faults = parse_handset_faults(words.split(",") if words else ())
    except PortError as error:
        raise PortError(f"open {url}: {error}") from error
    with _lock:
        handset = _handsets.get((name, number))
        if handset is None:
            handset = SimulatedHandset(model, shared_exchange(), faults, number)
            if model.line:
                SimulatedHidLine(handset)
            _handsets[name, number] = handset
        return handset
