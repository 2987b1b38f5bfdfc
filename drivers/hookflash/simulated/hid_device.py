"""A simulated HID device: its reports, both ways. What they mean is a handset's."""

from abc import abstractmethod
from collections.abc import Iterable
from functools import partial

from ..errors import NotSupported
from ..hid.port import HidInfo
from ..hid.report import ReportType
from .exchange import Exchange
from .hid_model import HandsetModel
from .hid_writer import Layout
from .plugged import SLOW, PluggedDevice

STRAY_ID = 0x7E


class SimulatedHidDevice(PluggedDevice):
    """The wire's side of a simulated handset. `faults` may be changed at any time.

    number: whose it is, and its serial number; a line of its own is that subscriber's.
    """

    def __init__(
        self, model: HandsetModel, exchange: Exchange, faults: Iterable[str], number: str
    ) -> None:
        self.model = model
        self.layout = Layout(model.collections)
        info = HidInfo(
            path=f"sim-hid:?model={model.name}&number={number}",
            vendor_id=model.vendor_id,
            product_id=model.product_id,
            manufacturer="hookflash",
            product=model.product,
            serial=number,
            usages=tuple(collection.usage for collection in model.collections),
        )
        super().__init__(info, exchange, faults, number)

    def _power_up(self) -> None:
        super()._power_up()
        self.inputs = dict.fromkeys(self.layout.names(ReportType.INPUT), 0)
        self.outputs = dict.fromkeys(self.layout.names(ReportType.OUTPUT), 0)
        self.features = {
            report_id: self.model.features.get(report_id, bytes(size - 1))
            for (kind, report_id), size in self.layout.sizes.items()
            if kind is ReportType.FEATURE
        }

    # --- what a host does ---------------------------------------------------------------------

    def write(self, report: bytes) -> None:
        """An output report, first byte its id or 0; DeviceLost if it is not one of the device's."""
        with self.exchange.lock:
            self._must_be_there("write")
            self._must_take("write")
            self._take(report, "output")

    def second_program_writes(self, **values: int) -> None:
        """Another program writes the reports that hold these values, with zeros for the rest."""
        with self.exchange.lock:
            ids = {self.layout.places[name].report_id: None for name in values}
            for report_id in ids:
                report = self.layout.encode(ReportType.OUTPUT, report_id, values)
                self._take(report, "second_program")

    def get_input(self, report_id: int, size: int) -> bytes:
        """The present state of an input report, at most `size` bytes; empty: no answer."""
        with self.exchange.lock:
            self._must_be_there("get input report")
            known = (ReportType.INPUT, report_id) in self.layout.sizes
            if not known or "no_get_input" in self.faults:
                return b""
            return self._encode(report_id)[:size]

    def get_feature(self, report_id: int, size: int) -> bytes:
        """A feature report, at most `size` bytes with its id."""
        with self.exchange.lock:
            self._must_be_there("get feature report")
            self._must_have(report_id)
            return (bytes([report_id]) + self.features[report_id])[:size]

    def send_feature(self, report: bytes) -> None:
        """Set a feature report."""
        with self.exchange.lock:
            self._must_be_there("send feature report")
            self._must_take("send feature report")
            self._must_have(report[0])
            size = self.layout.sizes[ReportType.FEATURE, report[0]]
            if len(report) != size:
                self._refuse(f"feature report {report[0]} has {size} bytes, not {len(report)}")
            self.note("feature", report.hex())
            self.features[report[0]] = report[1:]
            self._heed_feature(report[0])

    def _must_have(self, report_id: int) -> None:
        if report_id not in self.features or "no_features" in self.faults:
            raise NotSupported(f"feature report {report_id} of {self.info.path}: it has none")

    def _take(self, report: bytes, who: str) -> None:
        self._must_be_there("write")
        if not report:
            self._refuse("a report of no bytes at all")
        size = self.layout.sizes.get((ReportType.OUTPUT, report[0]))
        if size is None:
            self._refuse(f"there is no output report {report[0]}")
        if len(report) != size:
            self._refuse(f"output report {report[0]} has {size} bytes, not {len(report)}")
        self.note(who, report.hex())
        values = self.layout.decode(ReportType.OUTPUT, report)
        if who == "output" and not self.layout.is_clean(ReportType.OUTPUT, report):
            self.note("misuse", f"{report.hex()}: bits that mean nothing are set")
        if "slow" in self.faults:
            self._later(SLOW, partial(self._heed, values))
        else:
            self._heed(values)

    # --- what the device does -----------------------------------------------------------------

    @abstractmethod
    def _heed(self, values: dict[str, int]) -> None:
        """An output report came: all its values by name."""

    @abstractmethod
    def _heed_feature(self, report_id: int) -> None:
        """A feature report was set."""

    def tell(self, **values: int) -> None:
        """Set input values, and send the reports that they are in. A line's side uses it too."""
        with self.exchange.lock:
            if not self.is_plugged_in:
                return
            for name, value in list(values.items()):
                if self._copies():
                    values |= dict.fromkeys(self.model.copies.get(name, ()), value)
            self.inputs |= values
            for report_id in {self.layout.places[name].report_id: None for name in values}:
                self._send(report_id)

    def _copies(self) -> bool:
        switch = self.model.copied_by
        return not switch or any(self.features[switch])

    def _send(self, report_id: int) -> None:
        report = self._encode(report_id)
        if "short_reports" in self.faults and len(report) > 2:
            report = report[:-1]
        if "long_reports" in self.faults:
            report += b"\xff\xff"
        if "stray_reports" in self.faults and report_id:
            self._deliver(bytes([STRAY_ID, 0xFF]))
        for _ in range(2 if "repeats" in self.faults else 1):
            self._deliver(report)

    def _encode(self, report_id: int) -> bytes:
        return self.layout.encode(ReportType.INPUT, report_id, self.inputs)
