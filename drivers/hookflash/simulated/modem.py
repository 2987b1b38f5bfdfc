"""A simulated modem: an AT command interpreter that speaks bytes and hangs on an exchange line.

It plays one of the families, as its manuals and its users describe it. What it does not model
stands in docs/simulator.md. `faults` make it misbehave.
"""

import re
from collections.abc import Callable

from ..modem.place import Place
from .dialling import dial
from .exchange import ExchangeLine
from .families import find_family
from .family import Family
from .faults import DEAF_TO_DTR, FAULTS, climb
from .incoming import Incoming
from .interpreter import Interpreter, ModemTiming, Script
from .network import Burst, Calling
from .voice import Voice

__all__ = ["FAULTS", "ModemTiming", "SimulatedModem"]

_FLASH_DEFAULT_MS = 500
"""AN93 p105 (U4F); half a second also where it cannot be set (MultiTech MT5634MSV p40)."""

_COUNTRY = re.compile(r"[0-9A-F]{2}", re.ASCII)


class SimulatedModem(Interpreter):
    """The modem. `feed` it what the host writes; it calls `output` with what it answers.

    family: a name in FAMILIES.
    """

    def __init__(
        self,
        line: ExchangeLine,
        output: Callable[[bytes], None],
        family: str = "v253",
        timing: ModemTiming | None = None,
    ) -> None:
        self.line = line
        self.family: Family = find_family(family)
        self.powered = True
        self.plugged_into: Place | None = None
        """Its place on the simulated bus, if it has one that others may know."""
        self.voice = Voice(self)
        self.incoming = Incoming(self)
        self.country = self.family.country
        """The country of installation (+GCI); ATZ leaves it."""
        super().__init__(line.exchange, output, timing)
        line.phone = self

    def _default(self) -> None:
        super()._default()
        self._x, self._dtr_mode = 4, 0
        self.stored: dict[str, int] = dict(self.family.stored)
        """Commands that are only stored, such as -STE."""
        self._class = "0"
        self._flash_ms = _FLASH_DEFAULT_MS
        self.incoming.default()
        self.voice.default()

    # --- power, DTR, port ---------------------------------------------------------------------

    def dtr(self, on: bool) -> None:
        """DTR changed: its drop hangs up if &D2 was given."""
        with self.exchange.lock:
            if on or not self.powered:
                return
            self._buffer.clear()
            self.climb("dtr")
            deaf = not self.family.dtr_hangs_up or self.faults & DEAF_TO_DTR
            if self._dtr_mode == 2 and not deaf:
                self._end_script()
                self.hang_up()

    def port_closed(self) -> None:
        """The host closed the port, which also drops DTR."""
        with self.exchange.lock:
            self.climb("reopen")
            self.dtr(False)

    def power(self, on: bool, rung: str = "power_cycle") -> None:
        """Cut the power, or give it again by way of a rung: all is then as it was at first."""
        with self.exchange.lock:
            self.powered = on
            self._end_script()
            self._buffer.clear()
            self._late.clear()
            self._skewed = None
            self.line.on_hook()
            self._default()
            self.country = self.family.country
            if on:
                self.climb(rung)

    def climb(self, rung: str) -> None:
        climb(self.faults, rung)
        self._after_dle = False

    def feed(self, data: bytes) -> None:
        with self.exchange.lock:
            if self.powered:
                super().feed(data)

    def _send(self, data: bytes) -> None:
        if self.powered:
            super()._send(data)

    # --- hook ---------------------------------------------------------------------------------

    def hang_up(self) -> None:
        """Go on hook, unless the modem is stuck."""
        self.voice.on_hook()
        if "stuck_off_hook" not in self.faults:
            self.line.on_hook()

    def pick_up(self) -> bool:
        """Go off hook; False if nothing came of it, or it was off hook."""
        deaf = self.family.burst_deaf or "ring_burst_deaf" in self.faults
        if self.line.is_off_hook or (self.line.in_burst and deaf):
            return False
        self.line.off_hook()
        return True

    def take_line(self) -> None:
        """Go off hook to dial."""
        self.voice.off_hook()
        self.line.off_hook()

    @property
    def is_busy(self) -> bool:
        """A long command is going on."""
        return self._script is not None

    @property
    def line_in_use(self) -> bool:
        """An extension is in a call, and the modem looks before it dials (-STE bit 1, class 0)."""
        looks = self.stored.get("-STE", 0) & 1 and not self.voice.active
        return bool(looks and self.line.lifted and not self.line.is_off_hook)

    @property
    def waits_for_dial_tone(self) -> bool:
        """X2 and X4."""
        return self._x in (2, 4)

    @property
    def flash_ms(self) -> int:
        """How long ! of the D command is."""
        return self.registers[29] * 10 if self.family.flash_register == "S29" else self._flash_ms

    # --- commands -----------------------------------------------------------------------------

    def _dial(self, text: str) -> Script:
        return dial(self, text)

    def _aborted(self) -> None:
        self.hang_up()

    def _basic(self, name: str, value: int) -> str | None:
        if self._line_setting(name, value):
            return "OK"
        match name:
            case "X":
                self._x = value
            case "&D":
                self._dtr_mode = value
            case "H" if value == 0:
                self.hang_up()
                if self.family.class_ends_with_call:
                    self._leave_voice()
            case "H":
                self.pick_up()
                self.voice.off_hook()
            case "I":
                return self._identify(f"I{value}")
            case "Z" | "&F":
                self.hang_up()
                self._default()
            case "A" if self.voice.active and self.family.takes_a:
                self.pick_up()
                self.voice.off_hook()
                return self.family.connected
            case _ if name in self.family.harmless:
                pass
            case _:
                return "ERROR"  # A in class 0 too: there is no data carrier here
        return "OK"

    def _identify(self, name: str) -> str:
        lines = self.family.replies.get(name)
        if lines is None and name[0] == "I":
            lines = self.family.replies.get("I")
        if lines is None:
            return "ERROR"
        if lines:
            self.info(*lines)
        return "OK"

    def _extended(self, name: str, form: str, value: str) -> str | None:
        family = self.family
        if not form.startswith("=") and name + form in family.replies:
            return self._identify(name + form)
        if name in ("+FCLASS", "#CLS"):
            return self._set_class(name, form, value)
        if name == family.caller_id:
            return self.incoming.set_caller_id(form, value)
        if name == "+GCI" and family.country:
            return self._set_country(form, value)
        if name == "+VDR" and family.dron:
            return self.incoming.set_cadence(form, value)
        if name == "+VCIDR" and form == "?" and family.complex_reports:
            return self.incoming.repeat()
        if name in (":U", ":R") and family.flash_register == "U4F":
            return self._user_register(name, form, value)
        if name in family.stored:
            return self._store(name, form, value)
        if name[:1] == family.voice:
            return self.voice.command(name[1:], form, value)
        return "ERROR"

    def _set_class(self, name: str, form: str, value: str) -> str:
        known = self.family.sharp_classes if name == "#CLS" else self.family.classes
        if not known:
            return "ERROR"
        if form == "?":
            self.info(self._class)
        elif form == "=?":
            self.info(known)
        elif value in known.split(","):
            self._class = value
            self.voice.select(value == "8")
        else:
            return "ERROR"
        return "OK"

    def _leave_voice(self) -> None:
        self._class = "0"
        self.voice.select(False)

    def _set_country(self, form: str, value: str) -> str:
        if form == "?":
            self.info(f"+GCI: {self.country}")
        elif form == "=?":
            self.info("+GCI: (00,09,0A,26,3D,42,59,7B,A0,A6,B4,B5)")
        elif _COUNTRY.fullmatch(value):
            self.country = value
        else:
            return "ERROR"
        return "OK"

    def _user_register(self, name: str, address: str, value: str) -> str:
        """Si24xx: `:Uaa,xxxx` writes, `:Raa` reads; here only 4F, the length of a flash."""
        if len(value) > 4 or (name == ":U" and not value):
            return "ERROR"
        if int(address, 16) == 0x4F and name == ":R":
            self.info(f"{self._flash_ms:04X}")
        elif int(address, 16) == 0x4F:
            self._flash_ms = int(value, 16)
        return "OK"

    def _store(self, name: str, form: str, value: str) -> str:
        if form == "?":
            self.info(str(self.stored[name]))
        elif value.isdecimal():
            self.stored[name] = int(value)
        elif form != "=?":
            return "ERROR"
        return "OK"

    # --- the exchange's side ------------------------------------------------------------------

    def ring(self, burst: Burst) -> None:
        if self.powered:
            self.incoming.ring(burst)

    def ring_over(self, burst: Burst) -> None:
        if self.powered:
            self.incoming.ring_over(burst)

    def caller_id(self, calling: Calling, *, waiting: bool) -> None:
        if self.powered:
            self.incoming.caller_id(calling, waiting=waiting)

    def tone(self, tone: str) -> None:
        if not self._came(tone):
            self.voice.tone(tone)

    def key(self, key: str, ms: int) -> None:
        self.voice.key(key, ms)

    def hook(self, phone: str, lifted: bool) -> None:
        self.voice.hook(phone, lifted)

    def polarity(self) -> None:
        self.voice.tell("polarity")

    def loop_break(self) -> None:
        self.voice.tell("loop_break")

    @property
    def reports(self) -> bool:
        """Caller ID and cadences come as complex reports just now."""
        return self.family.complex_reports and self.voice.active

    def report(self, lines: list[bytes]) -> None:
        """A complex report: <DLE>X, lines, <DLE>. ."""
        self._send(b"\x10X" + b"".join(b"\r\n" + line for line in lines) + b"\r\n\x10.")
