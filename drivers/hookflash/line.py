"""The line: what every device with a telephone line can do.

Users call the verbs; each returns an Operation at once. Implementers write the small hooks
(`_open`, `_close`, `_dial` ...), which run on the line's own thread, one at a time, and may block
until the device has answered. The base class owns what is the same for every device: order,
hook state, ringing, deadlines, telling events once, and putting the line back on hook.
"""

import logging
from abc import abstractmethod
from enum import StrEnum
from functools import partial

from .calls import EndReason
from .device import Device, DeviceState
from .digits import check_keys, check_number
from .errors import (
    Aborted,
    CallFailed,
    CommandTimeout,
    Flooded,
    HookflashError,
    NotSupported,
    WrongState,
)
from .events import (
    Answered,
    CallEnded,
    Evidence,
    LineEvent,
    LineLost,
    LineReady,
    Ring,
    RingStopped,
)
from .inbox import Timer
from .operation import Action, Operation
from .ringing import Ringing
from .settings import LineSettings
from .transfer import blind_transfer

log = logging.getLogger(__name__)

RELEASE_AGAIN = 2.0
"""Seconds until a device that could not be put on hook is told so again."""

KEYS_WAITING = 64
"""DTMF keys that may wait to be sent: some 13 s of tones. More is a page gone wild."""


class Capability(StrEnum):
    """What a line can do beyond hanging up."""

    DIAL = "dial"
    ANSWER = "answer"
    REJECT = "reject"
    FLASH = "flash"
    DTMF = "dtmf"
    CALLER_ID = "caller_id"
    MUTE = "mute"


class Line(Device[LineEvent]):
    """A telephone line behind a device.

    Notes for implementers: hooks raise HookflashError children only; they may be called again
    after any error; `_open` leaves the device on hook, and `_hang_up` does whatever it was doing.
    """

    confirms = "result_code"
    """How this kind of device tells that it is ready, or that a dial failed: evidence's source."""

    def __init__(self, name: str, settings: LineSettings | None = None) -> None:
        super().__init__(name)
        self.settings = settings or LineSettings()
        self._hanging_up: Operation | None = None
        self._off_hook = False
        self._hook_in_doubt = False
        """The device may be off hook against our will; it is put on hook before all else."""
        self._call = False
        """There is a call whose end has not been told yet."""
        self._answered: Evidence | None = None
        """Why this call is believed to be up, if it is."""
        self._keys_waiting = 0
        self._release_timer: Timer[Action] | None = None
        self.transferring = False
        """A blind transfer is under way: what is heard is its target's, not the call's."""
        gone_after = self.settings.ring_gone_ms / 1000
        self._ringing = Ringing(self._worker, gone_after, self._ring_timed_out)

    # --- what users call ----------------------------------------------------------------------

    @property
    def off_hook(self) -> bool:
        """True from the moment we try to seize the line until the device confirmed on hook."""
        return self._off_hook

    @property
    def ringing(self) -> bool:
        """True while an incoming call rings."""
        return self._ringing.count > 0

    @property
    @abstractmethod
    def capabilities(self) -> frozenset[Capability]:
        """What this device can do; known once it is open."""

    def dial(self, number: str) -> Operation:
        """Go off hook and dial. Ends when the digits are out (Dialled), not at an answer."""
        number = self._dialable(number)
        return self._submit("dial", partial(self._do_dial, number))

    def answer(self) -> Operation:
        """Answer the call that rings."""
        return self._submit("answer", self._do_answer)

    def reject(self) -> Operation:
        """Refuse the call that rings."""
        return self._submit("reject", self._do_reject)

    def flash(self) -> Operation:
        """Send a hookflash of `settings.flash_ms`."""
        return self._submit("flash", self._do_flash)

    def mute(self, on: bool) -> Operation:
        """Mute our side of the call, or no longer. The next call begins unmuted."""
        return self._submit("mute", partial(self._do_mute, on))

    def send_dtmf(self, keys: str) -> Operation:
        """Send DTMF keys (0-9 * #) in order, never overlapping; Flooded if too many wait."""
        check_keys(keys)
        with self._lock:
            if self._keys_waiting + len(keys) > KEYS_WAITING:
                raise Flooded(
                    f"dtmf on {self.name}: {self._keys_waiting} keys wait already, at most "
                    f"{KEYS_WAITING} may; send fewer, or wait for the last ones"
                )
            self._keys_waiting += len(keys)
        operation = self._submit("dtmf", partial(self._do_dtmf, keys))
        operation.add_done_callback(lambda _: self._keys_sent(len(keys)))
        return operation

    def transfer(self, digits: str) -> Operation:
        """Blind transfer: flash, second dial tone or a pause, digits, a pause, hang up."""
        digits = self._dialable(digits)
        return self._submit("transfer", partial(self._do_transfer, digits))

    def hang_up(self) -> Operation:
        """Hang up; gives up whatever the line is doing. A ringing call is refused."""
        with self._lock:
            self._worker.abort("open", "hang_up")
            running = self._hanging_up
            if running is not None and not running.done():
                return running
            operation = self._submit("hang_up", self._do_hang_up, patient=True)
            self._hanging_up = operation
        self._interrupt()
        return operation

    # --- hooks for implementers ---------------------------------------------------------------

    @abstractmethod
    def _dial(self, number: str, operation: Operation) -> None:
        """Seize the line and dial; tell Dialled when the digits are out."""

    @abstractmethod
    def _answer(self, operation: Operation) -> Evidence:
        """Seize the line."""

    @abstractmethod
    def _hang_up(self) -> None:
        """Put the line on hook, whatever state the device is in."""

    @abstractmethod
    def _flash(self, operation: Operation) -> None:
        """Flash in a call; only called where the capability is there."""

    @abstractmethod
    def _send_keys(self, keys: str, operation: Operation) -> None:
        """Send DTMF in a call; only called where the capability is there."""

    def _mute(self, on: bool, operation: Operation) -> None:  # noqa: ARG002
        """Mute in a call, or no longer; only called where the capability is there."""
        raise NotSupported(f"mute on {self.name}: this device has no {Capability.MUTE}")

    def _await_second_dial_tone(self, operation: Operation) -> None:
        """Wait for dial tone after a flash; a device that cannot hear it just waits."""
        operation.pause(self.settings.second_dial_tone_ms / 1000)

    def _transfer_refused(self) -> str:
        """What the line said to a transfer's digits: a tone's name, or empty if all is well."""
        return ""

    def _reject(self, operation: Operation) -> None:
        """Refuse by picking up and hanging up at once: all that an analog line can do."""
        self._answer(operation)
        operation.pause(self.settings.refuse_ms / 1000)
        self._hang_up()

    def _restore(self) -> None:
        """A device could not be put on hook: bring it back, or tell it again later."""
        self._release_later()

    def _rings_on(self, evidence: Evidence) -> None:
        """It rings though we took the line; a burst may outlast our seizure by a moment."""
        log.debug("%s: rings on while off hook: %s", self.name, evidence.detail)

    # --- what implementers tell ---------------------------------------------------------------

    def _tell_ring(self, evidence: Evidence, pattern: str = "") -> int:
        """Tell a ring; its number in this call, 0 if it is none of a new call."""
        with self._lock:
            on = self._off_hook
            count = 0 if on else self._ringing.heard()
        if on:
            self._rings_on(evidence)
        else:
            self._emit(Ring(evidence, count, pattern))
        return count

    def _tell_answered(self, evidence: Evidence) -> None:
        """The call is up: told once, and once more if a guess turns out to be certain."""
        with self._lock:
            known = self._answered
            if not self._call or (known is not None and (known.certain or not evidence.certain)):
                return
            self._answered = evidence
            # Told with the lock held, so that an end at this moment is told after it.
            self._emit(Answered(evidence))

    def _dialable(self, number: str) -> str:
        """The digits for a line with a dial pad; BadDigits for anything else."""
        number = check_number(number)
        if number.startswith("+"):
            number = self.settings.international + number[1:]
        return check_number(number)

    def _nudge(self) -> None:
        """Something was heard: have the running operation's pause look at it."""
        self._worker.nudge()

    def _tell_ended(self, reason: EndReason, evidence: Evidence) -> None:
        """The far end or the network ended the call: tell it, and put our side on hook."""
        if not self._call:
            return
        self._worker.abort("open", "hang_up")
        self._interrupt()
        self._over(reason, evidence)
        self._worker.post(self._release)

    # --- the device's life --------------------------------------------------------------------

    def _ready_event(self, identity: str) -> LineEvent:
        return LineReady(Evidence(self.confirms, "OK"), identity)

    def _lost_event(self, cause: HookflashError) -> LineEvent:
        return LineLost(Evidence("port", str(cause)), cause.code, str(cause))

    def _leave(self) -> None:
        if self._off_hook or self._hook_in_doubt:
            self._hang_up()
            self._on_hook(EndReason.LOCAL_HANGUP)

    def _forget(self) -> None:
        self._off_hook = self._call = False
        self._ringing.stop()

    # --- what the verbs do, on the device's thread --------------------------------------------

    def _do_dial(self, number: str, operation: Operation) -> None:
        self._need("dial", Capability.DIAL)
        self._settle_hook()
        with self._lock:
            if self._off_hook:
                raise WrongState(f"dial on {self.name}: it is off hook already; hang up first")
            if self._ringing.count:
                raise WrongState(f"dial on {self.name}: a call is ringing in; answer or refuse it")
            self._off_hook = self._call = True
            self._answered = None
        try:
            self._dial(number, operation)
        except Aborted:
            # Told here and not when it is on hook: by then the next dial may have been asked for.
            self._over(EndReason.LOCAL_HANGUP, Evidence("command", "given up"))
            raise
        except CallFailed as error:
            self._failed(EndReason(error.reason), error)
            raise
        except CommandTimeout as error:
            self._failed(EndReason.TIMEOUT, error)
            raise
        except HookflashError as error:
            self._failed(EndReason.REFUSED, error)
            raise

    def _do_answer(self, operation: Operation) -> None:
        self._need("answer", Capability.ANSWER)
        with self._lock:
            if not self._ringing.count:
                raise WrongState(f"answer on {self.name}: no call is ringing")
            self._off_hook = self._call = True
            self._answered = None
            self._hook_in_doubt = False
        try:
            evidence = self._answer(operation)
        except HookflashError:
            # It rings on as far as we know, so the caller may yet be answered; but not for ever.
            with self._lock:
                self._off_hook = self._call = False
                self._hook_in_doubt = True
            self._release_later()
            raise
        with self._lock:
            self._ringing.stop()
            if not self._call:
                raise Aborted(f"answer on {self.name}: the caller has hung up")
            self._tell_answered(evidence)

    def _do_reject(self, operation: Operation) -> None:
        self._need("reject", Capability.REJECT)
        if not self._ringing.count:
            raise WrongState(f"reject on {self.name}: no call is ringing")
        with self._lock:
            self._off_hook = self._call = self._hook_in_doubt = True
        try:
            self._reject(operation)
        except HookflashError:
            self._release_later()
            raise
        self._on_hook(EndReason.REJECTED)

    def _do_flash(self, operation: Operation) -> None:
        self._need("flash", Capability.FLASH)
        self._need_call("flash")
        self._flash(operation)

    def _do_mute(self, on: bool, operation: Operation) -> None:
        self._need("mute", Capability.MUTE)
        self._need_call("mute")
        self._mute(on, operation)

    def _do_dtmf(self, keys: str, operation: Operation) -> None:
        self._need("dtmf", Capability.DTMF)
        self._need_call("dtmf")
        self._send_keys(keys, operation)

    def _keys_sent(self, count: int) -> None:
        with self._lock:
            self._keys_waiting -= count

    def _do_transfer(self, digits: str, operation: Operation) -> None:
        self._need("transfer", Capability.FLASH, Capability.DTMF)
        self._need_call("transfer")
        self.transferring = True
        try:
            blind_transfer(self, digits, operation)
        finally:
            self.transferring = False
        self._put_down(EndReason.TRANSFERRED)

    def _do_hang_up(self, operation: Operation) -> None:
        if self._ringing.count and not self._off_hook:
            self._do_reject(operation)
            return
        self._put_down(EndReason.LOCAL_HANGUP)

    def _put_down(self, reason: EndReason) -> None:
        """End the call; where the device cannot be told, go on telling it."""
        try:
            self._hang_up()
        except HookflashError:
            self._hook_in_doubt = True
            self._worker.post(self._restore)
            raise
        self._on_hook(reason)

    def _on_hook(self, reason: EndReason) -> None:
        with self._lock:
            untold = self._call
            self._off_hook = self._hook_in_doubt = self._call = False
            if untold:  # else it may ring on after a failed answer, and its end is yet to tell
                self._ringing.stop()
        if untold:
            self._emit(CallEnded(Evidence("command", "on hook"), reason))

    def _failed(self, reason: EndReason, error: HookflashError) -> None:
        """A dial came to nothing: tell it, and have the line put on hook before all else."""
        source = "timer" if reason is EndReason.TIMEOUT else self.confirms
        self._over(reason, Evidence(source, str(error)))
        self._worker.post(self._release)

    def _over(self, reason: EndReason, evidence: Evidence) -> None:
        with self._lock:
            self._hook_in_doubt = True
            untold, self._call = self._call, False
            if untold:
                self._ringing.stop()
        if untold:
            self._emit(CallEnded(evidence, reason))

    def _release(self) -> None:
        """Put the line on hook after a call that ended without us; if need be, again and again."""
        try:
            self._settle_hook()
        except HookflashError as error:
            log.warning("release %s: %s; tried again", self.name, error)
            self._restore()

    def _release_later(self) -> None:
        if self._release_timer is not None:
            self._release_timer.cancel()
        self._release_timer = self._worker.after(RELEASE_AGAIN, self._release)

    def _settle_hook(self) -> None:
        if self._hook_in_doubt and self._state is DeviceState.READY:
            self._hang_up()
            self._on_hook(EndReason.LOCAL_HANGUP)

    def _need(self, what: str, *capabilities: Capability) -> None:
        for capability in capabilities:
            if capability not in self.capabilities:
                raise NotSupported(f"{what} on {self.name}: this device has no {capability}")

    def _need_call(self, what: str) -> None:
        if not self._off_hook or self._hook_in_doubt:
            raise WrongState(f"{what} on {self.name}: there is no call")

    def _ring_timed_out(self) -> None:
        with self._lock:
            if not self._ringing.count:
                return
            if self._off_hook:  # being answered or refused, which may yet fail
                self._ringing.watch()
                return
            self._ringing.stop()
        seconds = self.settings.ring_gone_ms / 1000
        self._emit(RingStopped(Evidence("timer", f"no ring for {seconds:g} s", certain=False)))
