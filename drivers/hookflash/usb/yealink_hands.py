"""What the keys and the hook of a Yealink phone mean, as the lamps say how things stand. Pure.

A P1K has no hook but a key for either way. Others have a hook; a P4K has a key for its loudspeaker
as well, which is a second hand.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ..events import Evidence
from ..handset import Lamps
from ..handset_events import (
    Button,
    ButtonPressed,
    HandsetEvent,
    KeyPressed,
    Lifted,
    PutDown,
)

KEYPAD = frozenset("0123456789*#")

BUTTONS: Mapping[str, Button] = MappingProxyType(
    {
        "flash": Button.FLASH,
        "redial": Button.REDIAL,
        "dial": Button.SEND,
        "send": Button.SEND,
    }
)


class Hands:
    """One phone's. Whether a key's request was granted, the lamps say."""

    def __init__(self, *, hook: bool) -> None:
        self._has_hook = hook
        self._up = False
        """Its hook, if it has one."""
        self._asked: bool | None = None
        """What the last key asked for, until the lamp changes."""
        self._lamps = Lamps()

    @property
    def lifted(self) -> bool:
        """By its hook, or a key: that, until the lamp changes."""
        return self._up or self._by_key

    @property
    def speaks(self) -> bool:
        """It is off hook by its key, and lies: its loudspeaker is to be heard."""
        return self._has_hook and not self._up and self._by_key

    @property
    def _by_key(self) -> bool:
        if self._asked is not None:
            return self._asked
        return not self._has_hook and self._lamps.off_hook

    def begin(self, lifted: bool) -> None:
        """Where its hook is when it is opened."""
        self._up = lifted

    def wrote(self, lamps: Lamps) -> None:
        """The lamps say this now."""
        if lamps.off_hook != self._lamps.off_hook and not (lamps.off_hook and self._has_hook):
            self._asked = None
        self._lamps = lamps

    def hook(self, lifted: bool, detail: str) -> list[HandsetEvent]:
        """Its hook moved."""
        if lifted == self._up:
            return []
        before = self.lifted
        self._up = lifted
        self._asked = None
        evidence = Evidence("report", detail)
        if lifted:  # off the loudspeaker into the hand is no news
            return [] if before else [Lifted(evidence)]
        return [PutDown(evidence)]

    def key(self, key: str, detail: str) -> list[HandsetEvent]:
        """A key was pressed, by the name that the model's table has."""
        evidence = Evidence("report", detail)
        if key in KEYPAD:
            return [KeyPressed(evidence, key)]
        if key in BUTTONS:
            return [ButtonPressed(evidence, BUTTONS[key])]
        match key:
            case "pickup" if not self._lamps.off_hook or self._asked is False:
                self._asked = True
                return [Lifted(evidence)]
            case "hangup":
                return [self._hang_up(evidence)]
            case "clear" if not (self._lamps.ringing or self._lamps.off_hook or self.lifted):
                return [ButtonPressed(evidence, Button.DROP)]  # what is typed is forgotten
            case "handsfree" if not self._up:
                self._asked = not self._by_key
                return [Lifted(evidence) if self._asked else PutDown(evidence)]
        return []

    def _hang_up(self, evidence: Evidence) -> HandsetEvent:
        if self._lamps.off_hook or self._asked:
            self._asked = False
            return PutDown(evidence)
        return ButtonPressed(evidence, Button.REJECT if self._lamps.ringing else Button.DROP)
