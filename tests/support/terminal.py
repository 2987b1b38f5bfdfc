"""A simulated modem at the byte level, on a clock wound by hand: no time passes here."""

from __future__ import annotations

from hookflash.simulated import Exchange, FarEnd, ManualClock, ModemTiming, SimulatedModem

PLAN = {
    "200": FarEnd(does="busy"),
    "201": FarEnd(does="ring"),
    "204": FarEnd(does="silent"),
    r"\d+": FarEnd(after=8.0),
}

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"
VCON = b"\r\nVCON\r\n"


class Terminal:
    """A terminal on a modem of one family, its exchange, and the clock. Echo is off."""

    def __init__(self, family: str = "v253", timing: ModemTiming | None = None) -> None:
        self.clock = ManualClock()
        self.exchange = Exchange(PLAN, clock=self.clock)
        self.line = self.exchange.line("1001")
        self._out = bytearray()
        self.modem = SimulatedModem(self.line, self._out.extend, family, timing)
        self.sharp = self.modem.family.voice == "#"
        self.say("ATE0")

    def say(self, text: str) -> bytes:
        """Write a command line; what comes back at once."""
        return self.write(text.encode() + b"\r")

    def write(self, data: bytes) -> bytes:
        """Write bytes; what comes back at once."""
        self.modem.feed(data)
        return self.out()

    def out(self) -> bytes:
        """What came since the last look."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def wait(self, seconds: float) -> bytes:
        """Let time pass; what came meanwhile."""
        self.clock.advance(seconds)
        return self.out()

    def ask(self, text: str, seconds: float = 10.0) -> bytes:
        """Write a command line and give it time."""
        return self.say(text) + self.wait(seconds)

    def heard(self, what: str) -> list[str]:
        """Details of the exchange's notes of one kind."""
        return [entry.detail for entry in self.exchange.journal if entry.what == what]

    def voice(self) -> None:
        """Enter the voice class; where that must be asked for, have tones told."""
        assert self.say("AT#CLS=8" if self.sharp else "AT+FCLASS=8") == OK
        if self.sharp:
            assert self.say("AT#VTD=3F,3F,3F") == OK

    def talk(self, number: str = "1234") -> None:
        """Be in an answered call, in voice class."""
        self.voice()
        assert self.say("AT#VRN=0" if self.sharp else "AT+VRN=0") == OK
        self.say(f"ATDT{number}")
        self.wait(20.0)
        assert self.heard("far_answered") == [number]
