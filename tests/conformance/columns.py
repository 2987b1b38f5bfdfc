"""What is checked of every line: the columns of the conformance table, and the facts behind them.

A column holds for a row unless the row lacks a fact that it needs. Then a test of that fact runs in
place of the column's own, and shows that the thing is indeed refused, or not heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FACTS: Mapping[str, str] = MappingProxyType(
    {
        "voice": "has a voice class",
        "busy": "tells that a number is busy",
        "ringback": "tells ringback",
        "dial tone": "tells dial tone in a call",
        "dial tone again": "tells dial tone more than once, and for dial tone only",
        "far hang-up": "tells that the far end of a call has hung up",
        "answer known": "tells by ringback that a call out has come so far as to be hung up",
        "loop break": "tells a break of the loop current",
        "polarity": "tells a reversal of the line",
        "keys": "tells DTMF keys of the far end",
        "key length": "tells for how long a key is held",
        "sends keys": "sends DTMF keys in a call",
        "flash": "sends a hookflash",
        "flash length": "the length of a hookflash is ours",
        "local": "tells the telephone on its own socket",
        "extension": "tells another telephone on the line",
        "fax tone": "tells a fax calling tone",
        "silence": "tells silence",
        "distinctive ring": "tells rings of different cadence apart",
        "second caller": "tells who waits while a call is up",
        "withheld": "tells a withheld number from one that is not known",
        "quiet answer": "looks for an answer by the dial modifier @",
        "own guess": "guesses by itself that a call out was answered",
        "caller ID": "tells who calls",
        "recovery": "can be deaf, and brought back",
    }
)
"""What a row may lack, in words."""


@dataclass(frozen=True, slots=True)
class Column:
    """One verb or event. asks: what its tests ask, in words.

    needs: names in FACTS; the first that a row lacks is the reason.
    """

    name: str
    asks: str
    needs: tuple[str, ...] = ()


GROUPS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "The device": (
            Column("identified", "the right family is found, and the line is ready, on hook"),
            Column("closed on hook", "closing leaves the line on hook, in every state"),
            Column("unplug told once", "and nothing after it, in every state"),
            Column("brought back", "an idle modem that goes deaf answers again", ("recovery",)),
            Column("wrong time refused", "what needs a call without one; a dial in a call"),
            Column("bad digits kept off", "nothing but digits reaches the port"),
            Column("too late, not begun", "what waited too long is not done any more"),
        ),
        "Calls out": (
            Column("dial", "the network hears the digits; the line tells when they are out"),
            Column("no dial tone", "told as such, and on hook again"),
            Column("busy", "busy and congestion tone, told as such, and on hook again", ("busy",)),
            Column("ringback", "told once", ("voice", "ringback")),
            Column(
                "answer by ringback", "gone, and so a guess of an answer", ("voice", "ringback")
            ),
            Column(
                "answer by modem", "`+VRA`, `#VRA`: a guess; busy is none", ("voice", "own guess")
            ),
            Column("answer by quiet", "the dial modifier `@`: a guess", ("quiet answer",)),
            Column("answer by polarity", "an answer for certain", ("voice", "polarity")),
        ),
        "Calls in": (
            Column("ring, counted", "from 1 on"),
            Column("caller gives up", "noticed; the next call is counted anew"),
            Column("distinctive ring", "which cadence it is", ("distinctive ring",)),
            Column("caller ID", "the number", ("caller ID",)),
            Column("before the ring", "caller ID that comes before the first ring", ("caller ID",)),
            Column(
                "withheld",
                "told from a number that the network does not know",
                ("caller ID", "withheld"),
            ),
            Column("name", "also in another charset", ("caller ID",)),
            Column(
                "why no caller ID", "a call without says why, as far as is known", ("caller ID",)
            ),
            Column("second caller", "told in a call, and not answered", ("voice", "second caller")),
            Column("answer", "the network sees it; certain in the end"),
            Column("reject", "on hook again, and told as rejected"),
        ),
        "Ends of calls": (
            Column("hang up", "on hook and told once, in every state; the next call works"),
            Column("far end, call in", "its busy tone ends the call", ("far hang-up",)),
            Column(
                "far end, call out", "busy and congestion tone", ("far hang-up", "answer known")
            ),
            Column("loop break", "ends the call", ("voice", "loop break")),
            Column(
                "dial tone",
                "twice in a call that was answered: a guess of its end",
                ("voice", "dial tone", "dial tone again"),
            ),
        ),
        "In a call": (
            Column("keys sent", "heard by the far end in order", ("sends keys",)),
            Column("keys heard", "all of the pad; also after keys were sent", ("voice", "keys")),
            Column("key length", "one press, with its length", ("voice", "keys", "key length")),
            Column("flash", "holds the call; another takes it back", ("flash",)),
            Column("flash length", "as it was set", ("flash", "flash length")),
            Column(
                "transfer",
                "the call is put through; a hang-up overtakes it",
                ("flash", "sends keys"),
            ),
            Column(
                "transfer, busy",
                "the busy target is heard, and the caller taken back",
                ("flash", "sends keys", "voice"),
            ),
            Column(
                "second dial tone",
                "told after a flash, and no end",
                ("flash", "voice", "dial tone"),
            ),
            Column("local phone", "on the modem's socket: lifted, put down", ("voice", "local")),
            Column("extension", "elsewhere on the line: the same", ("voice", "extension")),
            Column("fax tone", "told, and no end", ("voice", "fax tone")),
            Column("silence", "told, and no end", ("voice", "silence")),
        ),
    }
)
"""The columns by the table that they stand in."""

COLUMNS: Mapping[str, Column] = MappingProxyType(
    {column.name: column for columns in GROUPS.values() for column in columns}
)


def lacking(column: str, lacks: Mapping[str, str]) -> str:
    """The fact for which a row that lacks these has no such column; empty if it has it."""
    return next((fact for fact in COLUMNS[column].needs if fact in lacks), "")
