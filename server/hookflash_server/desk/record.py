"""What goes on at a desk, and its place in the log: the state, the call in progress, who calls."""

from typing import Any

from hookflash import CallState, Direction
from hookflash.events import CallerId, Evidence

from ..answers import Answer
from .call import Call
from .events import EventLog, timestamp
from .transitions import DeskState, after
from .translation import details_of


class Record:
    """One desk's state and calls. Every change goes to the event log. All on the desk's thread."""

    def __init__(self, extension: str, log_to: EventLog) -> None:
        self.state = DeskState.OFFLINE
        self.call: Call | None = None
        """The call in progress."""
        self.last_call: Call | None = None
        """The last one that is over."""
        self._extension = extension
        self._events = log_to
        self._caller: CallerId | None = None

    # --- calls --------------------------------------------------------------------------------

    def begin_dialing(self, number: str, by: str) -> None:
        """The number is about to be dialled; by: `page` or `handset`."""
        self.call = Call(Direction.OUTBOUND, CallState.DIALING, number=number)
        self.move("dial_begun", Evidence("command", "dial"), by=by)

    def begin_ringing(self) -> None:
        """A call rings in; the ring is still to be told."""
        self.call = Call(Direction.INBOUND, CallState.RINGING_IN)
        self._name_caller()

    def ends_because(self, reason: str) -> None:
        """Why the call is about to end."""
        if self.call is not None:
            self.call.reason = reason

    # --- who calls ----------------------------------------------------------------------------

    def caller(self, caller: CallerId) -> None:
        """Caller ID, before or after the first ring. In full in the log: of a caller who waits, or
        who comes before the first ring, no call tells."""
        if not caller.waiting:  # else it names a second caller, and the call keeps its own
            self._caller = caller
            self._name_caller()
        who = {"number": caller.number, "name": caller.name, "absent": caller.absent}
        self.write(caller.kind, caller.evidence, caller=who | details_of(caller))

    def forget_caller(self, caller: CallerId) -> None:
        """No call came with it."""
        if self.call is None and self._caller is caller:
            self._caller = None

    def no_caller(self, reason: str) -> None:
        """Why there is no caller ID."""
        if self.call is not None and not self.call.number:
            self.call.absent = reason

    def _name_caller(self) -> None:
        """Give the ringing call its caller, whichever of ring and caller ID came first."""
        call, caller = self.call, self._caller
        if call is not None and call.state == CallState.RINGING_IN and caller is not None:
            call.number, call.name, call.absent = caller.number, caller.name, caller.absent

    # --- state and log ------------------------------------------------------------------------

    def move(self, kind: str, evidence: Evidence, **details: Any) -> None:
        """Go where the event leads, and write it down."""
        new = after(self.state, kind)
        over = new is not self.state and new in (DeskState.IDLE, DeskState.OFFLINE)
        unchanged = new is self.state and kind in ("dial_failed", "call_ended", "dialled")
        self.state = new
        call = self.call
        if call is not None:
            if over:
                call.state, call.ended_at = CallState.TERMINATED, timestamp()
            else:
                call.follow(new.value, kind, evidence)
        if not unchanged:
            self.write(kind, evidence, **details)
        if over:
            self.last_call = call or self.last_call
            self.call = self._caller = None

    def write(self, kind: str, evidence: Evidence, **details: Any) -> None:
        """Write an event down, with the desk's state and its call."""
        self._events.append(
            kind,
            self._extension,
            state=self.state.value,
            call=self.call.members() if self.call is not None else None,
            evidence={"source": evidence.source, "detail": evidence.detail},
            certain=evidence.certain,
            **details,
        )

    def write_failure(self, name: str, answer: Answer, by: str, evidence: Evidence) -> None:
        """Write down a command that came to nothing where no page's answer tells it."""
        result, detail = answer.result.value, answer.detail
        self.write("command_failed", evidence, command=name, result=result, detail=detail, by=by)

    def members(self) -> dict[str, Any]:
        """The status members of calls."""
        return {
            "call": self.call.members() if self.call is not None else None,
            "last_call": self.last_call.members() if self.last_call is not None else None,
            "last_event": self._events.last,
        }
