"""A hook that tells presses only: a key, or one key each way. Pure: time is passed in."""

from ..events import Evidence
from ..handset_events import HandsetEvent, Lifted, PutDown
from .hook import NEVER, Hook

TOGGLE_ECHO = 0.3
"""Seconds after a lamp's change in which a toggle's report is its echo."""


class PressHook(Hook):
    """A hook that HID calls relative."""

    def __init__(self, *, both_ways: bool) -> None:
        super().__init__()
        self._both_ways = both_ways
        self._value = 0
        self._lamp = False
        self._asked: bool | None = None
        """What the last press asks for, until the lamp says it or the opposite."""
        self._changed_at = NEVER
        """When the lamp changed without a press, which some echo."""

    @property
    def lifted(self) -> bool:
        return self._lamp if self._asked is None else self._asked

    def baseline(self, value: int, busy: bool | None) -> None:  # noqa: ARG002 - no level to tell
        self._value = value

    def wrote(self, now: float, off_hook: bool) -> None:
        if off_hook == self._lamp:
            return
        self._lamp = off_hook
        self._changed_at = NEVER if self._asked == off_hook else now
        self._asked = None

    def moved(
        self,
        now: float,
        value: int | None,
        busy: bool | None,  # noqa: ARG002 - such a device has been seen to confirm nothing
        detail: str,
        *,
        repeated: bool = False,  # noqa: ARG002
    ) -> list[HandsetEvent]:
        if value is None:
            return []
        before, self._value = self._value, value
        if value in (before, 0):
            return []
        if now - self._changed_at < TOGGLE_ECHO:
            self._changed_at = NEVER
            return []
        up = value > 0 if self._both_ways else not self._lamp
        if up == self._lamp:
            return []
        self._asked = up
        evidence = Evidence("report", detail)
        return [Lifted(evidence) if up else PutDown(evidence)]
