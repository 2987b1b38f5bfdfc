"""What the exchange is told: its durations, who answers how, and who calls how. Data only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations in seconds.

    The ring cadence is the North American one. `complete`: this long after the last digit the
    number is taken to be whole. `settle`: from off hook to dial tone. `caller_id`: from the first
    ring to caller ID, or from caller ID to the first ring. `key_gap`: between two keys of the far
    end that have a length.
    """

    settle: float = 0.2
    complete: float = 0.6
    ring_on: float = 2.0
    ring_off: float = 4.0
    caller_id: float = 0.5
    ringback: float = 6.0
    far_hangup_tone: float = 0.5
    key_gap: float = 0.07


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEnd:
    """What happens when a number is dialled.

    does: `answer`, `busy`, `ring` (never answered), `reorder` (congestion), `silent`, or
        `callback` (answers, and calls back once the caller has hung up).
    after: seconds of ringing before the answer.
    talk: seconds until the far end hangs up; None: never.
    keys: DTMF keys that it sends after answering.
    """

    does: str = "answer"
    after: float = 3.0
    talk: float | None = None
    keys: str = ""


ACTIONS = ("answer", "busy", "ring", "reorder", "silent", "callback")

DEFAULT_PLAN: dict[str, FarEnd] = {
    "199": FarEnd(does="callback", after=1.0, talk=2.0),
    "200": FarEnd(does="busy"),
    "201": FarEnd(does="ring"),
    "202": FarEnd(does="reorder"),
    "203": FarEnd(after=1.0, talk=3.0),
    "204": FarEnd(does="silent"),
    "205": FarEnd(after=1.0, keys="1234567890*#"),
    ".+": FarEnd(),
}
"""Number plan of `make serve`: regular expressions for a whole number, first match wins."""

TONES = (
    "dial",
    "ringback",
    "busy",
    "reorder",
    "silence",
    "quiet",
    "voice",
    "fax_calling",
    "data_calling",
    "answer_tone",
    "data_answer",
    "sit",
    "bong",
    "tdd",
    "call_waiting",
)
"""What a line can sound of."""

CLEARING = ("busy", "reorder", "dial", "loop_break", "")
"""How a line tells that the far end hung up: a tone, a break of the current, or not at all."""

KEYS = frozenset("0123456789*#ABCD")


SENT_AT = "11220930"
"""The network's date and time, MMDDHHMM, if none is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """A call from outside: who it says it is, and how it is rung.

    name: bytes go out as they are, in whatever charset; text as Latin-1, or UTF-8 if it must.
    absent: `withheld` or `unavailable`, told instead of a number.
    called: the number that was called. redirected: who sent the call on. sent_at: MMDDHHMM.
    cadence: seconds on, off, on, off …, over and over; empty: the exchange's own.
    rings: so many times the cadence, then the caller gives up; None: never.
    first: caller ID comes before the first ring.
    keys: caller ID as these DTMF keys, before the first ring, in place of the FSK message.

    Without number, name and absent no caller ID is sent at all.
    """

    number: str = ""
    name: str | bytes = ""
    absent: str = ""
    called: str = ""
    redirected: str = ""
    sent_at: str = SENT_AT
    cadence: tuple[float, ...] = ()
    rings: int | None = None
    first: bool = False
    keys: str = ""

    def __post_init__(self) -> None:
        if self.absent not in ("", "withheld", "unavailable"):
            raise ValueError(f"absent = {self.absent!r} is neither withheld nor unavailable")
        if len(self.cadence) % 2 or any(seconds <= 0 for seconds in self.cadence):
            raise ValueError(f"cadence = {self.cadence!r} is not pairs of seconds on and off")
        if not set(self.keys) <= KEYS:
            raise ValueError(f"keys = {self.keys!r} holds something else than 0-9 * # A-D")
        if max(len(self.number), len(self.name), len(self.called), len(self.redirected)) > 40:
            raise ValueError("a number or name is longer than 40: no message can hold it")

    @property
    def told(self) -> bool:
        """True if the network sends caller ID for this call."""
        return bool(self.number or self.name or self.absent)


@dataclass(frozen=True, slots=True)
class Burst:
    """One burst of ringing: its place in the cadence, seconds of it and of the silence after it.

    first: of the call. last: of the cadence.
    """

    index: int
    on: float
    off: float
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: when (s), which line, what, and its detail."""

    at: float
    line: str
    what: str
    detail: str = ""
