"""The voice class of a simulated modem: +V (#V) commands, and what is heard in it (V.253, IS-101).

A part of SimulatedModem: the commands act on the modem's line and registers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .family import CODES, EVENT_BITS, Family
from .interpreter import Script
from .tones import Unanswered, parse_tones

if TYPE_CHECKING:
    from .modem import SimulatedModem

_HOOK_EVENTS = {
    ("local", True): "local_lifted",
    ("local", False): "local_down",
    ("extension", True): "extension_lifted",
    ("extension", False): "extension_down",
}
_LASTING = ("busy", "reorder", "dial")
KEY_CODE_MS = 70
"""A held key is told again so often (IS-101; MultiTech MT5634SMI p64)."""

_VALUE = re.compile(r"[0-9A-F]*(,[0-9A-F]*)*", re.ASCII)
_NUMBERS = ("VRA", "VRN", "VTD")
"""Parameters that are one number from 0 to 255; #VTD is not."""


class Voice:
    """The voice class: its parameters, the chosen label, what is told of the line."""

    def __init__(self, modem: SimulatedModem) -> None:
        self._modem = modem
        self._family: Family = modem.family
        self.active = False
        """The modem is in the voice class."""
        self.settings: dict[str, str] = {}
        self.label = self._family.labels[0] if self._family.labels else None
        self._beeped = False
        self._sound = 0
        """Counts sounds, so that a repeat knows whether its tone still is the last."""
        self.default()

    def default(self) -> None:
        """As after ATZ: out of the voice class, all parameters as they were at first."""
        self.active = False
        self.on_hook()
        self.settings = dict(self._family.voice_settings)

    def on_hook(self) -> None:
        """The line was put on hook, by whatever command."""
        self.label = self._family.labels[0] if self._family.labels else None
        self._beeped = False

    def off_hook(self) -> None:
        """The line was taken by a dial, by A or by H1."""
        self._beeped = False
        if self.active:
            self.label = self._family.line_label or self.label

    def select(self, active: bool) -> None:
        """Enter the voice class or leave it."""
        if self.active and not active and self._family.forgets:
            self.settings = dict(self._family.voice_settings)
        self.active = active

    def number(self, name: str) -> int:
        """A parameter that is one number."""
        return int(self.settings.get(name) or 0)

    # --- commands -----------------------------------------------------------------------------

    def command(self, name: str, form: str, value: str) -> str | None:
        """Do a voice command, named without its + or #; its result, None if later or never."""
        if not self.active:
            return "ERROR"
        if name == "VLS":
            return self._vls(form, value)
        if name == "VTS":
            return self._vts(form, value)
        if name == "VSM" and form == "=?" and self._family.compressions:
            self._modem.info(*self._family.compressions)
            return "OK"
        if name not in self.settings:
            return "ERROR"
        if name == "VIP" and not form:
            self.settings = dict(self._family.voice_settings)
        elif form == "?":
            self._modem.info(self.settings[name])
        elif form == "=?":
            self._modem.info("(0-255)")
        elif form and self._fits(name, value):
            self.settings[name] = value
        elif form:
            return "ERROR"
        return "OK"

    def _fits(self, name: str, value: str) -> bool:
        if name in _NUMBERS and not (name == "VTD" and self._family.needs_detection):
            return value.isdecimal() and int(value) <= 255
        return _VALUE.fullmatch(value) is not None

    def _vls(self, form: str, value: str) -> str:
        modem = self._modem
        if form == "=?":
            modem.info(*self._family.label_list or map(str, self._family.labels))
            return "OK"
        if form == "?":
            modem.info(self.label.name if self.label else "0")
            return "OK"
        label = self._family.find_label(value)
        if label is None:
            return "ERROR"
        if label.off_hook:
            lifted = modem.pick_up()
            if lifted and self._family.sounds_at_lift:
                modem.after_result(self._family.sounds_at_lift)
        elif label.off_hook is False:
            modem.hang_up()
        self._beeped = False
        self.label = label
        return label.confirms

    def _vts(self, form: str, value: str) -> str | None:
        if form == "=?":
            self._modem.info("(200-3000),(200-3000),(0-255)")
            return "OK"
        unit = self._family.tone_unit_ms
        default = 100 if self._family.needs_detection else self.number("VTD") * unit
        try:
            tones = parse_tones(value, self._family, default)
        except Unanswered:
            return None
        if tones is None:
            return "ERROR"
        self._modem.begin(self._play([(tone.key, tone.ms) for tone in tones]), abortable=False)
        return None

    def _play(self, tones: list[tuple[str, int]]) -> Script:
        modem = self._modem
        for key, ms in tones:
            if key == "!":
                modem.line.flash(ms)
                yield modem.timing.flash_settle
                continue
            self._beeped = True
            if key:
                modem.line.digit(key)
                yield min(ms / 500, modem.timing.digit)
            else:
                yield ms / 1000 * modem.timing.second
        return "OK"

    # --- what is heard ------------------------------------------------------------------------

    def hears(self, event: str) -> bool:
        """True if the family tells `event` as things are now."""
        if not self.active or self.label is None:
            return False
        if event in ("local_lifted", "local_down"):
            event = "local_hook"
        elif event in ("extension_lifted", "extension_down"):
            event = "extension_hook"
        return bool(self.label.idle >> (31 - EVENT_BITS[event]) & 1)

    def tone(self, tone: str) -> None:
        """The line sounds of something, or of nothing, and no command waits for it.

        During a long command nothing is told; what lasts is told after it.
        """
        self._sound += 1
        if tone and self._modem.line.is_off_hook:
            if not self._modem.is_busy:
                self.tell(tone)
            if tone in _LASTING and self._family.repeats:
                self._repeat(tone, self._sound)

    def _repeat(self, tone: str, sound: int) -> None:
        timing = self._modem.timing
        pause = timing.dial_again if tone == "dial" else timing.busy_again

        def again() -> None:
            line = self._modem.line
            if self._sound == sound and line.sounds == tone and line.is_off_hook:
                if not self._modem.is_busy:
                    self.tell(tone)
                self._repeat(tone, sound)

        self._modem.exchange.later(pause, again)

    def hook(self, phone: str, lifted: bool) -> None:
        """The local handset or an extension was lifted or put down."""
        if phone == "local" or not self._family.ste_hook or self._modem.stored["-STE"] & 2:
            self.tell(_HOOK_EVENTS[phone, lifted])

    def tell(self, event: str) -> None:
        """Tell an event that is no key, if the family has it."""
        event = self._family.same_as.get(event, event)
        if event == "reorder" and not self.hears("reorder"):
            event = "busy"
        if event in CODES and self.hears(event) and (event == "ring" or self._detects):
            self._modem.event(self._family.code(event))

    @property
    def _detects(self) -> bool:
        """#VTD=…,…,n: what is detected in command state."""
        if not self._family.needs_detection:
            return True
        return int(self.settings["VTD"].rpartition(",")[2] or "0", 16) != 0

    def key(self, key: str, ms: int) -> None:
        """The far end presses a key for `ms` ms."""
        if not self.hears("key") or not self._detects:
            return
        if self._family.deaf_after_tones and self._beeped:
            return
        modem = self._modem
        if not self._family.held_keys:
            modem.event(key)
            return
        modem.event("/")
        modem.event(key)
        end = chr(self._family.key_end)
        if ms == 0:
            modem.event(end)
            return

        def later(place: int, code: str) -> None:
            modem.exchange.later(
                place * modem.timing.key_code,
                lambda: modem.event(code) if self.hears("key") else None,
            )

        count = -(-ms // KEY_CODE_MS)
        for place in range(1, count):
            later(place, key)
        later(count, end)

    def tells_waiting(self) -> bool:
        """True if caller ID of a second call reaches the host."""
        if self._family.waiting_id is None:
            return False
        command, value = self._family.waiting_id
        if command:
            return self._modem.stored[command] == value
        return self.active and self._modem.line.is_off_hook
