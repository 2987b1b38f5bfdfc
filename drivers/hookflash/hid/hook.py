"""The hook switch: a person's hand told from the echo of our own lamp. Pure: time is passed in.

A device confirms what we write to its Off-Hook lamp with the very report that a hand gives, and
takes back what we do not confirm. So each report is judged by what we last wrote, and when.
"""

import math
from abc import ABC, abstractmethod
from enum import StrEnum

from ..handset_events import HandsetEvent

NEVER = -math.inf


class HookKind(StrEnum):
    """How a hook switch tells its state."""

    LEVEL = "level"
    TOGGLE = "toggle"
    ON_OFF = "on_off"


class Hook(ABC):
    """A hook switch. `rewrite`: the lamps are to be written again, though nothing changed."""

    def __init__(self) -> None:
        self.rewrite = False
        self.alone: bool | None = None
        """No other program uses the device; None: not known."""

    @property
    @abstractmethod
    def lifted(self) -> bool:
        """Off its cradle, as far as it tells."""

    @abstractmethod
    def baseline(self, value: int, busy: bool | None) -> None:
        """This is how it lies; nobody did anything."""

    @abstractmethod
    def wrote(self, now: float, off_hook: bool) -> None:
        """The Off-Hook lamp was written."""

    @abstractmethod
    def moved(
        self,
        now: float,
        value: int | None,
        busy: bool | None,
        detail: str,
        *,
        repeated: bool = False,
    ) -> list[HandsetEvent]:
        """A report came: the hook's value and Line Busy's level, as far as it tells them.

        repeated: it is bit for bit the one before.
        """

    def due(self) -> float | None:
        """When `expired` is to be called."""
        return None

    def expired(self, now: float) -> list[HandsetEvent]:  # noqa: ARG002 - not all have timers
        """The time is over."""
        return []
