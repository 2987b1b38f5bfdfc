"""What a recording of a handset shows: the profile it needs, and what a maintainer wants to know.

Pure. The recording was made step by step, each step being named by one of the words below; what a
device does in a step tells what its descriptor does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .descriptor import ReportDescriptor
from .hook import HookKind
from .mute import MuteKind
from .profiles import DEFAULT, HandsetProfile
from .recording import Recording
from .report import Field, ReportType, pressed
from .roles import Role
from .telephony import Layout, understand
from .usages import CONSUMER, KEYS, LINE_BUSY_TONE, TELEPHONY, name

REST = "rest"
"""Nobody touches it."""
LIFT_UNANSWERED = "lift_unanswered"
"""Lifted, and the host does not light Off-Hook."""
DOWN_UNANSWERED = "down_unanswered"
LAMP_ON = "lamp_on"
"""The host lights Off-Hook by itself."""
LAMP_OFF = "lamp_off"
LIFT = "lift"
"""Lifted, and the host lights Off-Hook at once; from here on a call is up."""
MUTE = "mute"
"""The mute key; the host lights Mute at once."""
UNMUTE = "unmute"
DOWN = "down"
"""Put down in a call; the host puts all lamps out at once."""
REJECT = "reject"
"""The key that refuses a call, while the host has it ring."""
KEY = "key "
"""Before a key of the keypad."""
BUTTON = "button "
"""Before the name of another button."""

TRUSTING = replace(DEFAULT, trusts_constant=True)
"""While it is not known what a device sends, nothing that it declares is left out."""


@dataclass(frozen=True, slots=True)
class Learned:
    """profile: what differs from the descriptor. findings: sentences for people."""

    profile: HandsetProfile
    findings: tuple[str, ...]


@dataclass(slots=True)
class Seen:
    """What came in a step. reports: how many had anything of the handset's. hook, mute: the values
    they took, and when (seconds). fields: each field with a usage that changed, and its value."""

    reports: int = 0
    hook: list[tuple[float, int]] = field(default_factory=list)
    mute: list[tuple[float, int]] = field(default_factory=list)
    fields: list[tuple[Field, int]] = field(default_factory=list)


Steps = dict[str, Seen]


def seen(descriptor: ReportDescriptor, layout: Layout, recording: Recording) -> Steps:
    """What came, by step; all steps of the recording are in it."""
    steps: Steps = {}
    now = Seen()
    last: dict[Field, int] = {}
    hook = mute = 0
    for entry in recording.entries:
        if entry.kind == "step":
            now = steps.setdefault(entry.text, Seen())
        report = None
        if entry.kind == "in" and entry.data:
            report = descriptor.report(ReportType.INPUT, entry.data[0])
        if report is None:
            continue
        values = report.decode(entry.data)
        now.fields += [
            (one, value)
            for one, value in values.items()
            if one.usages and last.get(one, 0) != value
        ]
        last |= values
        reading = layout.reading(values)
        if reading is None:
            continue
        now.reports += 1
        if reading.hook is not None and reading.hook != hook:
            hook = reading.hook
            now.hook.append((entry.at, hook))
        if reading.mute is not None and reading.mute != mute:
            mute = reading.mute
            now.mute.append((entry.at, mute))
    return steps


def conclude(descriptor: ReportDescriptor, recording: Recording, name: str, title: str) -> Learned:
    """The profile under this name, and the findings."""
    layout = understand(descriptor, TRUSTING)
    steps = seen(descriptor, layout, recording)
    findings: list[str] = []
    profile = HandsetProfile(
        name=name,
        title=title,
        source=f"learned from {recording.device}",
        trusts_constant=_trusts_constant(steps, findings),
        hook=_hook(layout.hook, steps, findings),
        mute=_mute(layout.mute, steps, findings),
        two_falls=_two_falls(layout, steps, findings),
        keypad_first=_keypad_first(steps, findings),
    )
    return Learned(profile, (*findings, *_ways(steps), *_buttons(steps)))


# --- what goes into the profile -------------------------------------------------------------------


def _trusts_constant(steps: Steps, findings: list[str]) -> bool:
    sent = {
        one.usages[0]
        for step in steps.values()
        for one, _ in step.fields
        if one.constant and one.usages[0] >> 16 == TELEPHONY
    }
    if sent:
        told = ", ".join(map(name, sorted(sent)))
        findings.append(f"declared constant, and sent all the same: {told}")
    return bool(sent)


def _hook(declared: HookKind, steps: Steps, findings: list[str]) -> str:
    """How its hook tells, if it is not what the descriptor says."""
    up = [value for _, value in steps.get(LIFT, Seen()).hook]
    down = [value for _, value in steps.get(DOWN, Seen()).hook]
    if not up or not down:
        if LIFT in steps and not up:
            findings.append("hook: nothing came when it was lifted")
        if DOWN in steps and not down:
            findings.append("hook: nothing came when it was put down")
        return ""
    if min(up + down) < 0:
        kind = HookKind.ON_OFF
    else:
        kind = HookKind.TOGGLE if any(down) else HookKind.LEVEL
    findings.append(f"hook: {_HOOKS[kind]}")
    return "" if kind is declared else kind.value


_HOOKS = {
    HookKind.LEVEL: "it lies in one of two positions (level)",
    HookKind.TOGGLE: "each press is told alike (toggle)",
    HookKind.ON_OFF: "1 for lifted, -1 for put down (on_off)",
}


def _mute(declared: MuteKind, steps: Steps, findings: list[str]) -> str:
    """How its mute key tells, if it is not what the descriptor says."""
    first, second = (
        [value for _, value in steps.get(step, Seen()).mute] for step in (MUTE, UNMUTE)
    )
    if not first and not second:
        return ""
    alternates = len(first) <= 1 and len(second) <= 1
    kind = MuteKind.LEVEL if alternates else MuteKind.PULSE
    findings.append(f"mute: {_MUTES[kind]}")
    return "" if kind is declared else kind.value


_MUTES = {
    MuteKind.LEVEL: "it tells the microphone's own state (level)",
    MuteKind.PULSE: "each press asks for the other state (pulse)",
}


def _two_falls(layout: Layout, steps: Steps, findings: list[str]) -> bool:
    """It refuses a call with nothing but reports that say on hook, which it was all along."""
    came = steps.get(REJECT)
    if came is None or came.fields or not came.reports or Role.REJECT in layout.inputs:
        return False
    findings.append(f"reject: {came.reports} reports, and in none did anything change")
    return came.reports > 1


def _keypad_first(steps: Steps, findings: list[str]) -> int:
    """What value 1 of the keypad's array means, if it is not what telephony takes it for."""
    usages = {key: usage for usage, key in KEYS.items()}
    firsts: dict[int, str] = {}
    wrong = ""
    for step, came in steps.items():
        key = step.removeprefix(KEY)
        told = next((one for one in came.fields if _is_key(*one)), None)
        if not step.startswith(KEY) or told is None:
            continue
        slot, value = told
        if slot.array:
            first = usages[key] + 1 - value
            firsts[first] = firsts.get(first, "") + key
        if (pressed(slot, value) if slot.array else slot.usage) != usages[key]:
            wrong += key
    if not wrong:
        return 0
    if len(firsts) == 1:
        first = next(iter(firsts))
        findings.append(f"keypad: value 1 is {name(first)}")
        return first
    findings.append(f"keypad: {wrong} are told as other keys, and in no order")
    return 0


def _is_key(slot: Field, value: int) -> bool:
    return value > 0 and any(usage in KEYS for usage in slot.usages)


# --- what people want to know ---------------------------------------------------------------------


def _ways(steps: Steps) -> Iterable[str]:
    """Its part of the handshake."""
    hook = steps.get(LIFT_UNANSWERED, Seen()).hook
    if hook and hook[0][1] > 0:
        fall = next((at for at, value in hook[1:] if value <= 0), None)
        what = "it stays off hook"
        if fall is not None:
            what = f"it falls back after {(fall - hook[0][0]) * 1000:.0f} ms"
        yield f"lifted, and no lamp lit: {what}"
    if LAMP_ON in steps:
        came = steps[LAMP_ON]
        follows = any(value > 0 for _, value in came.hook)
        busy = any(one.usage == LINE_BUSY_TONE and value for one, value in came.fields)
        echo = "it says off hook" if follows else "it does not say off hook"
        yield f"Off-Hook lit by the host: {echo}{' and line busy' * busy}"


def _buttons(steps: Steps) -> Iterable[str]:
    """What came for each key and button that was asked for, as it came."""
    for step, came in steps.items():
        if step.startswith((KEY, BUTTON)) or step in (MUTE, UNMUTE, REJECT):
            told = [_told(*one) for one in came.fields if one[0].usages[0] >> 16 != CONSUMER]
            yield f"{step}: {', '.join(told) or 'nothing came'}"


def _told(one: Field, value: int) -> str:
    if not one.array:
        return f"{name(one.usages[0])} = {value}"
    usage = pressed(one, value)
    return f"{name(usage) if usage else 'none'} (value {value})"
