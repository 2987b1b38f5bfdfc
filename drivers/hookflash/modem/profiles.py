"""Modem families: what is peculiar to each, as data. One table; every row with its source.

A profile is chosen by probing (`probe.py`), never by ATI alone: voice modems of both kinds share
its answers. What a row leaves out is V.253's own way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .dle import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One family.

    dialect: `v253` (`+` commands), `rockwell` (`#` commands) or `data`.
    usb: (vendor, product) ids. identity: regular expressions, searched in the identity replies.
    masks: event masks (`+VLS=?`, label 1, idle) that only this family has.
    keys_as_tones: DTMF is sent as `[f1,f2,duration]`; `+VTS=1` gets no answer.
    tone_unit_ms: the unit of durations in tone elements.
    flash: `tone` (an element of +VTS) or `dial` (`!` of the D command, length in S29).
    answer: the command that picks up, in voice class.
    answer_again: picking up during a ring burst is confirmed and does not happen.
    caller_id: commands that switch caller ID on; the first that is taken counts.
    class_ends_with_call: the voice class is left by ATH.
    dtr_hangs_up: dropping DTR hangs up (&D2).
    codes: DLE codes that mean something else here than in V.253.
    source: where all this was read.
    """

    name: str
    title: str
    dialect: str
    source: str
    usb: tuple[tuple[int, int], ...] = ()
    identity: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    keys_as_tones: bool = False
    tone_unit_ms: int = 10
    flash: str = "tone"
    answer: str = "AT+VLS=1"
    answer_again: bool = False
    caller_id: tuple[str, ...] = ("AT+VCID=1", "AT#CID=1")
    class_ends_with_call: bool = False
    dtr_hangs_up: bool = True
    codes: Mapping[str, Signal] = field(default_factory=dict)


GENERIC = Profile(
    name="v253",
    title="V.253 voice modem",
    dialect="v253",
    source="ITU-T V.253",
)
DATA_ONLY = Profile(
    name="data",
    title="modem without a voice class",
    dialect="data",
    source="ITU-T V.250",
)

PROFILES: tuple[Profile, ...] = (GENERIC, DATA_ONLY)
"""All families; GENERIC and DATA_ONLY are what is left when no other fits."""
