"""What a telephone lets us do with its line: fields that are written, and with which values. Pure.

SOURCE: HID Usage Tables 1.5, chapter 14 (Telephony Device).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from . import usages
from .report import Field, pressed, selecting

CONTROLS = (
    usages.HOOK_SWITCH,
    usages.FLASH,
    usages.DROP,
    usages.SEND,
    usages.LINE,
    usages.HOLD,
    usages.PHONE_MUTE,
)
"""Usages that control a line, besides its keys."""

Values = Mapping[Field, int]


@dataclass(frozen=True, slots=True)
class Control:
    """A field that we write: its values for on and for off.

    pulse: on and off are events, and 0 is none; else it is on for as long as it says so.
    """

    field: Field
    on: int
    off: int = 0
    pulse: bool = False

    @property
    def down(self) -> dict[Field, int]:
        """What turns it on."""
        return {self.field: self.on}

    @property
    def up(self) -> dict[Field, int]:
        """What turns it off, or ends the event."""
        return {self.field: 0 if self.pulse else self.off}


def controls_of(writable: Mapping[int, list[Field]]) -> tuple[dict[int, Control], set[int]]:
    """Usage -> what turns it on; usages that are declared constant. A slot of an array serves one,
    since it says one thing at a time."""
    chosen: dict[int, Control] = {}
    constant: set[int] = set()
    taken: set[Field] = set()
    for usage in CONTROLS:
        for one in writable.get(usage, ()):
            if one in taken:
                continue
            if one.constant:
                constant.add(usage)
            elif (control := _control(one, usage)) is not None:
                chosen[usage] = control
                taken.add(one)
                break
    return chosen, constant


def _control(one: Field, usage: int) -> Control | None:
    """How a field says this; None if it cannot."""
    if one.array:
        on, none = selecting(one, usage), _none(one)
        usable = on is not None and none is not None and _fits(one, on)
        return Control(one, on or 0, none or 0) if usable else None
    if one.relative and one.signed:
        control = Control(one, 1, -1, pulse=True)
    else:
        off = max(0, one.logical_min)
        control = Control(one, off + 1, off, pulse=one.relative)
    if control.pulse and one.logical_min > 0:
        return None  # there is no value for nothing
    return control if control.on <= one.logical_max and _fits(one, control.on) else None


def _fits(one: Field, value: int) -> bool:
    """Has it bits enough for this value?"""
    half = 1 << (one.size - 1)
    return -half <= value < half if one.signed else 0 <= value < 2 * half


def _none(one: Field) -> int | None:
    """The value by which an array's slot tells nothing; None if it has no such value."""
    beyond = one.logical_max + 1
    for value in (0, beyond):
        if pressed(one, value) is None and _fits(one, value):
            return value
    return None


def keys_of(writable: Mapping[int, list[Field]], taken: set[Field]) -> dict[str, Control]:
    """Key -> what presses it; `taken`: fields that serve something else."""
    keys: dict[str, Control] = {}
    for usage, key in usages.KEYS.items():
        for one in writable.get(usage, ()):
            control = None if one.constant or one in taken else _control(one, usage)
            if control is not None and not control.pulse:
                keys[key] = control
                break
    return keys


def hook_of(
    controls: Mapping[int, Control],
) -> tuple[tuple[Values, ...], tuple[Values, ...], tuple[Values, ...]]:
    """How the line is taken, given back, and told that the number is whole."""
    send = pulse_of(controls.get(usages.SEND))
    hook = controls.get(usages.HOOK_SWITCH)
    if hook is None:  # a key for each way, which therefore ends no number
        return send, pulse_of(controls[usages.DROP]), ()
    if hook.pulse:
        return (hook.down, hook.up), ({hook.field: hook.off}, hook.up), send
    return (hook.down,), (hook.up,), send


def pulse_of(control: Control | None) -> tuple[Values, ...]:
    """What presses and releases it; nothing if there is none."""
    return () if control is None else (control.down, control.up)
