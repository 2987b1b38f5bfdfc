"""A simulated handset on a clock wound by hand, and an ear that writes down what it sends."""

from __future__ import annotations

from hookflash.hid.port import HidPort
from hookflash.hid.report import ReportType
from hookflash.simulated import Exchange, ManualClock
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.hid_models import find_model
from hookflash.simulated.hidport import SimulatedHidPort


class Ear:
    """Has a handset open and writes down each report."""

    def __init__(self) -> None:
        self.reports: list[bytes] = []
        self.gone = False

    def deliver(self, report: bytes) -> None:
        self.reports.append(report)

    def unplugged(self) -> None:
        self.gone = True


class Desk:
    """A handset, a person and a host."""

    def __init__(self, model: str, *faults: str) -> None:
        self.clock = ManualClock()
        self.handset = SimulatedHandset(find_model(model), Exchange(clock=self.clock), faults)
        self.ear = Ear()
        self.handset.attach(self.ear)

    def heard(self) -> list[str]:
        """What the handset has told since: `hook=1 busy=0 …` of what is not 0, for each report.

        A maker's copies are left out; `idle` for a report of zeros.
        """
        told = []
        for report in self.ear.reports:
            values = self.handset.layout.decode(ReportType.INPUT, report)
            mine = {name: v for name, v in values.items() if not _is_copy(name)}
            if mine:
                told.append(" ".join(f"{k}={v}" for k, v in mine.items() if v) or "idle")
        self.ear.reports.clear()
        return told

    def write(self, **values: int) -> None:
        """The host writes every report, with these values and zeros for the rest."""
        for kind, report_id in self.handset.layout.sizes:
            if kind is ReportType.OUTPUT:
                names = set(self.handset.layout.names(kind, report_id))
                mine = {name: v for name, v in values.items() if name in names}
                self.handset.write(self.handset.layout.encode(kind, report_id, mine))

    def wait(self, seconds: float) -> list[str]:
        """Let time pass; what the handset told then."""
        self.clock.advance(seconds)
        return self.heard()

    def port(self) -> HidPort:
        """Open it as a driver does."""
        return SimulatedHidPort(self.handset)


def _is_copy(name: str) -> bool:
    return name.startswith(("gn_", "poly_", "consumer_"))
