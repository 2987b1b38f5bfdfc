"""The handset: what a person holds. Hook switch, keys, lamps, ringer; no line.

Users subscribe to its events and tell it with `show` what its lamps must say: always the whole
state. Implementers write the small hooks, which run on the handset's own thread.
"""

from abc import abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from .device import Device, DeviceState
from .errors import HookflashError
from .events import Evidence
from .handset_events import HandsetEvent, HandsetLost, HandsetReady


class Feature(StrEnum):
    """What a handset has."""

    HOOK = "hook"
    KEYPAD = "keypad"
    FLASH = "flash"
    MUTE = "mute"
    REDIAL = "redial"
    REJECT = "reject"
    DROP = "drop"
    HOLD = "hold"
    SEND = "send"
    SPEED_DIAL = "speed_dial"
    VOICE_MAIL = "voice_mail"
    LINE = "line"
    RING_LAMP = "ring_lamp"
    OFF_HOOK_LAMP = "off_hook_lamp"
    MUTE_LAMP = "mute_lamp"
    HOLD_LAMP = "hold_lamp"
    MESSAGE_LAMP = "message_lamp"
    RINGER = "ringer"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True)
class Lamps:
    """What a handset shows: the whole state of the call, from which all its lamps follow.

    off_hook: a call is up, or being made; it stays so while the call is held. text: for a display,
    lines with newlines between.
    """

    ringing: bool = False
    off_hook: bool = False
    held: bool = False
    muted: bool = False
    message_waiting: bool = False
    text: str = ""


DARK = Lamps()


class Handset(Device[HandsetEvent]):
    """A handset. Its events go to listeners on the handset's threads, in order."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._lamps = DARK
        self._lifted = False

    # --- what users call ----------------------------------------------------------------------

    @property
    def lifted(self) -> bool:
        """True while it is off its cradle, as far as it tells."""
        return self._lifted

    @property
    def lamps(self) -> Lamps:
        """What it was last told to show."""
        return self._lamps

    @property
    @abstractmethod
    def features(self) -> frozenset[Feature]:
        """What it has; known once it is open."""

    def show(self, lamps: Lamps) -> None:
        """Show this, soon; returns at once. A handset that cannot be written to is lost."""
        with self._lock:
            unchanged = lamps == self._lamps
            self._lamps = lamps
            if unchanged or self._state is not DeviceState.READY:
                return
        self._worker.post(self._do_show)

    # --- hooks for implementers ---------------------------------------------------------------

    @abstractmethod
    def _show(self, lamps: Lamps) -> None:
        """Write the lamps, all of them. DeviceLost if it cannot be written to."""

    # --- the device's life --------------------------------------------------------------------

    def _ready_event(self, identity: str) -> HandsetEvent:
        return HandsetReady(Evidence("port", "open"), identity)

    def _lost_event(self, cause: HookflashError) -> HandsetEvent:
        return HandsetLost(Evidence("port", str(cause)), cause.code, str(cause))

    def _forget(self) -> None:
        self._lifted = False

    def _leave(self) -> None:
        self._show(DARK)

    def _do_show(self) -> None:
        if self._state is not DeviceState.READY:
            return
        try:
            self._show(self._lamps)
        except HookflashError as error:
            self._tell_lost(error)
