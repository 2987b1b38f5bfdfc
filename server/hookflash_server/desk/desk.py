"""The desk. One thread owns it: requests, the devices' events and timers reach it by one inbox.

It decides (policy, call state), tells the line what to do, answers, and writes down what happens.
It never waits for the line: an operation's end is one more item in the inbox.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from hookflash import DeviceState, Handset, HookflashError, Line
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
from hookflash.inbox import Inbox

from ..answers import Answer, Result, failed
from ..verbs import Ask
from .absence import Absence
from .events import EventLog
from .keeper import Keeper, Source
from .onekey import OneKey
from .record import Record
from .running import Asker, End, Item, Running
from .status import line_status
from .targets import Targets
from .telephone import Telephone
from .transitions import DeskState, Refuse, verb
from .translation import answer_for, details_of

log = logging.getLogger(__name__)

CALLER_ID_HOLDS = 10.0
"""Seconds that a caller ID waits for the first ring; later it would name the next caller."""

_VERB_OF = {
    "dial_out": "dial",
    "onekey_dial_out": "one_key",
    "huang_up": "hang_up",
    "answer": "answer",
    "transfer_to": "transfer",
    "send_dtmf": "dtmf",
}
"""What a verb of the interface is among the desk's own commands."""

NO_LINE = "name a line: --line, or [desks.line] url"
"""The cure for a desk without a line."""

_STOPPING = Answer(Result.EXT_OFFLINE, "stopping", "the agent is stopping")

Reply = Future[Answer]


class Desk:
    """One desk.

    line, handset: where they come from; None: none is configured. page_control: False refuses all
    that a page asks but its status; the handset is not concerned. dial_after: see Telephone.
    """

    def __init__(
        self,
        extension: str,
        line: Source[Line] | None,
        log_to: EventLog,
        targets: Targets | None = None,
        one_key: OneKey | None = None,
        page_control: bool = True,
        handset: Source[Handset] | None = None,
        dial_after: float = 4.0,
    ) -> None:
        self.extension = extension
        self.record = Record(extension, log_to)
        """State and calls, for the desk's thread."""
        self._targets = targets or Targets()
        self._one_key = one_key or OneKey()
        self._page_control = page_control
        self._inbox: Inbox[Item] = Inbox()
        self._absence = Absence() if line else Absence("no_line_configured", NO_LINE)
        self._line_keeper: Keeper[Line] | None = None
        if line is not None:
            self._line_keeper = Keeper(line, self._inbox, self._line_event, LineLost)
        self._telephone: Telephone | None = None
        if handset is not None:
            self._telephone = Telephone(self, self._inbox, handset, dial_after)
        self._running = Running(self._inbox, self._ended_operation, self._hang_up_untold)
        self._stopping = False
        self._door = threading.Lock()
        self._door_shut = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"desk {extension}", daemon=True)

    # --- from any thread ----------------------------------------------------------------------

    def start(self) -> None:
        """Start the desk's thread, which opens the line and the handset."""
        self._thread.start()
        for keeper in (self._line_keeper, self._telephone):
            if keeper is not None:
                self._inbox.post(keeper.open)

    def look(self) -> None:
        """Something was plugged in or out: the devices that are missing are looked for at once."""
        for keeper in (self._line_keeper, self._telephone):
            if keeper is not None:
                self._inbox.post(keeper.look)

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
                if self._telephone is not None:
                    self._telephone.follow()
            except Exception:  # one bad item must not take the desk away
                log.exception("desk %s: a defect of ours", self.extension)

    def _asked(self, ask: Ask, reply: Reply) -> None:
        asker = Asker("page", reply.set_result)
        self._told_by(ask.verb, asker, partial(self._decide, ask, asker))

    def _told_by(self, name: str, asker: Asker, decide: Callable[[], Answer | None]) -> None:
        """Decide; what can be answered at once is."""
        try:
            answer = decide()
        except HookflashError as error:
            answer = answer_for(error)
        except Exception as error:  # whoever asked must be answered all the same
            log.exception("desk %s: %s: a defect of ours", self.extension, name)
            answer = failed("internal_error", repr(error))
        if answer is not None:
            asker.tell(answer)

    def _decide(self, ask: Ask, asker: Asker) -> Answer | None:
        """Answer a page at once, or begin an operation whose end will answer."""
        if ask.verb == "status":
            return Answer(data=self._status())
        if not self._page_control:
            hint = "page control is switched off at this desk (page_control)"
            return Answer(Result.CLIENT_TYPE_ERROR, "page_control_off", hint)
        if unusable := self.unusable():
            return unusable
        digits: str | Answer = ask.arguments.get("dial_number") or ask.arguments.get("dtmf", "")
        if ask.verb == "transfer_to":
            digits = self._targets.digits(ask.arguments)
        if isinstance(digits, Answer):
            return digits
        return self._act(_VERB_OF[ask.verb], digits, asker)

    def _act(self, name: str, digits: str, asker: Asker) -> Answer | None:
        """Carry a command out, whoever asks: begin an operation, or answer why not."""
        unusable, line = self.unusable(), self.line
        if unusable is not None or line is None:
            return unusable
        in_table = "dial" if name == "one_key" else name
        decision = verb(self.record.state, in_table)
        if isinstance(decision, Refuse):
            return failed(decision.detail, decision.hint)
        if busy := self._running.in_the_way(in_table):
            return busy
        match name:
            case "dial" | "one_key":
                return self._dial(line, digits, asker, one_key=name == "one_key")
            case "transfer":
                operation = line.transfer(digits)
            case "dtmf":
                operation = line.send_dtmf(digits)
            case "flash":
                operation = line.flash()
            case "mute" | "unmute":
                operation = line.mute(name == "mute")
            case "answer":
                operation = line.answer()
            case _:
                operation = line.hang_up()
        self._running.begin(operation, asker)
        return None

    def _dial(self, line: Line, digits: str, asker: Asker, *, one_key: bool) -> Answer | None:
        number = self._one_key.next() if one_key else digits
        if isinstance(number, Answer):
            return number
        operation = line.dial(number)
        self.record.begin_dialing(number, asker.by)
        dialled = partial(self._one_key.dialled, number, one_key=one_key)
        self._running.begin(operation, asker, dialled)
        return None

    # --- what the handset's side uses ---------------------------------------------------------

    @property
    def line(self) -> Line | None:
        """The line, unless it is lost or none is configured."""
        return self._line_keeper.device if self._line_keeper is not None else None

    @property
    def under_way(self) -> list[str]:
        """The names of the operations under way, oldest first."""
        return self._running.names

    @property
    def last_dialled(self) -> str:
        """The last number that was dialled here; empty if there is none."""
        return self._one_key.last

    def unusable(self) -> Answer | None:
        """Why there is no line to do anything with; None: there is one."""
        if self._stopping:
            return _STOPPING
        if self._line_keeper is None and self._telephone is not None:
            hint = "this desk has a handset and no line: name one, --line or [desks.line] url"
            return Answer(Result.CLIENT_TYPE_ERROR, "no_line", hint)
        if self.record.state is DeskState.OFFLINE or self.line is None:
            return Answer(Result.EXT_OFFLINE, self._absence.because, self._absence.hint)
        return None

    def command(self, name: str, digits: str, tell: Callable[[Answer], None]) -> None:
        """Carry out what the handset asks for; page control does not concern it."""
        asker = Asker("handset", tell)
        self._told_by(name, asker, partial(self._act, name, digits, asker))

    # --- operations ---------------------------------------------------------------------------

    def _ended_operation(self, end: End) -> None:
        if end.error is None:
            return
        why = Evidence("command", str(end.error))
        is_lost = self.line is not None and self.line.state is DeviceState.LOST
        if end.name == "dial" and not is_lost:  # else the loss, told in a moment, ends the call
            self.record.move("dial_failed", why)
        if end.late:  # its asker was told otherwise, so at least the log says it
            self.record.write_failure(end.name, end.answer, end.by, why)

    def _hang_up_untold(self) -> None:
        """A device hangs: whatever it did in the end, the line is not left off hook."""
        if self.line is not None:
            self._running.begin(self.line.hang_up(), Asker("desk", lambda _: None))

    # --- the line -----------------------------------------------------------------------------

    def _line_event(self, event: LineEvent) -> None:
        record = self.record
        match event:
            case LineReady() if self._line_keeper is not None and self.line is not None:
                self._line_keeper.ready()
                self._absence.over()
                name = self.line.name
                log.info("desk %s: line ready: %s (%s)", self.extension, event.identity, name)
            case LineLost():
                self._lost(event)
                return
            case CallerId():
                if not event.waiting:
                    self._inbox.after(CALLER_ID_HOLDS, partial(record.forget_caller, event))
                record.caller(event)
                return
            case CallerIdMissing():
                record.no_caller(event.reason)
            case Recovery() if record.state is DeskState.OFFLINE:
                self._absence.because = "device_recovering"
                self._absence.hint = f"it did not answer; being brought back ({event.rung})"
            case CallEnded():
                record.ends_because(event.reason)
        if event.kind == "ring" and record.state is DeskState.IDLE:
            record.begin_ringing()
        if event.kind == "ring_stopped" and record.state is DeskState.RINGING_IN:
            record.ends_because("missed")
        record.move(event.kind, event.evidence, **details_of(event))
        if (
            event.kind == "line_ready" and self.line is not None and self.line.ringing
        ):  # since before it was ready
            record.begin_ringing()
            record.move("ring", event.evidence)

    def _lost(self, event: LineLost) -> None:
        self.record.ends_because("device_lost")
        keeper = self._line_keeper
        settling = keeper is not None and keeper.settling
        if self._absence.tell(event.code, event.message, settling=settling):
            log.warning("desk %s: %s", self.extension, event.message)
            self.record.move("line_lost", event.evidence, code=event.code)
        self._running.end_all(Answer(Result.EXT_OFFLINE, event.code, event.message))
        if keeper is not None:
            keeper.lost()

    # --- status and end -----------------------------------------------------------------------

    def _status(self) -> dict[str, Any]:
        offline = self.record.state is DeskState.OFFLINE
        return {
            "ext": self.extension,
            "state": self.record.state.value,
            "offline_because": self._absence.because if offline else "",
            "offline_hint": self._absence.hint if offline else "",
            **line_status(self.line),
            "handset": self._telephone.status() if self._telephone is not None else None,
            **self.record.members(),
        }

    def _stop(self, timeout: float) -> None:
        self._stopping = True
        try:
            if self._line_keeper is not None:
                self._line_keeper.stop(timeout)
            if self._telephone is not None:
                self._telephone.stop(min(timeout, 0.5))
        finally:
            self._running.end_all(_STOPPING)
            with self._door:  # what came before it shuts is still answered
                self._door_shut = True
            self._inbox.post(self._ended.set)
