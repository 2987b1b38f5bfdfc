"""Caller ID that the exchange sends as DTMF keys, mostly before the first ring. Pure.

A<number>D<redirected>B<reason>C, each field may be missing; A<number># or D1# (withheld), D2#
(international), D3# (not known); D<number>C; <number>#. SOURCE: spandsp's adsi.h and adsi.c (ETS
300 659-1, ETS 300 648, Taiwan and Kuwait); Silicon Labs AN93.
"""

import re

from .callerid import Caller
from .callertext import UNAVAILABLE, WITHHELD

TIMEOUT = 10.0
"""Seconds from the first key after which what came so far is forgotten (spandsp)."""

SHORTEST = 3
"""Digits of the shortest number without a letter before it: somebody may press `1#` as well."""

LONGEST = 64
"""Keys of the longest message: three fields of twenty digits, their letters, and the end."""

_ENDS = frozenset("#C")
_FIELDS = re.compile(r"(?:A(?P<A>\d*))?(?:D(?P<D>\d*))?(?:B(?P<B>\d*))?C", re.ASCII)
_NUMBER = re.compile(rf"A(\d+)#|(\d{{{SHORTEST},}})#", re.ASCII)

_HASH_REASONS = {"D1#": WITHHELD, "D2#": UNAVAILABLE, "D3#": UNAVAILABLE}
_REASONS = {"00": UNAVAILABLE, "10": WITHHELD}


class DtmfCallerId:
    """Puts the keys of one message together."""

    def __init__(self) -> None:
        self._keys = ""
        self._since = 0.0

    def clear(self) -> None:
        """Forget the keys so far."""
        self._keys = ""

    def take(self, key: str, at: float) -> Caller | None:
        """Take a key (0-9 * # A-D), heard at `at` seconds; the caller, if it ends a message.

        What is none of the known messages is forgotten at its end and tells nobody.
        """
        if at - self._since > TIMEOUT or key == "A":  # A stands nowhere but at the beginning
            self._keys = ""
        if not self._keys:
            self._since = at
        if len(self._keys) < LONGEST:
            self._keys += key
        if key not in _ENDS:
            return None
        message, self._keys = self._keys, ""
        return _read(message)


def _read(message: str) -> Caller | None:
    """Who calls, from all keys of a message."""
    if absent := _HASH_REASONS.get(message):
        return Caller(absent=absent)
    if match := _NUMBER.fullmatch(message):
        return _caller(match[1] or match[2])
    if (match := _FIELDS.fullmatch(message)) is None:
        return None
    if match["A"] is None and match["B"] is None:
        return _caller(match["D"] or "")
    return _caller(match["A"] or "", _REASONS.get(match["B"], ""), match["D"] or "")


def _caller(number: str, absent: str = "", redirected: str = "") -> Caller | None:
    if not number.strip("0"):
        absent = absent or (UNAVAILABLE if number else "")
        number = ""
    if not (number or absent or redirected):
        return None
    return Caller(number, absent="" if number else absent, redirected=redirected)
