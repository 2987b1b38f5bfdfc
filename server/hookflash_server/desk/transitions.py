"""The desk's states and what leads from one to the next, as data. Pure.

Two tables: what a verb does in a state (or why it is refused), and where an event leads. What does
not stand in the second table changes nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

from hookflash import CallState


class DeskState(StrEnum):
    """`offline` and `idle`, or the state of the call in progress."""

    OFFLINE = "offline"
    IDLE = "idle"
    DIALING = CallState.DIALING
    RINGING_OUT = CallState.RINGING_OUT
    RINGING_IN = CallState.RINGING_IN
    ACTIVE = CallState.ACTIVE


@dataclass(frozen=True, slots=True)
class Do:
    """The verb is carried out: by which operation of the line."""

    operation: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """The verb is refused; `detail` is the stable code, `hint` the reason in words."""

    detail: str
    hint: str


_OFFLINE, _IDLE, _DIALING = DeskState.OFFLINE, DeskState.IDLE, DeskState.DIALING
_OUT, _IN, _ACTIVE = DeskState.RINGING_OUT, DeskState.RINGING_IN, DeskState.ACTIVE

_IN_CALL = Refuse("call_in_progress", "there is a call already; hang up first")
_INCOMING = Refuse("call_ringing", "a call is ringing in; answer it or hang up first")
_NO_CALL = Refuse("no_call", "there is no call")
_NOT_YET = Refuse("still_dialing", "the number is still being dialled")
_NOT_RINGING = Refuse("not_ringing", "no call is ringing")

VERBS: dict[tuple[DeskState, str], Do | Refuse] = {
    (_IDLE, "dial"): Do("dial"),
    (_DIALING, "dial"): _IN_CALL,
    (_OUT, "dial"): _IN_CALL,
    (_IN, "dial"): _INCOMING,
    (_ACTIVE, "dial"): _IN_CALL,
    (_IDLE, "answer"): _NOT_RINGING,
    (_DIALING, "answer"): _NOT_RINGING,
    (_OUT, "answer"): _NOT_RINGING,
    (_IN, "answer"): Do("answer"),
    (_ACTIVE, "answer"): _NOT_RINGING,
    # Without a call too: whoever asks wants the line to be on hook afterwards.
    (_IDLE, "hang_up"): Do("hang_up"),
    (_DIALING, "hang_up"): Do("hang_up"),
    (_OUT, "hang_up"): Do("hang_up"),
    (_IN, "hang_up"): Do("hang_up"),
    (_ACTIVE, "hang_up"): Do("hang_up"),
    # After the last digit an analog line may be answered without telling, so keys and
    # transfers are the user's to judge.
    (_IDLE, "transfer"): _NO_CALL,
    (_DIALING, "transfer"): _NOT_YET,
    (_OUT, "transfer"): Do("transfer"),
    (_IN, "transfer"): _INCOMING,
    (_ACTIVE, "transfer"): Do("transfer"),
    (_IDLE, "dtmf"): _NO_CALL,
    (_DIALING, "dtmf"): _NOT_YET,
    (_OUT, "dtmf"): Do("dtmf"),
    (_IN, "dtmf"): _INCOMING,
    (_ACTIVE, "dtmf"): Do("dtmf"),
    **{(_IDLE, name): _NO_CALL for name in ("flash", "mute", "unmute")},
    **{(_DIALING, name): _NOT_YET for name in ("flash", "mute", "unmute")},
    **{(_IN, name): _INCOMING for name in ("flash", "mute", "unmute")},
    **{(state, "flash"): Do("flash") for state in (_OUT, _ACTIVE)},
    **{(state, name): Do("mute") for state in (_OUT, _ACTIVE) for name in ("mute", "unmute")},
}
"""What a verb does in each state but offline, where there is nothing to do it with."""

EVENTS: dict[tuple[DeskState, str], DeskState] = {
    (_OFFLINE, "line_ready"): _IDLE,
    **{(state, "line_lost"): _OFFLINE for state in DeskState},
    (_IDLE, "dial_begun"): _DIALING,
    (_DIALING, "dialled"): _OUT,
    (_DIALING, "ringing_out"): _OUT,
    (_DIALING, "dial_failed"): _IDLE,
    (_DIALING, "answered"): _ACTIVE,
    (_OUT, "answered"): _ACTIVE,
    (_IDLE, "ring"): _IN,
    (_IN, "answered"): _ACTIVE,
    (_IN, "ring_stopped"): _IDLE,
    **{(state, "call_ended"): _IDLE for state in (_DIALING, _OUT, _IN, _ACTIVE)},
}
"""Where an event leads."""


def verb(state: DeskState, name: str) -> Do | Refuse:
    """What the verb does in this state. Not to be asked of an offline desk."""
    return VERBS[state, name]


def after(state: DeskState, event: str) -> DeskState:
    """The state after an event."""
    return EVENTS.get((state, event), state)
