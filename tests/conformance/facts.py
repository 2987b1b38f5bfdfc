"""What a modem family lacks, and why: derived from its event masks and its profile."""

from __future__ import annotations

from collections.abc import Mapping

from hookflash.modem.dle import DleDecoder, Signal
from hookflash.modem.probe import Probed
from hookflash.modem.profiles import PROFILES, Profile
from hookflash.simulated import FAMILIES
from hookflash.simulated.family import CODES, EVENT_BITS, Family, Label

NO_VOICE_CLASS = "no voice class, so nothing is told once the digits are out"
ONCE = "tells each key once"

_EVENTS: Mapping[str, tuple[str, str, Signal]] = {
    "ringback": ("ringback", "ringback", Signal.RINGBACK),
    "dial tone": ("dial", "dial", Signal.DIAL),
    "loop break": ("loop_break", "loop_break", Signal.LOOP_BREAK),
    "polarity": ("polarity", "polarity", Signal.POLARITY),
    "local": ("local_hook", "local_lifted", Signal.LOCAL_LIFTED),
    "extension": ("extension_hook", "extension_lifted", Signal.EXTENSION_LIFTED),
    "fax tone": ("fax_calling", "fax_calling", Signal.FAX_CALLING),
    "silence": ("silence", "silence", Signal.SILENCE),
}
"""Fact -> its event in the masks, the event that has a code, what the driver must make of it."""


def profile_of(name: str) -> Profile:
    """The row of that name in the driver's table."""
    return next(row for row in PROFILES if row.name == name)


def lacks_of(name: str) -> dict[str, str]:
    """Facts that a simulated family lacks -> the reason."""
    family, profile = FAMILIES[name], profile_of(name)
    if not family.voice:
        return {
            "voice": NO_VOICE_CLASS,
            "busy": NO_VOICE_CLASS,
            "far hang-up": NO_VOICE_CLASS,
            **_without_cadence(family, profile),
        }
    label = family.line_label or family.labels[0]
    lacks = {fact: why for fact in _EVENTS if (why := _unheard(fact, family, label, profile))}
    if not family.repeats:
        lacks["dial tone again"] = "tells it once, and once may be a mistake"
    if not family.held_keys:
        lacks["key length"] = ONCE
    lacks = _follows(lacks, profile)
    return lacks | _without_cadence(family, profile) | _without_second_caller(family)


def _follows(lacks: dict[str, str], profile: Profile) -> dict[str, str]:
    """What else is lacking then, and what the profile says is."""
    more: dict[str, str] = {}
    if "ringback" in lacks:
        more["answer known"] = "busy tone after the answer is told as busy: ringback is not heard"
    if not profile.dial_tone_trusted:
        more["dial tone again"] = "its `d` is not trusted to be a dial tone"
    if not profile.key_length:
        more["key length"] = ONCE
    if profile.flash == "dial" and not profile.flash_set:
        fixed = f"{profile.flash_fixed_ms} ms" if profile.flash_fixed_ms else "a length not known"
        more["flash length"] = f"the dialled `!` has {fixed}"
    return lacks | more


def _unheard(fact: str, family: Family, label: Label, profile: Profile) -> str:
    """Why the driver does not hear of an event; empty if it does."""
    bit, event, signal = _EVENTS[fact]
    # An event that is told as another one stands in the masks as that one.
    told = family.same_as.get(event, event)
    if not label.idle >> (31 - EVENT_BITS[family.same_as.get(bit, bit)]) & 1:
        if family.label_list:
            return "no such code in its manual's table"
        return f"not in its event mask {label.idle:08X}"
    return _misheard(fact, family.code(told), signal, profile)


def _misheard(fact: str, code: str, signal: Signal, profile: Profile) -> str:
    """Why the driver makes something else of the code; empty if it does not."""
    heard = DleDecoder(profile.codes).take(code)[0].signal
    if heard is Signal.NONE:
        return f"its `{code}` says nothing"
    if heard is Signal.LOOP_CHANGE:
        return f"its `{code}` is a reversal or a break: a guess" if fact == "polarity" else ""
    return "" if heard is signal else f"its `{code}` is taken for {heard.value}"


def _without_cadence(family: Family, profile: Profile) -> dict[str, str]:
    if not profile.distinctive_ring:
        return {"distinctive ring": "no command for it is known"}
    if not (family.dron or family.distinctive):
        return {"distinctive ring": "the simulated modem does not play it"}
    return {}


def _without_second_caller(family: Family) -> dict[str, str]:
    if family.waiting_id is None:
        return {"second caller": "its manual says nothing of it"}
    command, value = family.waiting_id
    if command:
        return {"second caller": f"only after {command}={value}, which is not sent"}
    return {}


def lacks_of_probed(probed: Probed) -> dict[str, str]:
    """Facts that a modem lacks as it says itself, and as its family is known to."""
    profile = probed.profile
    if probed.dialect == "data":
        return dict.fromkeys(("voice", "busy", "far hang-up"), NO_VOICE_CLASS)
    lacks = {fact: why for fact in _EVENTS if (why := _unsaid(fact, probed))}
    return _follows(lacks, profile)


def _unsaid(fact: str, probed: Probed) -> str:
    hears, (_, event, signal) = probed.capabilities.hears, _EVENTS[fact]
    if hears is not None and signal not in hears:
        return "not in its event mask"
    return _misheard(fact, CODES[event], signal, probed.profile)
