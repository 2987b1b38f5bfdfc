"""What a handset reports: hook, keys and buttons, as a person means them."""

from dataclasses import dataclass
from enum import StrEnum

from .events import DeviceEvent


class Button(StrEnum):
    """A button beside the hook switch and the keypad."""

    FLASH = "flash"
    REDIAL = "redial"
    REJECT = "reject"
    DROP = "drop"
    HOLD = "hold"
    SEND = "send"
    SPEED_DIAL = "speed_dial"
    VOICE_MAIL = "voice_mail"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class HandsetEvent(DeviceEvent):
    """Root of the handset's events."""


@dataclass(frozen=True, slots=True)
class HandsetReady(HandsetEvent):
    """The handset is open and its state is known. `identity` is what it calls itself."""

    kind = "handset_ready"
    identity: str


@dataclass(frozen=True, slots=True)
class HandsetLost(HandsetEvent):
    """The handset went away or never came up; told once. `code` is an error's code."""

    kind = "handset_lost"
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Lifted(HandsetEvent):
    """Somebody lifted the handset, or pressed the key of a headset. Never our own lamp's echo."""

    kind = "handset_lifted"


@dataclass(frozen=True, slots=True)
class PutDown(HandsetEvent):
    """Somebody put the handset down, or pressed the key in a call. Never our own lamp's echo."""

    kind = "handset_put_down"


@dataclass(frozen=True, slots=True)
class KeyPressed(HandsetEvent):
    """A key of the keypad: 0-9, *, #, A-D."""

    kind = "handset_key"
    key: str


@dataclass(frozen=True, slots=True)
class ButtonPressed(HandsetEvent):
    """Another button was pressed; told once a press."""

    kind = "handset_button"
    button: Button


@dataclass(frozen=True, slots=True)
class MutePressed(HandsetEvent):
    """The microphone is to be muted, or not; the lamps must say so before it is.

    A handset that refuses to be unmuted (its boom is up) tells `muted` once more.
    """

    kind = "handset_mute"
    muted: bool


@dataclass(frozen=True, slots=True)
class HandsetShared(HandsetEvent):
    """Another program uses this handset too: its lamps and calls get mixed up.

    program: its name and process id, as far as known. Told when it is first noticed.
    """

    kind = "handset_shared"
    program: str
    hint: str
