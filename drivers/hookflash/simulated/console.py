"""The exchange's console: what happens is printed, what is typed happens."""

import shlex
from collections.abc import Callable, Iterable

from .exchange import Entry, Exchange

HELP = "call NUMBER [NAME] [RINGS] | hangup | cut | mend | help"


class Console:
    """Drives an exchange from text lines, for one subscriber."""

    def __init__(self, exchange: Exchange, number: str, say: Callable[[str], None]) -> None:
        self._exchange = exchange
        self._number = number
        self._say = say
        exchange.listen(self._heard)

    def run(self, lines: Iterable[str]) -> None:
        """Obey each line until there are no more."""
        for line in lines:
            self.obey(line)

    def obey(self, line: str) -> None:
        """Do what one line says: a call comes in, the far end hangs up, the wire is cut."""
        try:
            words = shlex.split(line)
        except ValueError as error:
            self._say(f"? {error}")
            return
        match words:
            case []:
                return
            case ["call", number, *rest] if len(rest) <= 2 and _is_count(rest[1:]):
                name = rest[0] if rest else ""
                rings = int(rest[1]) if len(rest) > 1 else None
                if not self._exchange.call(self._number, number, name, rings):
                    self._say("? the line is busy")
            case ["hangup"]:
                self._exchange.hang_up(self._number)
            case ["cut" | "mend" as what]:
                self._exchange.line(self._number).connected = what == "mend"
            case _:
                self._say(f"? {HELP}")

    def _heard(self, entry: Entry) -> None:
        self._say(f"{entry.line} {entry.what} {entry.detail}".rstrip())


def _is_count(words: list[str]) -> bool:
    return all(word.isascii() and word.isdecimal() for word in words)
