"""What a person did to a handset, from its reports and our lamps. Pure: time is passed in.

Times are seconds of one clock. The hook's and the mute key's own stories are in `hook` and `mute`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..events import Evidence
from ..handset import Lamps
from ..handset_events import Button, ButtonPressed, HandsetEvent, KeyPressed
from .hook import Hook, HookKind
from .levelhook import LevelHook
from .mute import Mute, MuteKind
from .presshook import PressHook

SETTLES_WITHIN = 0.5
"""Seconds after opening in which a device that cannot be asked may tell how it lies."""

FALLS_FOR_REJECT = 2
"""Reports without the hook bit, while it rings, that make a reject on a device that needs two."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one input report says. None, or a button that is absent: it does not say.

    hook, mute: the field's value, signed. keys: the keypad's keys that are down.
    """

    hook: int | None = None
    line_busy: bool | None = None
    mute: int | None = None
    buttons: Mapping[Button, bool] = field(default_factory=dict)
    keys: frozenset[str] | None = None

    @property
    def pressed(self) -> bool:
        """Something else than the hook is active."""
        others = (self.line_busy, self.mute, self.keys, *self.buttons.values())
        return any(others)


class Handshake:
    """Tells presses from echoes. One caller at a time."""

    def __init__(
        self,
        hook: HookKind = HookKind.LEVEL,
        mute: MuteKind = MuteKind.PULSE,
        *,
        two_falls: bool = False,
    ) -> None:
        self._hook = _make_hook(hook)
        self._mute = Mute(mute)
        self._two_falls = two_falls
        self._lamps = Lamps()
        self._settled_at = 0.0
        self._hook_known = False
        self._held: dict[Button, bool] = {}
        self._keys: frozenset[str] = frozenset()
        self._falls = 0

    @property
    def lifted(self) -> bool:
        """Off its cradle, as far as it tells."""
        return self._hook.lifted

    @property
    def rewrite(self) -> bool:
        """The lamps are to be written again, though nothing changed; `wrote` clears it."""
        return self._hook.rewrite

    def alone(self, alone: bool | None) -> None:
        """Whether no other program uses the device; None: not known."""
        self._hook.alone = alone

    def suspects(self, reading: Reading) -> bool:
        """Is it worth a look who else uses the device, before `report` judges this?

        On hook and Line Busy gone while our lamp is lit: a hand leaves Line Busy as it is.
        """
        lit = self._lamps.off_hook and self._hook.lifted
        return lit and reading.hook == 0 and reading.line_busy is False

    def begin(self, now: float, readings: list[Reading]) -> None:
        """The device was opened; `readings` is what it answered when asked.

        Without any, reports are taken for its first state for SETTLES_WITHIN seconds.
        """
        for reading in readings:
            self._baseline(reading)
        self._settled_at = now if self._hook_known else now + SETTLES_WITHIN

    def wrote(self, now: float, lamps: Lamps) -> None:
        """The lamps were written; `now` is when the writing began."""
        self._hook.rewrite = False
        self._hook.wrote(now, lamps.off_hook)
        self._mute.wrote(now, lamps)
        self._lamps = lamps
        self._falls = 0

    def report(
        self, now: float, reading: Reading, detail: str = "", *, repeated: bool = False
    ) -> list[HandsetEvent]:
        """A report came; what a person did, if anything.

        detail: for evidence. repeated: it is bit for bit the one before.
        """
        if now < self._settled_at:
            self._baseline(reading)
            return []
        events: list[HandsetEvent] = []
        # Nothing told before: it lay on hook, unless the report is of another key and says lifted.
        if reading.hook is not None and not self._hook_known and reading.pressed:
            self._hook.baseline(reading.hook, reading.line_busy)
        else:
            hook, busy = reading.hook, reading.line_busy
            events += self._hook.moved(now, hook, busy, detail, repeated=repeated)
        self._hook_known |= reading.hook is not None
        events += self._pressed_keys(reading, detail)
        events += self._pressed_buttons(reading, detail)
        if reading.mute is not None:
            events += self._mute.moved(now, reading.mute, detail)
        events += self._fallen(reading, detail)
        return events

    def due(self) -> float | None:
        """When `expired` is to be called, unless something changes before; None: not at all."""
        return self._hook.due()

    def expired(self, now: float) -> list[HandsetEvent]:
        """The time that `due` told has come."""
        return self._hook.expired(now)

    def _baseline(self, reading: Reading) -> None:
        if reading.hook is not None:
            self._hook.baseline(reading.hook, reading.line_busy)
            self._hook_known = True
        if reading.mute is not None:
            self._mute.baseline(reading.mute)
        if reading.keys is not None:
            self._keys = reading.keys
        self._held.update(reading.buttons)

    def _pressed_keys(self, reading: Reading, detail: str) -> list[HandsetEvent]:
        if reading.keys is None:
            return []
        new = sorted(reading.keys - self._keys)
        self._keys = reading.keys
        return [KeyPressed(Evidence("report", detail), key) for key in new]

    def _pressed_buttons(self, reading: Reading, detail: str) -> list[HandsetEvent]:
        new = [
            button
            for button, down in reading.buttons.items()
            if down and not self._held.get(button, False)
        ]
        self._held.update(reading.buttons)
        return [ButtonPressed(Evidence("report", detail), button) for button in new]

    def _fallen(self, reading: Reading, detail: str) -> list[HandsetEvent]:
        """Some answer and reject with the hook alone; one report without it proves nothing."""
        if not self._two_falls or not self._lamps.ringing or self._lamps.off_hook:
            return []
        if reading.hook is None:
            return []
        self._falls = 0 if reading.hook or reading.pressed else self._falls + 1
        if self._falls != FALLS_FOR_REJECT:
            return []
        self._falls = 0
        return [ButtonPressed(Evidence("report", f"{detail}: twice on hook"), Button.REJECT)]


def _make_hook(kind: HookKind) -> Hook:
    if kind is HookKind.LEVEL:
        return LevelHook()
    return PressHook(both_ways=kind is HookKind.ON_OFF)
