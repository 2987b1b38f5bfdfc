"""The simulated handset: what a person does with it and sees on it, and the ways of its brand.

A person's lifting is a request: unless the host lights Off-Hook, brands take it back. A host that
lights Off-Hook has the handset go off hook, which it tells with the same bit as a person's
lifting; a host that darkens it has it go on hook.
"""

from collections.abc import Callable, Iterable, Mapping

from ..errors import WrongState
from ..handset import Lamps
from ..handset_events import Button
from ..hid.report import ReportType
from ..inbox import Timer
from .clock import Action
from .exchange import Exchange
from .hid_device import SimulatedHidDevice
from .hid_display import Display
from .hid_model import HandsetModel

FALSE_ON_HOOK = (0.04, 0.2)
"""Seconds from the lamp to a false on-hook, and how long that lasts."""

_HANDSET_PATH, _SPEAKER_PATH = 0x40, 0x50
"""What a CX300 tells of where its sound goes."""


class SimulatedHandset(SimulatedHidDevice):
    """A simulated handset on an exchange's clock.

    heard: called with the values of each output or feature report that came (with the lock held:
    return at once): the way to a line of its own. `tell` is the way back.
    """

    def __init__(
        self,
        model: HandsetModel,
        exchange: Exchange,
        faults: Iterable[str] = (),
        number: str = "1001",
    ) -> None:
        self.heard: Callable[[Mapping[str, int]], None] | None = None
        self._in_hand = False
        """With a cradle: it is lifted, whatever it tells."""
        super().__init__(model, exchange, faults, number)

    def _power_up(self) -> None:
        super()._power_up()
        self.display = Display()
        self._is_off_hook = False
        """Its own mind: what it tells may differ."""
        self._put_down_by_hand = False
        """Since the Off-Hook lamp was lit."""
        self._owes_rise = False
        self._told_hook = 0
        self._reverting: Timer[Action] | None = None
        self._in_hand = self._in_hand and self.model.cradle
        if self._in_hand and self.model.reverts is None:
            self._is_off_hook = True
            self.inputs["hook"] = 1
        if self._in_hand and "path" in self.inputs:
            self.inputs |= {"path": _HANDSET_PATH, "audio_in": 1, "audio_out": 1}

    # --- what a person does -------------------------------------------------------------------

    @property
    def is_lifted(self) -> bool:
        """It is in somebody's hand, or its key has taken it off hook."""
        return self._in_hand if self.model.cradle else self._is_off_hook

    def lift(self) -> None:
        """Lift it, or press the key that does; WrongState where that would do something else."""
        with self.exchange.lock:
            self._must_be_there("lift")
            if not self.model.hook:
                raise WrongState(f"lift {self.info.path}: it has no hook switch")
            if self.is_lifted:
                raise WrongState(f"lift {self.info.path}: it is off hook; its key would hang up")
            self.note("person", "lift")
            self._in_hand = True
            if self.model.hook == "level":
                self._lift_level()
            else:
                self._is_off_hook = True
                self._pulse("hook", 1)

    def put_down(self) -> None:
        """Put it down, or press the key that does; WrongState where that would do something else.

        With a key, also where the call was over before: its key would lift.
        """
        with self.exchange.lock:
            self._must_be_there("put down")
            if not self.is_lifted:
                raise WrongState(f"put down {self.info.path}: it is on hook; its key would lift")
            self.note("person", "put_down")
            self._in_hand = self._is_off_hook = self._owes_rise = False
            self._put_down_by_hand = True
            self._stop_reverting()
            if self.model.hook == "on_off":
                self._pulse("hook", -1)
            elif self.model.hook == "toggle":
                self._pulse("hook", 1)
            elif self.inputs["hook"] or "path" in self.inputs:
                self._tell_hook(False)

    def press(self, keys: str) -> None:
        """Press and release keys of its keypad, one after another."""
        for key in keys:
            self.key_down(key)
            self.key_up()

    def key_down(self, key: str) -> None:
        """Press a key and keep it down; ValueError if it has no such key."""
        with self.exchange.lock:
            self._must_be_there("press a key of")
            value = self.model.keys.get(key)
            if value is None:
                raise ValueError(f"{key!r} is none of the keys {''.join(self.model.keys)!r}")
            self.note("person", f"key {key}")
            self.tell(key=value)

    def key_up(self) -> None:
        """Let go of the key."""
        self.tell(key=0)

    def press_button(self, button: Button) -> None:
        """Press and release one of its buttons; ValueError if it has no such button."""
        with self.exchange.lock:
            self._must_be_there("press a button of")
            if button.value not in self.inputs:
                raise ValueError(f"it has no button {button.value}")
            self.note("person", button.value)
            self._pulse(button.value)

    def flash(self) -> None:
        """Press its flash key."""
        self.press_button(Button.FLASH)

    def mute(self) -> None:
        """Press its mute key."""
        with self.exchange.lock:
            self._must_be_there("mute")
            if not self.model.mute:
                raise WrongState(f"mute {self.info.path}: it has no mute key")
            self.note("person", "mute")
            if self.model.mute == "level":
                self.tell(mute=1 - self.inputs["mute"])
            else:
                self._pulse("mute")

    def raise_boom(self) -> None:
        """Lift the microphone's boom: mutes, and refuses to be unmuted."""
        with self.exchange.lock:
            self.faults.add("mute_lock")
            if not self.lamps.muted:
                self.mute()

    def lower_boom(self) -> None:
        """Lower the boom: unmutes."""
        with self.exchange.lock:
            self.faults.discard("mute_lock")
            if self.lamps.muted:
                self.mute()

    # --- what a person sees -------------------------------------------------------------------

    @property
    def lamps(self) -> Lamps:
        """What its lamps and its display show."""
        with self.exchange.lock:
            outputs = self.outputs
            return Lamps(
                ringing=bool(outputs.get("ring_lamp")),
                off_hook=bool(outputs.get("off_hook_lamp")),
                held=bool(outputs.get("hold_lamp")),
                muted=self._is_mute_lit(),
                message_waiting=bool(outputs.get("message_lamp")),
                text=self.display.text(self.exchange.clock.now()) if self.model.display else "",
            )

    # --- what it does with reports ------------------------------------------------------------

    def _heed(self, values: dict[str, int]) -> None:
        was_lit, was_muted = bool(self.outputs.get("off_hook_lamp")), self._is_mute_lit()
        self.outputs |= values
        self.note("lamps", " ".join(name for name, value in self.outputs.items() if value))
        self.display.obey(values)
        if "off_hook_lamp" in values:
            self._follow(was_lit, lit=bool(values["off_hook_lamp"]))
        self._heed_mute(was_muted)
        if self.heard is not None:
            self.heard(values)

    def _heed_feature(self, report_id: int) -> None:
        if self.model.display and report_id == 0x17:
            now = self.exchange.clock.now()
            if self.display.starved(now):
                self.note("keep_alive_missed")
            self.display.feed(now)
        if self.heard is not None:
            report = bytes([report_id]) + self.features[report_id]
            self.heard(self.layout.decode(ReportType.FEATURE, report))

    def _is_mute_lit(self) -> bool:
        return any(self.outputs[name] for name in self.model.mute_lamps)

    def _heed_mute(self, was_muted: bool) -> None:
        muted = self._is_mute_lit()
        if muted == was_muted:
            return
        if self.model.mute == "level":
            if self.inputs["mute"] != muted:
                self.tell(mute=int(muted))
        elif not muted and "mute_lock" in self.faults and self.outputs.get("off_hook_lamp"):
            self._pulse("mute")

    # --- its hook -----------------------------------------------------------------------------

    def _lift_level(self) -> None:
        was_off_hook, self._is_off_hook = self._is_off_hook, True
        self._put_down_by_hand = False
        if not was_off_hook or "path" in self.inputs:
            self._tell_hook(True)
        if self.model.reverts is not None and not self.outputs.get("off_hook_lamp"):
            self._reverting = self._later(self.model.reverts, self._revert)

    def _revert(self) -> None:
        """Nobody confirmed the lifting in time."""
        self._reverting = None
        if self._is_off_hook and not self.outputs.get("off_hook_lamp"):
            self._is_off_hook = False
            self._tell_hook(False)

    def _follow(self, was_lit: bool, *, lit: bool) -> None:
        """The Off-Hook lamp was written."""
        if self.model.hook in ("toggle", "on_off"):
            if lit not in (was_lit, self._is_off_hook):
                self._is_off_hook = lit
                if "pulse_echo" in self.faults:
                    self._pulse("hook", -1 if self.model.hook == "on_off" and not lit else 1)
            return
        if self.model.hook != "level":
            return
        if lit:
            self._stop_reverting()
        if self.model.follows:
            self._follow_level(was_lit, lit=lit)
        if lit and not was_lit:
            self._tell_busy(True)

    def _follow_level(self, was_lit: bool, *, lit: bool) -> None:
        if not lit:
            self._put_down_by_hand = self._owes_rise = self._is_off_hook = False
            if self.inputs["hook"] and (self._told_hook or "no_echo" not in self.faults):
                self._tell_hook(False, busy=0)
            elif was_lit:
                self.inputs["hook"] = 0
                self._tell_busy(False)
            return
        if not was_lit:
            self._put_down_by_hand = False
        if self._put_down_by_hand and "clings" not in self.faults:
            return
        if self._owes_rise or not self._is_off_hook:
            self._owes_rise, self._is_off_hook = False, True
            if "no_echo" in self.faults:
                self.inputs["hook"] = 1
            else:
                self._tell_hook(True)
        if not was_lit:
            self._fall_for_a_moment()

    def _fall_for_a_moment(self) -> None:
        """Faults: on hook it says, and is not."""
        if not self.faults & {"false_on_hook", "stale_on_hook"}:
            return
        after, lasts = FALSE_ON_HOOK

        def fall() -> None:
            if not self._is_off_hook or not self.outputs["off_hook_lamp"]:
                return
            self._owes_rise = True
            self._tell_hook(False)
            if "false_on_hook" in self.faults:
                self._later(lasts, rise)

        def rise() -> None:
            if self._owes_rise:
                self._owes_rise = False
                self._tell_hook(True)

        self._later(after, fall)

    def _stop_reverting(self) -> None:
        if self._reverting is not None:
            self._reverting.cancel()
            self._reverting = None

    # --- what it tells ------------------------------------------------------------------------

    def _tell_hook(self, off_hook: bool, **more: int) -> None:
        """Tell the hook, with whatever changes at once with it."""
        values = {"hook": int(off_hook)}
        values |= {name: value for name, value in more.items() if self._tells(name)}
        if "path" in self.inputs:
            path = _HANDSET_PATH if self._in_hand else _SPEAKER_PATH
            is_open = off_hook or self._in_hand
            values |= {"path": path if is_open else 0, "audio_in": int(is_open)}
        if off_hook and not self.inputs["hook"] and "late_hook_bit" in self.faults:
            self.tell(hook=0)
        self.tell(**values)

    def _send(self, report_id: int) -> None:
        super()._send(report_id)
        if "hook" in self.inputs and report_id == self.layout.places["hook"].report_id:
            self._told_hook = self.inputs["hook"]

    def _tell_busy(self, busy: bool) -> None:
        if self._tells("busy"):
            self.tell(busy=int(busy))

    def _tells(self, name: str) -> bool:
        return name in self.inputs and not (name == "busy" and "no_busy" in self.faults)

    def _pulse(self, name: str, value: int = 1) -> None:
        self.tell(**{name: value})
        self.tell(**{name: 0})
