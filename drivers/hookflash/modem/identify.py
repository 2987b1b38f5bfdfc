"""Which family a modem belongs to, from what it answered. Pure.

The dialect that was tried and taken comes before all that the modem says of itself: a USR5637 and a
CX930xx answer ATI0 with codes of old `#` modems.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .. import catalog
from .dle import vls_masks
from .profiles import FALLBACK, PROFILES, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a modem.

    identity: question -> lines of its reply. vls, vsm: lines of `+VLS=?` and `+VSM=?`.
    usb: vendor and product id, if it hangs on USB and they could be read.
    """

    identity: Mapping[str, Sequence[str]] = field(default_factory=dict)
    vls: Sequence[str] = ()
    vsm: Sequence[str] = ()
    usb: tuple[int, int] | None = None


def identify(dialect: str, evidence: Evidence) -> tuple[Profile, str]:
    """The family, and why. Its dialect is always `dialect`.

    USB id before identity before event masks before the generic row. A modem that refuses the voice
    class is still known by the first two: as data-only hardware of its family.
    """
    rows = [row for row in PROFILES if row.dialect == dialect]
    for row, why in _matches(rows, evidence):
        return row, why
    others = [row for row in PROFILES if row.dialect != dialect]
    for row, why in _matches(others, evidence):
        if dialect == "data":
            return row.without_voice(), f"{why}; but {_refusal(row)}"
        return FALLBACK[dialect], f"its own commands; {why} says {row.title}, which has others"
    return FALLBACK[dialect], "its own commands; nothing it says is known"


def is_listed(usb: tuple[int, int]) -> bool:
    """The USB ids tell the family, if the modem then speaks its dialect."""
    return any(_by_usb(row, Evidence(usb=usb)) for row in PROFILES)


def _refusal(row: Profile) -> str:
    since = f", which {row.title} has since {row.voice_since}" if row.voice_since else ""
    return f"it refuses the voice class{since}"


def _matches(rows: Sequence[Profile], evidence: Evidence) -> Iterable[tuple[Profile, str]]:
    """Rows that fit, the best evidence first."""
    for find in (_by_usb, _by_identity, _by_voice):
        for row in rows:
            if why := find(row, evidence):
                yield row, why


def _by_usb(row: Profile, evidence: Evidence) -> str:
    ids = catalog.ids_of("modem", row.name)
    return f"USB id {usb_text(evidence.usb)}" if evidence.usb in ids else ""


def _by_identity(row: Profile, evidence: Evidence) -> str:
    for question, lines in evidence.identity.items():
        if line := _found(row.identity, lines):
            return f"{question}: {line}"
    return ""


def _by_voice(row: Profile, evidence: Evidence) -> str:
    labels = vls_masks(evidence.vls)
    idle = labels[1].idle if 1 in labels else ""
    if idle in row.masks:
        return f"AT+VLS=?: event mask {idle}"
    if row.labels and tuple(sorted(labels)) == row.labels:
        return f"AT+VLS=?: labels {','.join(map(str, row.labels))}"
    if line := _found(row.methods, evidence.vsm):
        return f"AT+VSM=?: {line}"
    return ""


def _found(patterns: Sequence[str], lines: Sequence[str]) -> str:
    """The first line in which one of the patterns is found."""
    for line in lines:
        if any(re.search(pattern, line, re.IGNORECASE) for pattern in patterns):
            return line
    return ""


def usb_text(usb: tuple[int, int] | None) -> str:
    """A USB id as lsusb writes it: `0baf:0303`; empty for None."""
    return catalog.usb_text(*usb) if usb else ""
