"""The exchange's console: what happens is printed, what is typed happens."""

import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import HookflashError
from .exchange import Entry, Exchange
from .faults import FAULTS, RUNGS, parse
from .modem import SimulatedModem

HELP = (
    "call NUMBER [NAME] [RINGS] [cadence=ON,OFF,…] [first] [withheld|unavailable] | "
    "wait NUMBER [NAME] | hangup | press KEYS [MS] | sound TONE | "
    "lift [local|extension] | down [local|extension] | cut | "
    f"fault NAME | mend [NAME] | {' | '.join(RUNGS[2:])} | help"
)


class TextConsole(ABC):
    """Obeys text lines, and says what is wrong with one."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def run(self, lines: Iterable[str]) -> None:
        """Obey each line until there are no more."""
        for line in lines:
            self.obey(line)

    def obey(self, line: str) -> None:
        """Do what one line says."""
        try:
            self._do(shlex.split(line))
        except (HookflashError, ValueError) as error:
            self._say(f"? {error}")

    @abstractmethod
    def _do(self, words: list[str]) -> None:
        """Do it; HookflashError or ValueError if that makes no sense."""


class Console(TextConsole):
    """Drives an exchange, for one subscriber: a call comes in, the far end hangs up."""

    def __init__(self, exchange: Exchange, number: str, say: Callable[[str], None]) -> None:
        super().__init__(say)
        self._exchange = exchange
        self._number = number
        exchange.listen(self._heard)

    def _do(self, words: list[str]) -> None:
        exchange, number = self._exchange, self._number
        match words:
            case []:
                return
            case ["call", caller, *rest]:
                if not exchange.call(number, caller, **_how(rest)):
                    self._say("? the line is busy")
            case ["wait", caller, *name] if len(name) <= 1:
                if not exchange.call_waiting(number, caller, *name):
                    self._say("? there is no call to wait for")
            case ["hangup"]:
                exchange.hang_up(number)
            case ["press", keys, *ms] if len(ms) <= 1 and _are_counts(ms):
                exchange.press(number, keys, *map(int, ms))
            case ["sound", tone]:
                exchange.sound(number, tone)
            case ["lift" | "down" as verb, *phone] if len(phone) <= 1:
                line = exchange.line(number)
                (line.lift if verb == "lift" else line.put_down)(*phone)
            case ["cut"]:
                exchange.line(number).connected = False
            case ["fault", *names] if names:
                self._fault(names)
            case ["mend", *names]:
                self._mend(names)
            case [rung] if rung in RUNGS[2:]:
                self._climb(rung)
            case _:
                self._say(f"? {HELP}")

    @property
    def _modem(self) -> SimulatedModem:
        phone = self._exchange.line(self._number).phone
        if not isinstance(phone, SimulatedModem):
            raise ValueError("there is no modem on the line")
        return phone

    def _fault(self, names: list[str]) -> None:
        modem = self._modem
        faults, command = parse(names)
        with self._exchange.lock:
            modem.hangs_on = command or modem.hangs_on
            modem.faults |= faults

    def _mend(self, names: list[str]) -> None:
        """Mend faults by name; without a name all of them, and the wire."""
        cured, _ = parse(names)
        with self._exchange.lock:
            self._modem.faults -= cured or set(FAULTS)
            if not names:
                self._exchange.line(self._number).connected = True

    def _climb(self, rung: str) -> None:
        """What the host or its hub does to the modem, which a tty cannot pass on."""
        modem = self._modem
        if rung in ("usb_reset", "power_cycle"):
            modem.power(False)
            modem.power(True, rung)
        elif rung == "reopen":
            modem.port_closed()
        else:
            modem.dtr(False)

    def _heard(self, entry: Entry) -> None:
        self._say(f"{entry.line} {entry.what} {entry.detail}".rstrip())


def _how(words: list[str]) -> dict[str, Any]:
    """How a call comes in: [NAME] [RINGS], and options in any place."""
    how: dict[str, Any] = {}
    plain = []
    for word in words:
        if word in ("withheld", "unavailable"):
            how["absent"] = word
        elif word == "first":
            how["first"] = True
        elif word.startswith("cadence="):
            how["cadence"] = tuple(float(part) for part in word[8:].split(","))
        else:
            plain.append(word)
    if len(plain) > 2 or not _are_counts(plain[1:]):
        raise ValueError(HELP)
    if plain:
        how["name"] = plain[0]
    if len(plain) > 1:
        how["rings"] = int(plain[1])
    return how


def _are_counts(words: list[str]) -> bool:
    return all(word.isascii() and word.isdecimal() for word in words)
