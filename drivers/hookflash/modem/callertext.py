"""The texts in caller ID: names in their charset, words that stand for no number, dates. Pure."""

import calendar
import re

WITHHELD = "withheld"
UNAVAILABLE = "unavailable"

_LETTERS = {"o": UNAVAILABLE, "p": WITHHELD}
"""Reasons for absence: out of area, private. SOURCE: GR-30; also a value of NMBR and NAME."""

_NUMBER_LETTERS = {
    "a": WITHHELD,  # NCID: anonymous
    "c": UNAVAILABLE,  # call box; this and the next two: spandsp's adsi.h (ETSI, Taiwan, NTT)
    "i": UNAVAILABLE,  # international
    "s": UNAVAILABLE,  # service conflict
}
_WITHHELD_WORDS = (
    "anonym anonymous blocked confidential hidden privdiroff private restricted suppressed withheld"
)
_WORDS = {
    **dict.fromkeys(_WITHHELD_WORDS.split(), WITHHELD),
    **dict.fromkeys(("not available", "out of area", "unavailable", "unknown"), UNAVAILABLE),
}
"""SOURCE: NCID's test calls, and the displays of telephones with caller ID."""

_NUMBER_WORDS = dict.fromkeys(
    ("coin", "international", "no", "overseas", "payphone", "public", "service conflict"),
    UNAVAILABLE,
)
"""Said instead of a number; as a name they are one."""

_FILLERS = frozenset(("call", "caller", "cid", "id", "line", "name", "number"))
"""PRIVATE NUMBER and NAME WITHHELD say no more than the one word."""

_WORD = re.compile(r"[^\W\d_]+")
_SEPARATORS = re.compile(r"[-/.: \t]")
_SENT_AT = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)


def clean(text: str, charset: str) -> str:
    """A value as it may be shown: decoded, in printable characters, without quotes around it.

    text: as the modem sent it, each byte a character (latin-1). UTF-8 is told by itself; what is
        neither that nor ASCII is read in `charset`.
    """
    if not text.isascii():
        text = _decode(text, charset)
    text = "".join(" " if char.isspace() else char for char in text)
    return "".join(filter(str.isprintable, text)).strip().strip('"').strip()


def _decode(text: str, charset: str) -> str:
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return text  # it was decoded before
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(charset, "replace")


def reason(value: str, *, number: bool = False) -> str:
    """Why there is no number, if `value` says so instead of one: WITHHELD, UNAVAILABLE, or empty.

    number: it stands in the place of a number, where more words and letters mean that.
    """
    word = value.casefold()
    if len(word) == 1:
        return _LETTERS.get(word) or (_NUMBER_LETTERS.get(word, "") if number else "")
    if any(map(str.isdecimal, word)):
        return ""
    core = " ".join(part for part in _WORD.findall(word) if part not in _FILLERS)
    return _WORDS.get(core) or (_NUMBER_WORDS.get(core, "") if number else "")


def sent_at(date: str, time: str) -> str:
    """MMDDHHMM from the network's MMDD and HHMM; empty if either is missing or cannot be."""
    date, time = (_SEPARATORS.sub("", text) for text in (date, time))
    match = _SENT_AT.fullmatch(date + time)
    if match is None or len(date) != len(time):
        return ""
    month, day, hour, minute = map(int, match.groups())
    if not (1 <= month <= 12 and hour < 24 and minute < 60):
        return ""
    longest = calendar.monthrange(2000, month)[1]  # no year is sent: it may be a leap year
    return match[0] if 1 <= day <= longest else ""
