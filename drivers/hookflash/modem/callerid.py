"""Formatted caller ID: lines of `TAG=value`, in any order, before or after a ring. Pure."""

import re
from dataclasses import dataclass

_TAG = re.compile(r"(DATE|TIME|NMBR|DDN_NMBR|NMRB|NBR|NAME|MESG|[ACN]DID|ANID|USER|PASS) ?= ?(.*)")
_ABSENT = {"O": "unavailable", "P": "withheld"}
"""Bellcore's reasons for no number: out of area, private (GR-30; MDMF parameters 04 and 08)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `absent` says why there is no number: `withheld`, `unavailable`, or empty."""

    number: str = ""
    name: str = ""
    absent: str = ""


def is_caller_id(text: str) -> bool:
    """True for a line of caller ID."""
    return _TAG.fullmatch(text) is not None


class CallerIdCollector:
    """Gathers the tags of one call."""

    def __init__(self) -> None:
        self._tags: dict[str, str] = {}
        self._fresh = False
        self._told: Caller | None = None

    def take(self, text: str) -> bool:
        """Take a line if it is a caller-ID tag; tell whether it was one."""
        match = _TAG.fullmatch(text)
        if match is None:
            return False
        tag = match[1]
        value = "".join(filter(str.isprintable, match[2])).strip().strip('"')
        tag = "NMBR" if tag in ("DDN_NMBR", "NMRB", "NBR") else tag
        if value and value != "<NONE>":
            # The first counts: some networks mask a number with a second, empty one.
            self._tags.setdefault(tag, value)
        self._fresh = True
        return True

    @property
    def complete(self) -> bool:
        """True when nothing more of interest can come."""
        return "NMBR" in self._tags and "NAME" in self._tags

    def caller(self) -> Caller | None:
        """Who calls, if that is news since the last look."""
        if not self._fresh:
            return None
        self._fresh = False
        number = self._tags.get("NMBR", "")
        name = self._tags.get("NAME", "")
        absent = _ABSENT.get(number, "")
        caller = Caller("" if absent else number, "" if name in _ABSENT else name, absent)
        if caller == self._told:
            return None
        self._told = caller
        return caller

    def clear(self) -> None:
        """Forget the call."""
        self._tags.clear()
        self._fresh = False
        self._told = None
