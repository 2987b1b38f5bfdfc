"""Which of a descriptor's fields are a handset's hook, keys and lamps. Pure.

SOURCE: HID Usage Tables 1.5, chapters 11 (LED), 12 (Button), 14 (Telephony Device). Nothing is
known here of single models: report ids, bits and sizes all come from the descriptor.
"""

from collections.abc import Iterable
from enum import StrEnum

from . import usages
from .descriptor import ReportDescriptor
from .profiles import HandsetProfile
from .report import Field, ReportType


class Role(StrEnum):
    """What an input field tells. A button's role has the button's name."""

    HOOK = "hook"
    LINE_BUSY = "line_busy"
    MUTE = "mute"
    KEYPAD = "keypad"
    FLASH = "flash"
    REDIAL = "redial"
    REJECT = "reject"
    DROP = "drop"
    HOLD = "hold"
    SEND = "send"
    SPEED_DIAL = "speed_dial"
    VOICE_MAIL = "voice_mail"
    LINE = "line"


class Lamp(StrEnum):
    """What an output field shows."""

    OFF_HOOK = "off_hook"
    ON_LINE = "on_line"
    LINE = "line"
    SPEAKER = "speaker"
    RING = "ring"
    RINGER = "ringer"
    MUTE = "mute"
    MICROPHONE = "microphone"
    HOLD = "hold"
    MESSAGE = "message"


INPUTS = {
    usages.HOOK_SWITCH: Role.HOOK,
    usages.LINE_BUSY_TONE: Role.LINE_BUSY,
    usages.PHONE_MUTE: Role.MUTE,
    usages.FLASH: Role.FLASH,
    usages.REDIAL: Role.REDIAL,
    # The reject key's three spellings: as meant, as some count it, and as Microsoft has it.
    usages.PROGRAMMABLE_BUTTON: Role.REJECT,
    usages.BUTTON_7: Role.REJECT,
    usages.BUTTON_1: Role.REJECT,
    usages.DROP: Role.DROP,
    usages.HOLD: Role.HOLD,
    usages.SEND: Role.SEND,
    usages.SPEED_DIAL: Role.SPEED_DIAL,
    usages.VOICE_MAIL: Role.VOICE_MAIL,
    usages.LINE: Role.LINE,
    **dict.fromkeys(usages.KEYS, Role.KEYPAD),
}

OUTPUTS = {
    usages.LED_OFF_HOOK: Lamp.OFF_HOOK,
    usages.LED_ON_LINE: Lamp.ON_LINE,
    usages.LINE: Lamp.LINE,
    usages.LED_SPEAKER: Lamp.SPEAKER,
    usages.LED_RING: Lamp.RING,
    usages.RINGER: Lamp.RINGER,
    usages.LED_MUTE: Lamp.MUTE,
    usages.LED_MICROPHONE: Lamp.MICROPHONE,
    usages.LED_HOLD: Lamp.HOLD,
    usages.LED_MESSAGE_WAITING: Lamp.MESSAGE,
}


def choose_inputs(
    descriptor: ReportDescriptor, profile: HandsetProfile, notes: list[str]
) -> dict[Role, tuple[Field, ...]]:
    """The fields of each role; to `notes` goes what is odd about them."""
    candidates: dict[Role, list[Field]] = {}
    constant: dict[Role, None] = {}
    for field in descriptor.fields:
        if field.report_type is not ReportType.INPUT or not _is_standard(field):
            continue
        for role in _roles(field):
            if role is Role.LINE_BUSY and field.relative:
                continue  # tells that it changed, not how it is
            if field.constant and not profile.trusts_constant:
                constant[role] = None
                continue
            candidates.setdefault(role, []).append(field)
    notes += [
        f"{_name(role)} is declared constant, and not used"
        for role in constant
        if role not in candidates
    ]
    home = min(candidates.get(Role.HOOK, []), key=_rank, default=None)
    chosen = {role: _best(fields, home, role) for role, fields in candidates.items()}
    busy = chosen.get(Role.LINE_BUSY)
    if busy and (_is_line(descriptor) or home is None or busy[0].report_id != home.report_id):
        del chosen[Role.LINE_BUSY]  # a line's busy tone, not what becomes of our lamp
    if home is None and Role.SEND in chosen and Role.DROP in chosen:
        notes.append("no hook switch: Send lifts, Drop puts down")
        chosen[Role.HOOK] = (*chosen.pop(Role.SEND), *chosen.pop(Role.DROP))
    return chosen


def _best(fields: list[Field], home: Field | None, role: Role) -> tuple[Field, ...]:
    """Of fields that mean the same, those beside the hook; else the first ones."""

    def far(field: Field) -> tuple[bool, int]:
        apart = home is not None and field.report_id != home.report_id
        return apart, _rank(field)

    nearest = min(fields, key=far)
    together = [field for field in fields if field.report_id == nearest.report_id]
    return tuple(together) if role in (Role.KEYPAD, Role.REJECT) else (nearest,)


def choose_lamps(descriptor: ReportDescriptor) -> dict[Lamp, Field]:
    """The field of each lamp."""
    outputs = [
        field
        for field in descriptor.fields
        if field.report_type is ReportType.OUTPUT and not field.constant
    ]
    is_line = _is_line(descriptor)  # then Line is how one of its lines is chosen
    shared = {field.collections[:1] for field in descriptor.fields if _tells_hook(field)}
    chosen: dict[Lamp, Field] = {}
    for field in sorted(outputs, key=_rank):
        if not (_is_standard(field) or field.collections[:1] in shared):
            continue
        for usage in meanings(field):
            lamp = OUTPUTS.get(usage)
            if lamp is None or (lamp is Lamp.LINE and is_line):
                continue
            if lamp is Lamp.SPEAKER and usages.HEADSET in field.collections:
                continue  # would turn a headset's sound away from the ear
            chosen.setdefault(lamp, field)
    return chosen


def _is_line(descriptor: ReportDescriptor) -> bool:
    """Is it told to go off hook? Then it has a line of its own."""
    return any(
        usages.HOOK_SWITCH in field.usages and field.report_type is not ReportType.INPUT
        for field in descriptor.fields
    )


def _is_standard(field: Field) -> bool:
    """Is it where telephony is declared: its page's collection, or its page's usages elsewhere?

    Makers mirror all that on pages of their own, which mean the same press once more.
    """
    if any(usage >> 16 >= usages.VENDOR for usage in field.collections[:1]):
        return False
    if any(usage >> 16 == usages.TELEPHONY for usage in field.collections):
        return True
    return any(usage >> 16 == usages.TELEPHONY for usage in meanings(field))


def _tells_hook(field: Field) -> bool:
    is_input = field.report_type is ReportType.INPUT
    return is_input and _is_standard(field) and usages.HOOK_SWITCH in meanings(field)


def _rank(field: Field) -> int:
    """Fields in a telephony application first."""
    return 0 if any(usage >> 16 == usages.TELEPHONY for usage in field.collections[:1]) else 1


def meanings(field: Field) -> tuple[int, ...]:
    """All usages that a field may have."""
    return field.usages if field.array else (*field.usages, *field.alternatives)


def meaning(field: Field) -> int:
    """A variable's usage that we know, of those it may have."""
    return next((usage for usage in meanings(field) if usage in INPUTS), field.usage)


def _roles(field: Field) -> Iterable[Role]:
    if not field.array:
        role = role_of(meaning(field))
        return () if role is None else (role,)
    return dict.fromkeys(role for usage in field.usages if (role := role_of(usage)) is not None)


def role_of(usage: int) -> Role | None:
    """What an input of this usage tells, if anything."""
    return INPUTS.get(usage)


def _name(role: Role) -> str:
    return usages.name(next(usage for usage, its in INPUTS.items() if its is role))
