"""What a handset's lamps say, from what the desk is doing. Pure."""

from collections.abc import Collection
from enum import Enum, auto

from hookflash import Lamps

from .call import Call
from .transitions import DeskState


class Phase(Enum):
    """What the desk is doing, as a person with a handset sees it."""

    OFFLINE = auto()
    IDLE = auto()
    """On hook, or being put there."""
    RINGING = auto()
    CALL = auto()
    """In a call, or on the way into one: the number or the answer is under way."""


def phase(state: DeskState, under_way: Collection[str]) -> Phase:
    """The phase in a state of the desk, with these operations of the line under way."""
    if state is DeskState.OFFLINE:
        return Phase.OFFLINE
    # From here on the call is over for the person: the lamps go dark with the hand's movement,
    # and a handset that is lifted again at once is heard.
    if state is DeskState.IDLE or "hang_up" in under_way:
        return Phase.IDLE
    if state is DeskState.RINGING_IN and "answer" not in under_way:
        return Phase.RINGING
    return Phase.CALL


def lamps(
    now: Phase, call: Call | None, *, seized: bool, held: bool, muted: bool, digits: str
) -> Lamps:
    """The lamps. seized: lifted, and a number is awaited; digits: what is typed of it.

    held, muted: the call is.
    """
    return Lamps(
        ringing=now is Phase.RINGING,
        off_hook=now is Phase.CALL or seized,
        held=held,
        muted=muted,
        text=_who(call) if now in (Phase.RINGING, Phase.CALL) else digits,
    )


def _who(call: Call | None) -> str:
    """Who is at the other end: name and number, as far as known."""
    return "\n".join(filter(None, (call.name, call.number))) if call is not None else ""
