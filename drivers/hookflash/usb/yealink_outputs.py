"""What a Yealink phone is told so that it shows a handset's lamps. Pure."""

from datetime import datetime

from ..handset import DARK, Feature, Lamps
from .yealink_display import Screen, draw
from .yealink_models import Hook, Model
from .yealink_packet import DATA, Command, Packet, tell
from .yealink_sound import RINGING, VOLUME, notes

OFF, ON = b"\0", b"\1"

RINGS = b"\x24"
"""RINGTONE's on (yealink.h)."""

LIT, UNLIT = b"\0", b"\1"
"""LED of a P1K. The kernel's yealink.h has it the other way round; Reitmayr's later module inverts
it on purpose. If that is wrong, the lamp is lit at rest."""

KEYS = {
    "flash": Feature.FLASH,
    "redial": Feature.REDIAL,
    "send": Feature.SEND,
    "hangup": Feature.REJECT,
    "clear": Feature.DROP,
}


def features_of(model: Model) -> frozenset[Feature]:
    """What a handset of this model has."""
    features = {Feature.HOOK, Feature.KEYPAD}
    features |= {feature for key, feature in KEYS.items() if key in model.keys.values()}
    if model.display:
        features |= {Feature.DISPLAY, Feature.MESSAGE_LAMP}
    if model.lamp:
        features.add(Feature.OFF_HOOK_LAMP)
    if model.lamp or model.backlight:
        features.add(Feature.RING_LAMP)
    if model.buzzer or model.line:
        features.add(Feature.RINGER)
    return frozenset(features)


class Outputs:
    """The packets for one phone's lamps."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._screen = Screen()

    def first(self) -> list[Packet]:
        """What is told once, and what a program that died may have left on."""
        model, packets = self._model, list[Packet]()
        if model.line:
            packets.append(tell(Command.BELL, OFF))
        if model.buzzer:
            packets.append(tell(Command.RINGTONE, OFF))
            packets += _cut(Command.NOTES, notes(RINGING))
            packets.append(tell(Command.VOLUME, bytes((VOLUME,))))
        if model.hook is not Hook.NONE:
            packets.append(tell(Command.TONE, OFF))
        return packets

    def packets(
        self, lamps: Lamps, now: datetime, *, bell: bool, speaks: bool, on_line: bool
    ) -> list[Packet]:
        """All that says `lamps`. now: local time. bell: a burst of its bell is on. speaks: through
        its loudspeaker. on_line: its telephone hangs on its line, which lights a lamp of its own.
        """
        model, packets = self._model, list[Packet]()
        lit = lamps.off_hook or lamps.ringing
        if model.buzzer:
            packets.append(tell(Command.RINGTONE, RINGS if lamps.ringing else OFF))
        if model.line:
            packets.append(tell(Command.BELL, ON if bell else OFF))
            sides = (lit and not on_line, on_line)
            packets.append(tell(Command.LED, bytes(0xFF if side else 0x00 for side in sides)))
        elif model.lamp:
            packets.append(tell(Command.LED, LIT if lit else UNLIT))
        if model.speaker:
            packets.append(tell(Command.SPEAKER, ON if speaks else OFF))
        if model.backlight:
            packets.append(tell(Command.BACKLIGHT, ON if lit or lamps.text else OFF))
        if model.display:
            packets += _cut(Command.LCD, draw(self._screen.shown(lamps, now)))
        return packets

    def dark(self, *, on_line: bool) -> list[Packet]:
        """All off."""
        self._screen = Screen()
        now = datetime.min  # of no matter: nothing is shown
        return self.packets(DARK, now, bell=False, speaks=False, on_line=on_line)


def _cut(command: Command, data: bytes) -> list[Packet]:
    """As many packets as it takes, each at its offset."""
    return [
        tell(command, data[offset : offset + DATA], offset) for offset in range(0, len(data), DATA)
    ]
