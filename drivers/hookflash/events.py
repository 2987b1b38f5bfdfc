"""What devices report, and why we believe it; here the events of lines."""

from dataclasses import dataclass, fields
from typing import ClassVar

from .calls import EndReason


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why we believe an event.

    source: `result_code`, `dle` (a V.253 event), `text` (an unsolicited line), `report` (of a HID
        device), `command` (we did it and the device confirmed), `timer`, or `port` (the
        connection itself).
    detail: the code, character or duration it was.
    certain: False when the event is only a guess.
    """

    source: str
    detail: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """Root of what devices report. `kind` is the stable word for logs and pages."""

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
class LineEvent(DeviceEvent):
    """Root of the line's events."""


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
    """One ring of an incoming call; `count` begins at 1.

    pattern: which distinctive ring it is, as the modem calls it (`A`, `2`), or its cadence as
        on-off-on in ms (`500-1100-500`); empty if the modem does not tell.
    """

    kind = "ring"
    count: int
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class CallerId(LineEvent):
    """Who is calling. It may come before the first ring, between rings, or never.

    absent: why there is no number: `withheld`, `unavailable`, or empty.
    called: the number that was called, where the network tells it; redirected: who sent the call
        on to us. sent_at: the network's date and time, `MMDDHHMM`.
    waiting: it names a second caller, during a call (type II); nothing rings.
    """

    kind = "caller_id"
    number: str
    name: str
    absent: str
    called: str = ""
    redirected: str = ""
    sent_at: str = ""
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class CallerIdMissing(LineEvent):
    """A call rings and nobody said who calls; told once a call, as far as the reason is known.

    reason: `not_supported` (the modem has no caller ID), `damaged` (it came with errors),
        `not_sent` (it came for earlier calls, not for this one), `never_came` (never since the
        line was opened: no such service on the line, or the modem is set for another country).
    """

    kind = "caller_id_missing"
    reason: str
    hint: str = ""


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
    """The call is up: we answered, or the far end did.

    Told once, and once more when what was a guess (evidence not certain) has become certain.
    """

    kind = "answered"


@dataclass(frozen=True, slots=True)
class AnswerRepeated(LineEvent):
    """It rang on after we had picked up, so we picked up again, for the `count`th time."""

    kind = "answer_repeated"
    count: int


@dataclass(frozen=True, slots=True)
class CallEnded(LineEvent):
    """The call is over and the line is, or is being put, on hook."""

    kind = "call_ended"
    reason: EndReason


@dataclass(frozen=True, slots=True)
class ToneHeard(LineEvent):
    """The line hears a tone, or the want of one.

    tone: `dial`, `busy`, `reorder`, `ringback`, `call_waiting`, `sit`, `bong`, `fax_calling`,
        `data_calling`, `answer_tone`, `tdd`, `voice`, `silence` or `quiet`.
    """

    kind = "tone"
    tone: str


@dataclass(frozen=True, slots=True)
class KeyHeard(LineEvent):
    """The far end pressed a DTMF key, for `ms` ms (0: the modem does not tell how long)."""

    kind = "dtmf_heard"
    key: str
    ms: int = 0


@dataclass(frozen=True, slots=True)
class PhoneHook(LineEvent):
    """A telephone beside the modem was lifted or put down.

    phone: `local`, on the modem's own socket, or `extension`, elsewhere on the same line.
    """

    kind = "phone_hook"
    phone: str
    off_hook: bool


@dataclass(frozen=True, slots=True)
class PolarityReversed(LineEvent):
    """The exchange reversed the line's polarity."""

    kind = "polarity_reversed"


@dataclass(frozen=True, slots=True)
class Recovery(LineEvent):
    """A rung of the recovery ladder was tried on a device that did not answer.

    rung: `abort`, `reset`, `dtr`, `reopen`, `usb_reset` or `power_cycle`. helped: it answers again.
    count: how often this rung was tried on this device. ms: how long it took.
    """

    kind = "recovery"
    rung: str
    helped: bool
    count: int
    ms: int


@dataclass(frozen=True, slots=True)
class CommandGivenUp(LineEvent):
    """A command timed out twice and is not sent any more until the device is power cycled."""

    kind = "command_given_up"
    command: str
