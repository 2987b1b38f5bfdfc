"""What +VTS (#VTS) is told to send: keys, flashes, dual tones and silence. Pure."""

import re
from dataclasses import dataclass

from .family import Family

_ROWS = (697, 770, 852, 941)
_COLUMNS = (1209, 1336, 1477, 1633)
_PAD = ("123A", "456B", "789C", "*0#D")
DTMF = {
    frozenset((row, column)): _PAD[i][j]
    for i, row in enumerate(_ROWS)
    for j, column in enumerate(_COLUMNS)
}
"""Hz of a pair -> the key that it is (ITU-T Q.23)."""

_ELEMENT = re.compile(
    r"""
    \{ (?P<held>[0-9A-D*\#!]) , (?P<time>\d+) \}
    | (?P<bare>[0-9A-D*\#!])
    | \[ (?P<f1>\d*) (?: , (?P<f2>\d*) (?: , (?P<long>\d*) )? )? \]
    """,
    re.VERBOSE | re.ASCII,
)
_MAX_DURATION = 255
_LOWEST, _HIGHEST = 200, 3300
"""Hz: MultiTech S000273G has 200 to 3000, ZyXEL 200 to 3300."""


@dataclass(frozen=True, slots=True)
class Tone:
    """One element: a key, `!` (a flash), or empty for a sound that is no key, or for silence."""

    key: str
    ms: int


class Unanswered(Exception):
    """The modem gives no answer to such a line, not even ERROR."""


def parse_tones(text: str, family: Family, default_ms: int) -> list[Tone] | None:
    """The elements of `text` in order; None if the family refuses it.

    default_ms: how long elements last that do not say it. Raises Unanswered.
    """
    tones: list[Tone] = []
    position = 0
    while True:
        match = _ELEMENT.match(text, position)
        if match is None:
            return None
        tone = _element(match, family, default_ms)
        if tone is None:
            return None
        tones.append(tone)
        position = match.end()
        if position == len(text):
            return tones
        if text[position] != ",":
            return None
        position += 1


def _element(match: re.Match[str], family: Family, default_ms: int) -> Tone | None:
    key = match["held"] or match["bare"]
    duration = match["time"] or match["long"] or ""
    if len(duration) > 3 or int(duration or 0) > _MAX_DURATION:
        return None
    ms = int(duration) * family.tone_unit_ms if duration else default_ms
    if not key:
        if family.whole_lists and not match["long"]:
            return None
        return _dual(match["f1"], match["f2"] or "", ms, family)
    if not family.bare_keys_answered:
        raise Unanswered
    known = family.flash_in_tones if key == "!" else key in family.keys
    return Tone(key, ms) if known else None


def _dual(first: str, second: str, ms: int, family: Family) -> Tone | None:
    if any(text and int(text) and not _LOWEST <= int(text) <= _HIGHEST for text in (first, second)):
        return None
    pair = [int(text or 0) for text in (first, second)]
    if family.zero_frequency == "refused" and 0 in pair:
        return None
    if family.zero_frequency == "both" and (pair[0] == 0) != (pair[1] == 0):
        return None
    key = DTMF.get(frozenset(pair), "") if family.pairs_are_keys else ""
    return Tone(key, ms)
