"""A simulated telephone with a line of its own, which speaks HID, on our own exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from hookflash import LineSettings
from hookflash.hid.line import HidLine
from hookflash.hid.port import HidPort
from hookflash.hid.report import ReportType
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.hid_line import KEYS, SimulatedHidLine
from hookflash.simulated.hid_models import find_model
from hookflash.simulated.hidport import SimulatedHidPort

from .backend import SETTINGS
from .simulated import SLOW, TIMING, OnExchange

COMPLETE = 0.4
"""Seconds after the last digit that the exchange waits for, since digits come 0.13 s apart."""

NO_USAGE = "the telephony page has no usage for it"

LACKS: Mapping[str, str] = MappingProxyType(
    {
        "recovery": "each report is confirmed by the bus: what takes none is lost, not deaf",
        "caller ID": "the telephony page has no usage for a caller's number",
        "distinctive ring": "rings are told, and not how long they are",
        "second caller": "call waiting tone is told, and not who waits",
        "own guess": "makes no guess of its own",
        "quiet answer": "digits are keys, and no dial string",
        **dict.fromkeys(
            ("loop break", "polarity", "keys", "local", "extension", "fax tone", "silence"),
            NO_USAGE,
        ),
    }
)


class TappedHidPort(HidPort):
    """A port whose writes can be looked at."""

    def __init__(self, inner: HidPort) -> None:
        super().__init__(inner.info, inner.descriptor)
        self.inner = inner
        self.written: list[bytes] = []

    def read(self) -> bytes:
        return self.inner.read()

    def write(self, report: bytes) -> None:
        self.written.append(report)
        self.inner.write(report)

    def get_input(self, report_id: int, size: int) -> bytes:
        return self.inner.get_input(report_id, size)

    def get_feature(self, report_id: int, size: int) -> bytes:
        return self.inner.get_feature(report_id, size)

    def send_feature(self, report: bytes) -> None:
        self.written.append(report)
        self.inner.send_feature(report)

    def close(self) -> None:
        self.inner.close()


class Telephone(OnExchange):
    """A simulated telephone of one model, in this process."""

    settings = replace(SETTINGS, flash_window=(40, 100), transfer_settle_ms=round(1500 * COMPLETE))
    tells_callers = False
    flash_slack_ms = 50

    def __init__(self, row: str, model: str) -> None:
        super().__init__(row, replace(TIMING, complete=COMPLETE))
        self.telephone = SimulatedHandset(find_model(model), self.exchange)
        SimulatedHidLine(self.telephone)
        self._written: list[bytes] = []

    def make_line(self, settings: LineSettings, slow: bool) -> HidLine:
        if slow:
            self.exchange.timing = replace(self.exchange.timing, settle=SLOW)

        def tapped() -> HidPort:
            port = TappedHidPort(SimulatedHidPort(self.telephone))
            self._written = port.written
            return port

        return HidLine(self.row, tapped, settings)

    @property
    def written(self) -> list[bytes]:
        return list(self._written)

    def dialled_in(self, written: list[bytes]) -> list[bytes]:
        layout, kind = self.telephone.layout, ReportType.OUTPUT
        if layout.places["line_key"].report_type is ReportType.FEATURE:
            kind = ReportType.FEATURE
        values = [layout.decode(kind, report).get("line_key", 0) for report in written]
        keys = "".join(KEYS[value - 1] for value in values if value)
        return [keys.encode()] if keys else []

    def unplug(self) -> None:
        self.telephone.unplug()

    def deafen(self) -> None:
        self.telephone.faults.add("write_fails")
