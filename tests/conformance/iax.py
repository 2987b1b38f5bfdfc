"""IAXmodem, which is not ours, on a small IAX2 network, which is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hookflash.modem import Port, SerialPort
from peers.iax import Call, IaxPeer, Policy
from peers.iaxmodem import IaxModem
from support.lines import PATIENCE, until

from .backend import SETTINGS, Caller
from .facts import NO_VOICE_CLASS
from .modem_backend import ModemBackend

LACKS: Mapping[str, str] = MappingProxyType(
    {
        "voice": NO_VOICE_CLASS,
        "far hang-up": "silent when the far end of a call hangs up",
        "sends keys": "refuses digits in a call",
        "flash": "confirms a flash and sends none",
        "distinctive ring": "no command for it is known",
        "withheld": "tells no reason for a number that is missing",
    }
)


class Iax(ModemBackend):
    """A modem that dials voice calls in class 1 only, hence `init`."""

    answer_ends_dial = True
    settings = replace(SETTINGS, init=("AT+FCLASS=1",))

    def __init__(self, row: str) -> None:
        super().__init__(row)
        self.peer = self.cleanup.enter_context(IaxPeer())
        self.peer.policies.update(
            {
                self.busy: Policy("busy"),
                self.congested: Policy("congestion"),
                self.rings_on: Policy("ring"),
                "21": Policy("reject"),
            }
        )
        self.modem = self.cleanup.enter_context(IaxModem(self.peer))

    def start(self, slow: bool) -> Callable[[], Port]:
        del slow  # iaxmodem is as fast as it is
        tty = self.modem.tty
        return lambda: SerialPort(tty)

    def no_dial_tone(self) -> str:
        return "21"

    def wait_dialled(self, number: str) -> None:
        call = self.peer.wait_call(timeout=PATIENCE)
        assert call.number == number
        if number == self.rings_on:
            # iaxmodem cannot hang up a call of which it does not know that it rings.
            call.wait_for("ringing", timeout=PATIENCE)

    def wait_far_answered(self) -> None:
        self.peer.wait_for("answered", timeout=PATIENCE)

    def far_end_hangs_up(self, sign: str = "busy") -> None:
        del sign  # it gives none
        self._last().hang_up()

    def call_in(self, caller: Caller) -> Caller | None:
        if caller.absent:
            self.cannot("withholds a number")  # and IAX knows no cadence: it rings as ever
        number, name = ("", "") if caller.silent else (caller.number, caller.name)
        self.peer.ring_in(number or None, name or None, PATIENCE)
        return caller

    def caller_gives_up(self) -> None:
        self._last().hang_up()

    def wait_we_answered(self) -> None:
        self.peer.wait_for("answered", timeout=PATIENCE)

    def wait_on_hook(self) -> None:
        seized = [event for event in self.peer.log if event.kind in ("dialled", "answered")]
        calls = {event.call for event in seized if event.call is not None}
        until(lambda: all(call.over for call in calls), "every call over")

    def no_keys(self) -> None:
        assert [kind for kind, _ in self.peer.kinds() if kind == "dtmf"] == []

    def no_flash(self) -> None:
        assert [kind for kind, _ in self.peer.kinds() if kind == "flash"] == []

    def unplug(self) -> None:
        self.modem.close()

    def deafen(self) -> None:
        self.modem.stop()

    def cure(self) -> None:
        self.modem.go_on()

    def _last(self) -> Call:
        call = self.peer.log[-1].call
        assert call is not None
        return call


class Stock:
    """Open lines on iaxmodems, waiting: one refuses calls for 5 s after it was opened.

    figures: test -> what its line is opened with.
    """

    def __init__(self, figures: Mapping[str, dict[str, Any]]) -> None:
        self._lines: dict[str, Iax] = {}
        try:
            for test, of_settings in figures.items():
                line = self._lines[test] = Iax("iaxmodem")
                line.figures = of_settings
                line.open(wait=False)
            for line in self._lines.values():
                line.open()
        except BaseException:
            self.close()
            raise

    def take(self, test: str) -> Iax:
        """The line of that test."""
        return self._lines.pop(test)

    def close(self) -> None:
        """Take down what was not taken."""
        while self._lines:
            self._lines.popitem()[1].close()
