"""What a device is as a handset, from its report descriptor: how to read it, what it shows. Pure.

SOURCE: HID Usage Tables 1.5, chapters 11 (LED), 12 (Button), 14 (Telephony Device). Nothing is
known here of single models: report ids, bits and sizes all come from the descriptor.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..handset import Feature, Lamps
from ..handset_events import Button
from . import usages
from .descriptor import ReportDescriptor
from .handshake import Reading
from .hook import HookKind
from .mute import MuteKind
from .profiles import DEFAULT, HandsetProfile
from .report import Field, ReportType, pressed, selecting
from .roles import OUTPUTS, Lamp, Role, choose_inputs, choose_lamps, meaning, meanings, role_of

_BUTTONS = {Role(button): button for button in Button}

_ROLE_FEATURES = {
    Role.HOOK: Feature.HOOK,
    Role.MUTE: Feature.MUTE,
    Role.KEYPAD: Feature.KEYPAD,
    **{role: Feature(role) for role in _BUTTONS},
}

_LAMP_FEATURES = {
    Lamp.OFF_HOOK: Feature.OFF_HOOK_LAMP,
    Lamp.RING: Feature.RING_LAMP,
    Lamp.RINGER: Feature.RINGER,
    Lamp.MUTE: Feature.MUTE_LAMP,
    Lamp.MICROPHONE: Feature.MUTE_LAMP,
    Lamp.HOLD: Feature.HOLD_LAMP,
    Lamp.MESSAGE: Feature.MESSAGE_LAMP,
}


@dataclass(frozen=True)
class Layout:
    """A device as a handset.

    inputs, lamps: the fields that tell and show; a keypad and the reject key may have several.
    usable: it can be used as a handset; else `reason` is one sentence that says why not.
    notes: what it lacks or declares oddly, and what follows from that.
    """

    inputs: Mapping[Role, tuple[Field, ...]]
    lamps: Mapping[Lamp, Field]
    hook: HookKind
    mute: MuteKind
    features: frozenset[Feature]
    usable: bool
    reason: str = ""
    notes: tuple[str, ...] = ()
    keypad_first: int = 0

    def reading(self, values: Mapping[Field, int]) -> Reading | None:
        """What a decoded input report says; None if it has nothing of the handset's."""
        told = {
            role: here
            for role, fields in self.inputs.items()
            if (here := [field for field in fields if field in values])
        }
        if not told:
            return None
        down = {role: self._active(role, fields, values) for role, fields in told.items()}

        def value(role: Role) -> int | None:
            """A variable's value; of an array, is it on?"""
            if role not in told:
                return None
            field = told[role][0]
            return int(bool(down[role])) if field.array else values[field]

        fields = told.get(Role.HOOK, [])
        both_ways = fields and usages.HOOK_SWITCH not in meanings(fields[0])
        busy = value(Role.LINE_BUSY)
        return Reading(
            hook=self._send_or_drop(fields, values) if both_ways else value(Role.HOOK),
            line_busy=None if busy is None else busy != 0,
            mute=value(Role.MUTE),
            buttons={_BUTTONS[role]: bool(on) for role, on in down.items() if role in _BUTTONS},
            keys=down.get(Role.KEYPAD),
        )

    def shown(self, lamps: Lamps) -> dict[Field, int]:
        """The value of each of the handset's lamps. Mute is dark on hook: devices take it badly."""
        muted = lamps.muted and lamps.off_hook
        states = {
            Lamp.OFF_HOOK: lamps.off_hook,
            Lamp.ON_LINE: lamps.off_hook,
            Lamp.LINE: lamps.off_hook,
            Lamp.SPEAKER: lamps.off_hook,
            Lamp.RING: lamps.ringing,
            Lamp.RINGER: lamps.ringing,
            Lamp.MUTE: muted,
            Lamp.MICROPHONE: muted,
            Lamp.HOLD: lamps.held,
            Lamp.MESSAGE: lamps.message_waiting,
        }
        values = dict.fromkeys(self.lamps.values(), 0)
        for lamp, field in self.lamps.items():
            if states[lamp]:  # two lamps may be values of one array
                values[field] = _lit(field, lamp)
        return values

    def _active(
        self, role: Role, fields: list[Field], values: Mapping[Field, int]
    ) -> frozenset[str]:
        """The keys that are down, or the role's own name if it is."""
        active = set()
        for field in fields:
            usage = self._told(field, values[field])
            if usage is not None and role_of(usage) is role:
                active.add(usages.KEYS.get(usage, role.value))
        return frozenset(active)

    def _told(self, field: Field, value: int) -> int | None:
        if not field.array:
            return meaning(field) if value else None
        if self.keypad_first and any(usage in usages.KEYS for usage in field.usages):
            return self.keypad_first + value - 1 if value else None
        return pressed(field, value)

    def _send_or_drop(self, fields: list[Field], values: Mapping[Field, int]) -> int:
        """A phone with a key for each way: 1 and -1."""
        used = {self._told(field, values[field]) for field in fields}
        return int(usages.SEND in used) - int(usages.DROP in used)


def understand(descriptor: ReportDescriptor, profile: HandsetProfile = DEFAULT) -> Layout:
    """What a device is as a handset, from its descriptor and what its profile adds."""
    notes: list[str] = []
    inputs = choose_inputs(descriptor, profile, notes)
    lamps = choose_lamps(descriptor)
    reason = "" if Role.HOOK in inputs else _why_not(descriptor)
    features = {_ROLE_FEATURES[role] for role in inputs if role in _ROLE_FEATURES}
    features |= {_LAMP_FEATURES[lamp] for lamp in lamps if lamp in _LAMP_FEATURES}
    if profile.display:
        features.add(Feature.DISPLAY)
    return Layout(
        inputs=inputs,
        lamps=lamps,
        hook=_hook_kind(inputs.get(Role.HOOK, ()), profile),
        mute=_mute_kind(inputs.get(Role.MUTE, ()), profile),
        features=frozenset(features),
        usable=not reason,
        reason=reason,
        notes=(*notes, *_lacking(features)) if not reason else tuple(notes),
        keypad_first=profile.keypad_first,
    )


# --- judging --------------------------------------------------------------------------------------


def _hook_kind(fields: tuple[Field, ...], profile: HandsetProfile) -> HookKind:
    if profile.hook:
        return HookKind(profile.hook)
    if len(fields) > 1 or any(field.relative and field.signed for field in fields):
        return HookKind.ON_OFF
    return HookKind.TOGGLE if any(field.relative for field in fields) else HookKind.LEVEL


def _mute_kind(fields: tuple[Field, ...], profile: HandsetProfile) -> MuteKind:
    if profile.mute:
        return MuteKind(profile.mute)
    return MuteKind.PULSE if any(field.relative for field in fields) else MuteKind.LEVEL


def _why_not(descriptor: ReportDescriptor) -> str:
    """Why a device without a hook switch that we can hear is none of ours."""
    everywhere = [field for field in descriptor.fields if usages.HOOK_SWITCH in meanings(field)]
    if any(field.report_type is ReportType.INPUT and field.constant for field in everywhere):
        return (
            "its hook switch is declared constant: by its own description it never tells when it "
            "is lifted"
        )
    if any(field.report_type is ReportType.INPUT for field in everywhere):
        return "it tells its hook switch among the maker's own reports only, which are private"
    if everywhere:
        return "its hook switch is an output: it is a line, and has no handset that tells us so"
    pages = {usage >> 16 for field in descriptor.fields for usage in meanings(field)}
    pages |= {collection.usage >> 16 for collection in descriptor.collections}
    if usages.TELEPHONY in pages:
        return "no hook switch: it declares telephony, and never tells when it is lifted"
    makers = sorted(page for page in pages if page >= usages.VENDOR)
    if makers:
        listed = ", ".join(f"0x{page:04X}" for page in makers)
        return f"no telephony page (0x0B), only the maker's own pages {listed}, which are private"
    return "no telephony page (0x0B): it has sound or keys, and no call control"


def _lacking(features: set[Feature]) -> list[str]:
    notes = []
    if Feature.OFF_HOOK_LAMP not in features:
        notes.append("no Off-Hook lamp: it cannot be told that its lift was understood")
    if not features & {Feature.RING_LAMP, Feature.RINGER}:
        notes.append("no ring lamp and no ringer: it cannot show that a call comes in")
    if Feature.MUTE in features and Feature.MUTE_LAMP not in features:
        notes.append("a mute key and no mute lamp: it does not know whether it is muted")
    return notes


def _lit(field: Field, lamp: Lamp) -> int:
    """The value that lights a lamp."""
    if not field.array:
        return min(max(1, field.logical_min), max(1, field.logical_max))
    usage = next(usage for usage in field.usages if OUTPUTS.get(usage) is lamp)
    return selecting(field, usage) or 0
