"""The desk. One thread owns it: requests, the line's events and timers reach it through one inbox.

It decides (policy, call state), tells the line what to do, answers, and writes down what happens.
It never waits for the line: an operation's end is one more item in the inbox.
"""

import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from hookflash import CallState, Direction, HookflashError, Line, Operation
from hookflash.events import (
    CallEnded,
    CallerId,
    CallerIdMissing,
    Evidence,
    LineEvent,
    LineLost,
    LineReady,
    Recovery,
)
from hookflash.inbox import Inbox, Timer

from ..answers import Answer, Result, failed
from ..verbs import Ask
from .call import Call
from .events import EventLog, timestamp
from .onekey import OneKey
from .targets import Targets
from .transitions import DeskState, Refuse, after, verb
from .translation import answer_for, details_of

log = logging.getLogger(__name__)

PATIENCE = 3.5
"""Seconds until a page is answered whatever the device does; the page waits 5 (document)."""

REOPEN_AFTER = (0.3, 1.0, 2.0)
"""Seconds until a lost or missing device is looked for again; the last one from then on."""

CALLER_ID_HOLDS = 10.0
"""Seconds that a caller ID waits for the first ring; later it would name the next caller."""

KEYS_QUEUED = 4
"""Key requests that may wait for their turn at the line."""

WAITING = 8
"""Requests that may wait for a desk at once: each holds one of the door's threads."""

_VERB_OF = {
    "dial_out": "dial",
    "onekey_dial_out": "dial",
    "huang_up": "hang_up",
    "answer": "answer",
    "transfer_to": "transfer",
    "send_dtmf": "dtmf",
}
"""What a verb of the interface is in the desk's own table."""

_STOPPING = Answer(Result.EXT_OFFLINE, "stopping", "the agent is stopping")

Reply = Future[Answer]
Item = Callable[[], None]


@dataclass(eq=False, slots=True)
class _Running:
    """An operation that somebody waits for."""

    operation: Operation
    reply: Reply
    patience: Timer[Item]
    done: Callable[[], None]


class Desk:
    """One desk.

    open_line makes a new, unopened line; None: no line is configured. page_control: False refuses
    all that a page asks but its status.
    """

    def __init__(
        self,
        extension: str,
        open_line: Callable[[], Line] | None,
        log_to: EventLog,
        targets: Targets | None = None,
        one_key: OneKey | None = None,
        page_control: bool = True,
    ) -> None:
        self.extension = extension
        self._make_line = open_line
        self._events = log_to
        self._targets = targets or Targets()
        self._one_key = one_key or OneKey()
        self._page_control = page_control
        self._inbox: Inbox[Item] = Inbox()
        self._state = DeskState.OFFLINE
        self._offline_because = "opening" if open_line else "no_line_configured"
        self._offline_hint = "" if open_line else "name a line: --line, or [desks.line] url"
        self._line: Line | None = None
        self._attempts = 0
        self._call: Call | None = None
        self._caller: CallerId | None = None
        self._running: dict[int, _Running] = {}
        self._numbers = itertools.count()
        self._stopping = False
        self._door = threading.Lock()
        self._door_shut = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"desk {extension}", daemon=True)

    # --- from any thread ----------------------------------------------------------------------

    def start(self) -> None:
        """Start the desk's thread, which opens the line."""
        self._thread.start()
        self._inbox.post(self._open)

    def stop(self, timeout: float = 2.0) -> None:
        """Begin to hang up, release the line and end; see `wait_stopped`.

        A device that does not answer within `timeout` seconds is released all the same.
        """
        self._inbox.post(partial(self._stop, timeout))

    def wait_stopped(self, timeout: float = 3.0) -> None:
        """Wait for the end of a stop, `timeout` seconds at most."""
        if not self._ended.wait(timeout):
            log.warning("desk %s: did not stop within %g s", self.extension, timeout)

    def ask(self, ask: Ask) -> Reply:
        """Ask for something; the answer comes within 4 s whatever the device does."""
        reply: Reply = Future()
        with self._door:
            if not self._door_shut:
                self._inbox.post(partial(self._asked, ask, reply))
                return reply
        reply.set_result(_STOPPING)
        return reply

    # --- the desk's own thread ----------------------------------------------------------------

    def _run(self) -> None:
        while not self._ended.is_set():
            item = self._inbox.get()
            try:
                item()
            except Exception:  # one bad item must not take the desk away
                log.exception("desk %s: a defect of ours", self.extension)

    def _asked(self, ask: Ask, reply: Reply) -> None:
        try:
            answer = self._decide(ask, reply)
        except HookflashError as error:
            answer = answer_for(error)
        except Exception as error:  # the page must be answered all the same
            log.exception("desk %s: %s: a defect of ours", self.extension, ask.verb)
            answer = failed("internal_error", repr(error))
        if answer is not None:
            reply.set_result(answer)

    def _decide(self, ask: Ask, reply: Reply) -> Answer | None:
        """Answer at once, or begin an operation whose end will answer."""
        if ask.verb == "status":
            return Answer(data=self._status())
        if not self._page_control:
            hint = "page control is switched off at this desk (page_control)"
            return Answer(Result.CLIENT_TYPE_ERROR, "page_control_off", hint)
        line = self._line
        if self._stopping:
            return _STOPPING
        if self._state is DeskState.OFFLINE or line is None:
            return Answer(Result.EXT_OFFLINE, self._offline_because, self._offline_hint)
        digits = self._targets.digits(ask.arguments) if ask.verb == "transfer_to" else ""
        if isinstance(digits, Answer):
            return digits
        name = _VERB_OF[ask.verb]
        decision = verb(self._state, name)
        if isinstance(decision, Refuse):
            return failed(decision.detail, decision.hint)
        if busy := self._in_the_way(name):
            return busy
        match name:
            case "dial":
                return self._dial(line, ask, reply)
            case "transfer":
                self._begin(line.transfer(digits), reply)
            case "dtmf":
                self._begin(line.send_dtmf(ask.arguments["dtmf"]), reply)
            case "answer":
                self._begin(line.answer(), reply)
            case "hang_up":
                self._begin(line.hang_up(), reply)
        return None

    def _in_the_way(self, name: str) -> Answer | None:
        """A hang-up overtakes all; keys queue behind keys; the rest waits for nobody."""
        names = [running.operation.name for running in self._running.values()]
        if not names or (name == "hang_up" and len(names) < WAITING):
            return None
        if name == "dtmf" and set(names) == {"dtmf"} and len(names) < KEYS_QUEUED:
            return None
        return failed("command_in_progress", f"the line is still busy with: {', '.join(names)}")

    def _dial(self, line: Line, ask: Ask, reply: Reply) -> Answer | None:
        one_key = ask.verb == "onekey_dial_out"
        number = self._one_key.next() if one_key else ask.arguments["dial_number"]
        if isinstance(number, Answer):
            return number
        operation = line.dial(number)
        self._call = Call(Direction.OUTBOUND, CallState.DIALING, number=number)
        self._move("dial_begun", Evidence("command", "dial"))
        self._begin(operation, reply, lambda: self._one_key.dialled(number, one_key=one_key))
        return None

    # --- operations ---------------------------------------------------------------------------

    def _begin(
        self, operation: Operation, reply: Reply, done: Callable[[], None] = lambda: None
    ) -> None:
        # By number: what held each other would be left to the garbage collector, whose pauses
        # requests can feel.
        number = next(self._numbers)
        patience = self._inbox.after(PATIENCE, partial(self._out_of_patience, number))
        self._running[number] = _Running(operation, reply, patience, done)
        operation.add_done_callback(lambda _: self._inbox.post(partial(self._finished, number)))

    def _finished(self, number: int) -> None:
        running = self._running.pop(number, None)
        if running is None:
            return  # its line was lost meanwhile
        running.patience.cancel()
        error = running.operation.exception()
        if running.operation.name == "dial" and error is not None:
            self._move("dial_failed", Evidence("command", str(error)))
        answer = Answer() if error is None else answer_for(error)
        if running.reply.done():
            if error is not None:  # the page was told otherwise, so at least the log says it
                why = Evidence("command", str(error))
                name, result = running.operation.name, answer.result.value
                self._write(
                    "command_failed", why, command=name, result=result, detail=answer.detail
                )
            return
        running.reply.set_result(answer)
        if error is None:
            running.done()  # may write a file; the page does not wait for that

    def _out_of_patience(self, number: int) -> None:
        """Answer now. Proof that the device took the command is a success; else it hangs."""
        running = self._running.get(number)
        if running is None or running.operation.done():
            return  # its end is in the inbox, or its line was lost
        operation = running.operation
        if operation.taken:
            running.reply.set_result(Answer())
            running.done()
            return
        running.reply.set_result(
            failed("device_timeout", f"{operation.name}: no answer within {PATIENCE:g} s")
        )
        if operation.name != "hang_up":  # which is done all the same, when the device can
            operation.abort()
        if operation.name in ("dial", "answer") and self._line is not None:
            # Whatever it did in the end, the line is not left off hook.
            self._begin(self._line.hang_up(), Future())

    # --- the line -----------------------------------------------------------------------------

    def _open(self) -> None:
        if self._make_line is None or self._stopping:
            return
        line = self._make_line()
        self._line = line
        line.subscribe(lambda event: self._inbox.post(partial(self._line_event, line, event)))
        line.open()

    def _line_event(self, line: Line, event: LineEvent) -> None:
        if line is not self._line:
            return
        match event:
            case LineReady():
                self._attempts = 0
            case LineLost():
                self._lost(line, event)
                return
            case CallerId():
                if not event.waiting:  # else it names a second caller, and the call keeps its own
                    self._caller = event
                    self._inbox.after(CALLER_ID_HOLDS, partial(self._forget_caller, event))
                    self._name_caller()
                self._write_caller(event)
                return
            case CallerIdMissing() if self._call is not None and not self._call.number:
                self._call.absent = event.reason
            case Recovery() if self._state is DeskState.OFFLINE:
                self._offline_because = "device_recovering"
                self._offline_hint = f"it did not answer; being brought back ({event.rung})"
            case CallEnded() if self._call is not None:
                self._call.reason = event.reason
        if event.kind == "ring" and self._state is DeskState.IDLE:
            self._begin_ringing()
        if event.kind == "ring_stopped" and self._state is DeskState.RINGING_IN and self._call:
            self._call.reason = "missed"
        self._move(event.kind, event.evidence, **details_of(event))
        if event.kind == "line_ready" and line.ringing:  # since before it was ready
            self._begin_ringing()
            self._move("ring", event.evidence)

    def _begin_ringing(self) -> None:
        self._call = Call(Direction.INBOUND, CallState.RINGING_IN)
        self._name_caller()

    def _lost(self, line: Line, event: LineLost) -> None:
        first = self._offline_because != event.code
        self._offline_because, self._offline_hint = event.code, event.message
        if self._call is not None:
            self._call.reason = "device_lost"
        if first or self._state is not DeskState.OFFLINE:
            log.warning("desk %s: %s", self.extension, event.message)
            self._move("line_lost", event.evidence, code=event.code)
        for running in self._running.values():
            running.patience.cancel()
            if not running.reply.done():
                running.reply.set_result(Answer(Result.EXT_OFFLINE, event.code, event.message))
        self._running.clear()  # whatever becomes of them, it is not the next line's
        self._line = None
        line.close()
        if not self._stopping:
            delay = REOPEN_AFTER[min(self._attempts, len(REOPEN_AFTER) - 1)]
            self._attempts += 1
            self._inbox.after(delay, self._open)

    def _name_caller(self) -> None:
        """Give the ringing call its caller, whichever of ring and caller ID came first."""
        call, caller = self._call, self._caller
        if call is not None and call.state == CallState.RINGING_IN and caller is not None:
            call.number, call.name, call.absent = caller.number, caller.name, caller.absent

    def _forget_caller(self, caller: CallerId) -> None:
        if self._call is None and self._caller is caller:
            self._caller = None

    def _write_caller(self, caller: CallerId) -> None:
        """In full: of a caller who waits, or who comes before the first ring, no call tells."""
        who = {"number": caller.number, "name": caller.name, "absent": caller.absent}
        self._write(caller.kind, caller.evidence, caller=who | details_of(caller))

    # --- state and log ------------------------------------------------------------------------

    def _move(self, kind: str, evidence: Evidence, **details: Any) -> None:
        """Go where the event leads, and write it down."""
        new = after(self._state, kind)
        over = new is not self._state and new in (DeskState.IDLE, DeskState.OFFLINE)
        unchanged = new is self._state and kind in ("dial_failed", "call_ended", "dialled")
        self._state = new
        call = self._call
        if call is not None:
            if over:
                call.state, call.ended_at = CallState.TERMINATED, timestamp()
            else:
                self._update_call(call, new, kind, evidence)
        if not unchanged:
            self._write(kind, evidence, **details)
        if over:
            self._call = self._caller = None

    def _update_call(self, call: Call, state: DeskState, kind: str, evidence: Evidence) -> None:
        if state.value != call.state or kind in ("dialled", "ringing_out"):
            call.state = state.value
            # That the digits are out does not tell whether it rings over there.
            call.certain = evidence.certain and kind != "dialled"
        if kind == "answered":
            call.certain = evidence.certain
            call.answered_at = call.answered_at or timestamp()

    def _write(self, kind: str, evidence: Evidence, **details: Any) -> None:
        self._events.append(
            kind,
            self.extension,
            state=self._state.value,
            call=self._call.members() if self._call is not None else None,
            evidence={"source": evidence.source, "detail": evidence.detail},
            certain=evidence.certain,
            **details,
        )

    def _status(self) -> dict[str, Any]:
        line = self._line
        offline = self._state is DeskState.OFFLINE
        return {
            "ext": self.extension,
            "state": self._state.value,
            "offline_because": self._offline_because if offline else "",
            "line": {"name": line.name, "identity": line.identity} if line is not None else None,
            "recovering": line is not None and line.recovering,
            "call": self._call.members() if self._call is not None else None,
            "last_event": self._events.last,
        }

    def _stop(self, timeout: float) -> None:
        self._stopping = True
        try:
            if self._line is not None:
                self._line.close(timeout)
        finally:
            for running in self._running.values():
                running.patience.cancel()
                if not running.reply.done():
                    running.reply.set_result(_STOPPING)
            with self._door:  # what came before it shuts is still answered
                self._door_shut = True
            self._inbox.post(self._ended.set)
