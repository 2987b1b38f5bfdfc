"""The desk's handset: what its events mean here, and what its lamps say.

With its line it makes a telephone: lifting answers or seizes, putting down hangs up, keys dial and
send DTMF. What a person does with it goes the way of a page's commands, through the table of
states. Everything runs on the desk's thread.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from hookflash import Button, Capability, DeviceState, Handset, HookflashError, Line
from hookflash.digits import MAX_KEYS, check_keys
from hookflash.errors import NothingPluggedIn
from hookflash.events import Evidence
from hookflash.handset_events import (
    ButtonPressed,
    HandsetEvent,
    HandsetLost,
    HandsetReady,
    HandsetShared,
    KeyPressed,
    Lifted,
    MutePressed,
    PutDown,
)
from hookflash.inbox import Inbox, Timer

from ..answers import Answer, Result, failed
from .absence import Absence
from .call import Call
from .keeper import Keeper, Source
from .lamps import Phase, lamps, phase
from .record import Record
from .running import Item
from .status import handset_status
from .translation import answer_for, details_of

log = logging.getLogger(__name__)

IDLE_AFTER = 20.0
"""Seconds that a lifted handset waits for a number; then it is as if it had been put down."""

AFTER_CALL = 3.0
"""Seconds after a call in which a key is still meant for it, as is one so soon after such a key."""

RELEASE_WITHIN = 0.5
"""Seconds that a lost handset has to let go, for the desk's thread waits."""

BATCH = 8
"""Keys sent by one command at most, so that it ends within the desk's patience."""

_LINE_NEEDED = frozenset({Button.REDIAL, Button.SPEED_DIAL, Button.SEND})
"""Buttons that begin something on the line."""


class AtDesk(Protocol):
    """What the telephone needs of its desk."""

    @property
    def extension(self) -> str: ...
    @property
    def record(self) -> Record: ...
    @property
    def line(self) -> Line | None: ...
    @property
    def under_way(self) -> list[str]: ...
    @property
    def last_dialled(self) -> str: ...
    def unusable(self) -> Answer | None: ...
    def command(self, name: str, digits: str, tell: Callable[[Answer], None]) -> None: ...


@dataclass(slots=True)
class _Waiting:
    """A command that waits until the line is free. done: what follows its success."""

    name: str
    digits: str
    done: Callable[[], None]


def _nothing() -> None:
    """No success follows."""


class Telephone:
    """One desk's handset.

    source: where the handset comes from. dial_after: seconds after the last digit until the number
    of a lifted handset is dialled; 0: only `#` or a send button dials.
    """

    def __init__(
        self, desk: AtDesk, inbox: Inbox[Item], source: Source[Handset], dial_after: float
    ) -> None:
        self._desk = desk
        self._inbox = inbox
        self._keeper = Keeper(source, inbox, self._told, HandsetLost)
        self._dial_after = dial_after
        self._absence = Absence()
        self._shared_with: list[str] = []
        self._phase = Phase.OFFLINE
        self._seized = False
        """It is lifted and a number is awaited."""
        self._digits = ""
        """What is typed of a number, lifted or not."""
        self._number_timer: Timer[Item] | None = None
        self._after_call: Timer[Item] | None = None
        self._muted = self._held = False
        self._waiting: deque[_Waiting] = deque()

    def open(self) -> None:
        """Begin to open the handset."""
        self._keeper.open()

    def look(self) -> None:
        """Something was plugged in or out: a handset that is missing is looked for."""
        self._keeper.look()

    def stop(self, timeout: float) -> None:
        """Have its lamps go dark, and release it."""
        self._keeper.stop(timeout)

    def status(self) -> dict[str, Any]:
        """The status member."""
        return handset_status(self._keeper.device, self._absence, self._shared_with)

    def follow(self) -> None:
        """Follow the desk, whoever moved it: what waits for the line, and the lamps."""
        self._see_phase()
        while self._waiting and not self._desk.under_way:
            waiting = self._waiting.popleft()
            if waiting.name in ("dial", "one_key"):
                self._forget_number()
            self._do(waiting.name, waiting.digits, waiting.done)
            self._see_phase()
            if waiting.name in ("dial", "one_key") and self._phase is not Phase.CALL:
                self._waiting.clear()  # it was refused, and so are the keys behind it
                self._listen_later()
        handset = self._keeper.device
        if handset is not None and handset.state is DeviceState.READY:
            handset.show(
                lamps(
                    self._phase,
                    self._desk.record.call,
                    seized=self._seized,
                    held=self._held,
                    muted=self._muted,
                    digits=self._digits,
                )
            )

    def _see_phase(self) -> None:
        before, self._phase = self._phase, phase(self._desk.record.state, self._desk.under_way)
        if before is self._phase:
            return
        if before is Phase.CALL:
            self._muted = self._held = False
            if "hang_up" not in self._desk.under_way:
                self._listen_later()
        if self._phase is Phase.CALL:  # also one that a page dials for a person who has lifted
            self._forget_number()
            return
        self._waiting.clear()
        if self._phase is not Phase.IDLE and (self._seized or self._digits):
            ringing = self._phase is Phase.RINGING
            self._give_up_number("call_ringing" if ringing else "line_lost", "command")

    # --- the handset's life -------------------------------------------------------------------

    def _told(self, event: HandsetEvent) -> None:
        match event:
            case HandsetLost():
                self._lost(event)
                return
            case HandsetReady():
                self._keeper.ready()
                self._absence.over()
                name = self._keeper.device.name if self._keeper.device is not None else ""
                ready = "desk %s: handset ready: %s (%s)"
                log.info(ready, self._desk.extension, event.identity, name)
            case HandsetShared():
                self._shared_with.append(event.program)
                shared = "desk %s: its handset is shared with %s: %s"
                log.warning(shared, self._desk.extension, event.program, event.hint)
        details, evidence = details_of(event), event.evidence
        if isinstance(event, KeyPressed) and self._phase is Phase.CALL:
            # It may be of a PIN, and pages may read the log; the report's bytes tell it too.
            del details["key"]
            evidence = Evidence(evidence.source, "")
        self._desk.record.write(event.kind, evidence, **details)
        match event:
            case Lifted():
                self._lift()
            case PutDown():
                self._put_down()
            case KeyPressed():
                self._key(event.key)
            case ButtonPressed():
                self._button(event.button)
            case MutePressed():
                self._mute(event.muted)

    def _lost(self, event: HandsetLost) -> None:
        """The call goes on, as muted as it was; what was typed of a number is nobody's."""
        if self._absence.tell(event.code, event.message, settling=self._keeper.settling):
            # Who has no handset may not want one.
            level = logging.INFO if event.code == NothingPluggedIn.code else logging.WARNING
            log.log(level, "desk %s: %s", self._desk.extension, event.message)
            self._desk.record.write(event.kind, event.evidence, code=event.code)
        self._shared_with = []
        if self._phase is not Phase.CALL:
            self._waiting.clear()
        self._forget_number()
        self._keeper.lost(RELEASE_WITHIN)

    # --- what a person does with it -----------------------------------------------------------

    def _lift(self) -> None:
        if self._phase is Phase.RINGING:
            self._do("answer")
        elif self._phase is not Phase.CALL and not self._seized and self._usable("lift"):
            self._seized = True
            if self._digits:
                self._dial()
            else:
                self._await_number(IDLE_AFTER)

    def _put_down(self) -> None:
        self._waiting.clear()
        if self._phase is Phase.CALL:
            self._do("hang_up")
        else:
            self._forget_number()

    def _key(self, key: str) -> None:
        try:
            check_keys(key)
        except HookflashError as error:
            self._failed("dtmf", answer_for(error))
            return
        if self._phase is Phase.CALL or self._dial_waits():
            self._later("dtmf", key)
        elif self._phase is Phase.IDLE:
            self._type(key)

    def _type(self, key: str) -> None:
        """A key of a number. `#` sends it, unless it is of a service code such as *21#."""
        if not self._seized and self._after_call is not None:
            self._listen_later()
        elif key == "#" and self._digits and self._digits[0] not in "*#":
            self._dial()
        else:
            self._digits += key
            self._await_number((self._seized and self._dial_after) or IDLE_AFTER)

    def _button(self, button: Button) -> None:
        if self._phase is Phase.OFFLINE and button in _LINE_NEEDED:
            self._usable(button.value)
            return
        match button:
            case Button.FLASH if self._phase is Phase.CALL:
                self._later("flash")
            case Button.HOLD if self._phase is Phase.CALL:
                self._later("flash", done=partial(self._toggle_held, self._desk.record.call))
            case Button.REJECT | Button.DROP if self._phase is Phase.RINGING:
                self._do("hang_up")  # which refuses the call
            case Button.REJECT | Button.DROP:
                self._put_down()
            case Button.SEND if self._phase is Phase.IDLE and self._digits:
                self._dial()
            case Button.SEND:
                self._lift()
            case Button.REDIAL | Button.SPEED_DIAL if self._dial_waits():
                log.debug("desk %s: a number waits already", self._desk.extension)
            case Button.REDIAL if self._phase is Phase.IDLE:
                self._redial()
            case Button.SPEED_DIAL if self._phase is Phase.IDLE and self._usable("speed_dial"):
                self._digits = ""
                self._dial("one_key")

    def _redial(self) -> None:
        if not self._usable("redial"):
            return
        self._digits = self._desk.last_dialled
        if self._digits:
            self._dial()
        else:
            self._failed("redial", failed("nothing_to_redial", "no number was dialled here yet"))

    def _mute(self, muted: bool) -> None:
        """The handset's lamp mutes its microphone; a line that can is muted before it says so."""
        line, call = self._desk.line, self._desk.record.call
        if self._phase is not Phase.CALL:
            return
        if line is not None and Capability.MUTE in line.capabilities:
            self._later("mute" if muted else "unmute", done=partial(self._set_muted, call, muted))
        else:
            self._set_muted(call, muted)

    def _set_muted(self, call: Call | None, muted: bool) -> None:
        # Else it has ended meanwhile.
        if call is self._desk.record.call and self._phase is Phase.CALL:
            self._muted = muted

    def _toggle_held(self, call: Call | None) -> None:
        if call is self._desk.record.call and self._phase is Phase.CALL:
            self._held = not self._held

    def _usable(self, what: str) -> bool:
        """Is there a line that can begin a call? Why not is told."""
        why, line = self._desk.unusable(), self._desk.line
        if why is None and line is not None and line.recovering:
            hint = "the modem did not answer and is being brought back; try again in a few seconds"
            why = Answer(Result.EXT_OFFLINE, "device_recovering", hint)
        if why is not None:
            self._failed(what, why)
        return why is None

    # --- numbers ------------------------------------------------------------------------------

    def _await_number(self, seconds: float) -> None:
        self._stop_waiting()
        self._number_timer = self._inbox.after(seconds, self._number_due)

    def _number_due(self) -> None:
        self._number_timer = None
        if self._digits and self._seized and self._dial_after:  # on hook, a sleeve may have typed
            self._dial()
        else:
            self._give_up_number("nothing_dialled", "timer")

    def _dial(self, name: str = "dial") -> None:
        """Dial what is typed, as soon as the line is free (it may still be hanging up)."""
        self._stop_waiting()
        if not self._dial_waits():
            self._later(name, self._digits)

    def _dial_waits(self) -> bool:
        return any(waiting.name in ("dial", "one_key") for waiting in self._waiting)

    def _give_up_number(self, reason: str, source: str) -> None:
        """Tell that nothing will be dialled; the lamps go dark, and the next lift begins anew."""
        self._forget_number()
        self._desk.record.write("handset_idle", Evidence(source, reason), reason=reason)

    def _forget_number(self) -> None:
        self._stop_waiting()
        self._seized, self._digits = False, ""

    def _stop_waiting(self) -> None:
        if self._number_timer is not None:
            self._number_timer.cancel()
            self._number_timer = None

    def _listen_later(self) -> None:
        """Hear no key for a moment: it would be of the call that has just ended."""
        if self._after_call is not None:
            self._after_call.cancel()
        self._after_call = self._inbox.after(AFTER_CALL, self._listen)

    def _listen(self) -> None:
        self._after_call = None

    # --- commands -----------------------------------------------------------------------------

    def _later(self, name: str, digits: str = "", done: Callable[[], None] = _nothing) -> None:
        """Do it once the line is free: keys and flashes stay in the order they were pressed in."""
        keys = sum(len(waiting.digits) for waiting in self._waiting if waiting.name == "dtmf")
        if keys >= MAX_KEYS or len(self._waiting) >= MAX_KEYS:
            hint = f"{MAX_KEYS} keys wait to be sent already; press them slower"
            self._failed(name, failed("dtmf_flooded", hint))
            return
        last = self._waiting[-1] if self._waiting else None
        if name == "dtmf" and last is not None and last.name == name and len(last.digits) < BATCH:
            last.digits += digits
        else:
            self._waiting.append(_Waiting(name, digits, done))

    def _do(self, name: str, digits: str = "", done: Callable[[], None] = _nothing) -> None:
        self._desk.command(name, digits, partial(self._outcome, name, done))

    def _outcome(self, name: str, done: Callable[[], None], answer: Answer) -> None:
        if answer.result is Result.SUCCESS:
            done()
        elif answer.detail != "aborted":  # by a hang-up or the call's end, which tells itself
            self._failed(name, answer)

    def _failed(self, name: str, answer: Answer) -> None:
        why = Evidence("command", answer.hint or answer.detail)
        self._desk.record.write_failure(name, answer, "handset", why)
