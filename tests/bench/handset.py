"""A handset's report to its event, and the event to the report that lights a lamp."""

import threading
import time

from bench.children import PATIENCE, Children, NotMeasured
from bench.table import Row, Series
from hookflash.handset import Lamps
from hookflash.handset_events import HandsetEvent, KeyPressed
from hookflash.hid.handset import HidHandset
from hookflash.simulated.hid_models import find_model
from hookflash.simulated.hid_writer import Layout
from support.scripted_hid import ScriptedHidPort

_KEY_5, _NO_KEY = "02 00 03", "02 00 00"
"""The Jabra layout's reports: 6 in the four bits from bit 7 on is the key 5."""


class _Port(ScriptedHidPort):
    """Tells when a report was written."""

    def __init__(self) -> None:
        super().__init__(Layout(find_model("jabra").collections).descriptor)
        self.answers[2] = bytes.fromhex(_NO_KEY)
        self.written_at = 0.0
        self.lit = threading.Event()

    def write(self, report: bytes) -> None:  # noqa: ARG002 - what it says is tested elsewhere
        self.written_at = time.perf_counter()
        self.lit.set()


class _Desk:
    """Lights or darkens the ring lamp at each key."""

    def __init__(self, handset: HidHandset) -> None:
        self._handset = handset
        self.told_at = 0.0
        handset.subscribe(self._hear)

    def _hear(self, event: HandsetEvent) -> None:
        if isinstance(event, KeyPressed):
            self.told_at = time.perf_counter()
            self._handset.show(Lamps(ringing=not self._handset.lamps.ringing))


def measure(children: Children, *, quick: bool) -> list[Row]:
    """Through a port that costs nothing: what is left is ours."""
    rounds, per_round = (2, 50) if quick else (11, 500)
    port = _Port()
    handset = HidHandset("bench", lambda: port)
    desk = _Desk(handset)
    to_event, to_lamp = Series(), Series()
    handset.open().wait(PATIENCE)
    try:
        if not port.lit.wait(PATIENCE):
            raise NotMeasured("the handset's lamps were not written at opening")
        for number in range(rounds + 1):  # the first warms up
            for series in (to_event, to_lamp):
                series.begin_round()
            for _ in range(per_round):
                port.lit.clear()
                began = time.perf_counter()
                port.say(_KEY_5)
                if not port.lit.wait(PATIENCE):
                    raise NotMeasured("a key lit no lamp")
                to_event.add((desk.told_at - began) * 1000)
                to_lamp.add((port.written_at - desk.told_at) * 1000)
                port.say(_NO_KEY)
            if number == 0:
                to_event.rounds.clear()
                to_lamp.rounds.clear()
    finally:
        handset.close()
    return [
        Row(
            figure=f"handset, {what}, {name}",
            unit="ms",
            ours=getattr(series, name),
            samples=series.size,
            aim="≤ 1 ms" if name == "p99" else "",
            limit=1.0 if name == "p99" else None,
        )
        for what, series in (
            ("report to event", to_event),
            ("event to the lamp's report", to_lamp),
        )
        for name in ("p50", "p99")
    ]
