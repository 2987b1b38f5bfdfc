"""What a line reports, and why we believe it."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import ClassVar

from .calls import EndReason


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why we believe an event.

    source: `result_code`, `dle` (a V.253 event), `text` (an unsolicited line), `command` (we did
        it and the device confirmed), `timer`, or `port` (the connection itself).
    detail: the code, character or duration it was.
    certain: False when the event is only a guess.
    """

    source: str
    detail: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class LineEvent:
    """Root of the line's events. `kind` is the stable word for logs and pages."""

    kind: ClassVar[str]
    evidence: Evidence

    def __str__(self) -> str:
        """For logs: what, how, why."""
        values = [(field.name, getattr(self, field.name)) for field in fields(self)]
        told = [f"{name}={value}" for name, value in values if name != "evidence" and value != ""]
        sure = "" if self.evidence.certain else ", a guess"
        why = f"({self.evidence.source}: {self.evidence.detail}{sure})"
        return " ".join([self.kind, *told, why])


@dataclass(frozen=True, slots=True)
class LineReady(LineEvent):
    """The device answers, is set up and on hook. `identity` is what it calls itself."""

    kind = "line_ready"
    identity: str


@dataclass(frozen=True, slots=True)
class LineLost(LineEvent):
    """The device went away or never came up; told once. `code` is an error's code."""

    kind = "line_lost"
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Ring(LineEvent):
    """One ring of an incoming call; `count` begins at 1."""

    kind = "ring"
    count: int


@dataclass(frozen=True, slots=True)
class CallerId(LineEvent):
    """Who is calling. It may come before the first ring, between rings, or never.

    absent: why there is no number: `withheld`, `unavailable`, or empty.
    """

    kind = "caller_id"
    number: str
    name: str
    absent: str


@dataclass(frozen=True, slots=True)
class RingStopped(LineEvent):
    """The caller gave up. Analog lines do not say so: it is told by a timer."""

    kind = "ring_stopped"


@dataclass(frozen=True, slots=True)
class Dialled(LineEvent):
    """All digits are out. Says nothing about an answer."""

    kind = "dialled"


@dataclass(frozen=True, slots=True)
class RingingOut(LineEvent):
    """The far telephone rings (ringback heard)."""

    kind = "ringing_out"


@dataclass(frozen=True, slots=True)
class Answered(LineEvent):
    """The call is up: we answered, or the far end did."""

    kind = "answered"


@dataclass(frozen=True, slots=True)
class CallEnded(LineEvent):
    """The call is over and the line is, or is being put, on hook."""

    kind = "call_ended"
    reason: EndReason


@dataclass(frozen=True, slots=True)
class ToneHeard(LineEvent):
    """The line hears a call progress tone: `dial`, `busy`, `ringback`."""

    kind = "tone"
    tone: str


@dataclass(frozen=True, slots=True)
class KeyHeard(LineEvent):
    """The far end pressed a DTMF key."""

    kind = "dtmf_heard"
    key: str


Listener = Callable[[LineEvent], None]
