"""What a simulated modem tells of a call that comes in: rings, their cadence, caller ID.

A part of SimulatedModem.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .callerid import cadence_kind, caller_id_hex, caller_id_lines, caller_id_message
from .network import Burst, Calling

if TYPE_CHECKING:
    from .modem import SimulatedModem


class Incoming:
    """Rings and caller ID, and the commands that set how they are told."""

    def __init__(self, modem: SimulatedModem) -> None:
        self._modem = modem
        self.default()

    def default(self) -> None:
        """As after ATZ: no caller ID, rings told plainly."""
        self._caller_id = 0
        self._dron, self._report_after = False, 0
        self._last: Calling | None = None
        self._cadence: list[tuple[float, float]] = []
        self._held_ring = False

    # --- commands -----------------------------------------------------------------------------

    def set_caller_id(self, form: str, value: str) -> str:
        """+VCID, #CID: 0 off, 1 formatted, 2 as the network sent it."""
        if form == "?":
            self._modem.info(str(self._caller_id))
        elif form == "=?":
            self._modem.info("(0-2)")
        elif value in ("0", "1", "2"):
            self._caller_id = int(value)
        else:
            return "ERROR"
        return "OK"

    def set_cadence(self, form: str, value: str) -> str:
        """+VDR=enable,report: DRON and DROF, and RING so many tenths of a second after a burst."""
        if form == "?":
            self._modem.info(f"{int(self._dron)},{self._report_after}")
        elif form == "=?":
            self._modem.info("(0,1),(0-255)")
        elif match := re.fullmatch(r"([01])(?:,(\d{1,3}))?", value, re.ASCII):
            self._dron, self._report_after = match[1] == "1", int(match[2] or 0)
        else:
            return "ERROR"
        return "OK"

    def repeat(self) -> str:
        """+VCIDR?: the last caller ID again."""
        data = caller_id_message(self._last) if self._last else b""
        lines = [data[start : start + 16].hex(" ").upper() for start in range(0, len(data), 16)]
        self._modem.info("+VCIDR:", *lines or ["NO DATA"])
        return "OK"

    # --- the exchange's side ------------------------------------------------------------------

    def ring(self, burst: Burst) -> None:
        """A burst begins."""
        if burst.first:
            self._cadence.clear()
        if self._dron:
            if self._cadence:
                self._tell_cadence(f"DROF={self._tenths(self._cadence[-1][1])}")
        elif burst.index == 0 and not self._tells_kind:
            if burst.first and self._caller_id and "early_caller_id" in self._modem.faults:
                self._held_ring = True
            else:
                self._tell_ring("RING")
        if burst.index == 0:
            self._cadence.clear()
        self._cadence.append((burst.on, burst.off))

    def ring_over(self, burst: Burst) -> None:
        """A burst ends."""
        if self._dron:
            self._tell_cadence(f"DRON={self._tenths(burst.on)}")
            if self._report_after:
                wait = self._report_after / 10 * self._modem.timing.second
                self._modem.exchange.later(wait, lambda: self._tell_ring("RING"))
        elif burst.last and self._tells_kind:
            self._tell_kind(cadence_kind(self._cadence))

    def caller_id(self, calling: Calling, *, waiting: bool) -> None:
        """Caller ID comes; a modem that is set to another country does not understand it."""
        modem = self._modem
        if not self._caller_id or modem.line.country not in ("", modem.country):
            return
        if waiting and not modem.voice.tells_waiting():
            return
        self._last = calling
        named = "no_name" not in modem.faults
        if self._caller_id == 2:
            lines = caller_id_hex(calling, modem.family, with_name=named)
        else:
            lines = caller_id_lines(calling, modem.family, with_name=named)
        if modem.reports:
            modem.report([b"CIDM", *lines])
        else:
            for line in lines:
                modem.tell(line)
        if self._held_ring:
            self._held_ring = False
            self._tell_ring("RING")

    def _tell_ring(self, result: str) -> None:
        for _ in range(2 if "double_ring" in self._modem.faults else 1):
            if self._modem.voice.active:
                self._modem.voice.tell("ring")
            else:
                self._modem.tell_result(result)

    @property
    def _tells_kind(self) -> bool:
        """Distinctive rings are told apart: -SDR=bits, or S41=1."""
        match self._modem.family.distinctive:
            case "-SDR":
                return bool(self._modem.stored["-SDR"])
            case "S41":
                return self._modem.registers.get(41, 0) == 1
        return False

    def _tell_kind(self, kind: int) -> None:
        if self._modem.family.distinctive == "S41":
            self._tell_ring(f"RING {'ABC'[kind - 1]}")
        elif self._modem.stored["-SDR"] >> (kind - 1) & 1:
            self._tell_ring(f"RING {kind}")

    def _tell_cadence(self, text: str) -> None:
        if self._modem.reports:
            self._modem.report([text.encode()])
        else:
            self._modem.tell(text.encode())

    def _tenths(self, seconds: float) -> int:
        return round(seconds * 10 / self._modem.timing.second)
