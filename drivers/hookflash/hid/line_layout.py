"""What a device is as a telephone line, from its report descriptor: what to write, what it tells.
Pure.

A telephone with a line of its own declares telephony usages as outputs or features: its hook
switch, its keys. SOURCE: HID Usage Tables 1.5, chapter 14 (Telephony Device).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..line import Capability
from . import usages
from .descriptor import ReportDescriptor
from .line_controls import (
    CONTROLS,
    Control,
    Values,
    controls_of,
    hook_of,
    keys_of,
    pulse_of,
)
from .report import Field, ReportType, pressed

DIGITS = "0123456789"


class Signal(StrEnum):
    """What a line tells. Tones have the names that ToneHeard gives them."""

    RING = "ring"
    DIAL = "dial"
    RINGBACK = "ringback"
    BUSY = "busy"
    REORDER = "reorder"
    CALL_WAITING = "call_waiting"


SIGNALS = {
    usages.RINGER: Signal.RING,
    usages.INSIDE_RING_TONE: Signal.RING,
    usages.OUTSIDE_RING_TONE: Signal.RING,
    usages.PRIORITY_RING_TONE: Signal.RING,
    usages.INSIDE_DIAL_TONE: Signal.DIAL,
    usages.OUTSIDE_DIAL_TONE: Signal.DIAL,
    usages.INSIDE_RINGBACK: Signal.RINGBACK,
    usages.PRIORITY_RINGBACK: Signal.RINGBACK,
    usages.OUTSIDE_RINGBACK: Signal.RINGBACK,
    usages.LINE_BUSY_TONE: Signal.BUSY,
    usages.REORDER_TONE: Signal.REORDER,
    usages.CALL_WAITING_TONE: Signal.CALL_WAITING,
}

_WANTED = frozenset({*CONTROLS, *usages.KEYS, *SIGNALS})

MOST_FIELDS = 64
"""Fields of one usage that are looked at; more mean no good."""


@dataclass(frozen=True)
class LineLayout:
    """A device as a line.

    seize, release: what is written to take the line and to give it back, one after the other.
    select: chooses the line, before it is taken. send: after the last digit of a number.
    idle: all that we write, as it is on hook. hears: the fields that tell each signal.
    usable: it can be used as a line; else `reason` is one sentence that says why not.
    notes: what it lacks or declares oddly, and what follows from that.
    """

    seize: tuple[Values, ...] = ()
    release: tuple[Values, ...] = ()
    select: tuple[Values, ...] = ()
    send: tuple[Values, ...] = ()
    flash: Control | None = None
    mute: Control | None = None
    keys: Mapping[str, Control] = field(default_factory=dict)
    idle: Values = field(default_factory=dict)
    hears: Mapping[Signal, tuple[Field, ...]] = field(default_factory=dict)
    capabilities: frozenset[Capability] = frozenset()
    usable: bool = False
    reason: str = ""
    notes: tuple[str, ...] = ()

    def told(self, values: Values) -> frozenset[Signal]:
        """The signals that are on, by the last value of each input field."""
        return frozenset(
            signal
            for signal, fields in self.hears.items()
            if any(_tells(one, values[one], signal) for one in fields if one in values)
        )


def understand_line(descriptor: ReportDescriptor) -> LineLayout | None:
    """What a device is as a line; None if nothing in it says that it has one."""
    inputs, writable = _by_usage(descriptor)
    controls, constant = controls_of(writable)
    keys = keys_of(writable, {control.field for control in controls.values()})
    seizes = usages.HOOK_SWITCH in controls or {usages.SEND, usages.DROP} <= controls.keys()
    if not seizes:
        return _no_line(descriptor, constant, bool(keys))
    hears = _hears(inputs)
    seize, release, send = hook_of(controls)
    hook = controls.get(usages.HOOK_SWITCH)
    if hook is not None and hook.pulse and hook.off == 0:
        reason = "its hook switch output is a toggle: nobody can know which way it takes the line"
        return LineLayout(reason=reason)
    flash = controls.get(usages.FLASH)
    mute = controls.get(usages.PHONE_MUTE)
    if mute is not None and mute.pulse:
        mute = None
    able = _capabilities(keys, flash, mute, hears)
    used = [*controls.values(), *keys.values()]
    return LineLayout(
        seize=seize,
        release=release,
        select=pulse_of(controls.get(usages.LINE)),
        send=send,
        flash=flash,
        mute=mute,
        keys=keys,
        idle={one: value for control in used for one, value in control.up.items()},
        hears=hears,
        capabilities=able,
        usable=True,
        notes=tuple(_notes(able, keys, flash, hears, hook is None)),
    )


# --- finding --------------------------------------------------------------------------------------


def _by_usage(
    descriptor: ReportDescriptor,
) -> tuple[dict[int, list[Field]], dict[int, list[Field]]]:
    """Usage -> the fields that have it, inputs and those that are written. The slots of an array
    share their usages, which may be thousands: they are looked through once."""
    inputs: dict[int, list[Field]] = {}
    writable: dict[int, list[Field]] = {}
    known: dict[int, list[int]] = {}
    for one in descriptor.fields:
        if any(usage >> 16 >= usages.VENDOR for usage in one.collections[:1]):
            continue  # makers mirror what they declare on pages of their own
        ours = known.get(id(one.usages))
        if ours is None:
            ours = known[id(one.usages)] = [usage for usage in one.usages if usage in _WANTED]
        if not one.array:
            ours = [*ours, *(usage for usage in one.alternatives if usage in _WANTED)]
        where = inputs if one.report_type is ReportType.INPUT else writable
        for usage in dict.fromkeys(ours):
            fields = where.setdefault(usage, [])
            if len(fields) < MOST_FIELDS:
                fields.append(one)
    return inputs, writable


# --- what is heard --------------------------------------------------------------------------------


def _hears(inputs: Mapping[int, list[Field]]) -> dict[Signal, tuple[Field, ...]]:
    hears: dict[Signal, dict[Field, None]] = {}
    for usage, signal in SIGNALS.items():
        for one in inputs.get(usage, ()):
            if not one.constant:
                hears.setdefault(signal, {})[one] = None
    return {signal: tuple(fields) for signal, fields in hears.items()}


def _tells(one: Field, value: int, signal: Signal) -> bool:
    if not one.array:
        return value != 0
    usage = pressed(one, value)
    return usage is not None and SIGNALS.get(usage) is signal


# --- judging --------------------------------------------------------------------------------------


def _no_line(descriptor: ReportDescriptor, constant: set[int], keys: bool) -> LineLayout | None:
    """A device that cannot be told to take a line: does it say that it has one?"""
    if usages.HOOK_SWITCH in constant:
        reason = (
            "its hook switch output is declared constant: by its own description it cannot be "
            "told to take the line"
        )
    elif keys:
        reason = "no hook switch output: it takes keys, and cannot be told to take the line"
    elif any(one.usage == usages.DUAL_MODE_PHONE for one in descriptor.collections):
        reason = (
            "no hook switch output: it calls itself a dual mode phone, and its line is not "
            "controlled from here"
        )
    else:
        return None
    return LineLayout(reason=reason)


def _capabilities(
    keys: Mapping[str, Control],
    flash: Control | None,
    mute: Control | None,
    hears: Mapping[Signal, tuple[Field, ...]],
) -> frozenset[Capability]:
    able: set[Capability] = set()
    if set(DIGITS) <= keys.keys():
        able |= {Capability.DIAL, Capability.DTMF}
    if Signal.RING in hears:
        able |= {Capability.ANSWER, Capability.REJECT}
    if flash is not None:
        able.add(Capability.FLASH)
    if mute is not None:
        able.add(Capability.MUTE)
    return frozenset(able)


def _notes(
    able: frozenset[Capability],
    keys: Mapping[str, Control],
    flash: Control | None,
    hears: Mapping[Signal, tuple[Field, ...]],
    no_hook: bool,
) -> Iterable[str]:
    if no_hook:
        yield "no hook switch output: Send takes the line, Drop gives it back"
    if Capability.DIAL not in able:
        yield "no keys for all digits: it cannot dial"
    elif missing := [key for key in "*#" if key not in keys]:
        yield f"no key {' and '.join(missing)}: numbers with it are refused"
    if flash is None:
        yield "no flash output: no hookflash and no transfer"
    elif flash.pulse:
        yield "its flash output is a single event: the length of a hookflash is its own"
    if Signal.RING not in hears:
        yield "it does not tell that it rings: calls can only be made, not answered"
    if Signal.DIAL not in hears:
        yield "it does not tell dial tone: digits are sent after a pause"
    if not {Signal.BUSY, Signal.REORDER} & hears.keys():
        yield "it tells no busy tone: neither a busy number nor the far end's hang-up is noticed"
    if Signal.RINGBACK not in hears:
        yield "it does not tell ringback: when the far end answers is not known"
