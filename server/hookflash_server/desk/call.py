"""The call in progress, as pages and logs see it."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from hookflash import Direction
from hookflash.events import Evidence

from .events import timestamp


@dataclass(slots=True)
class Call:
    """One call, from the first ring or digit to its end.

    certain: False while `state` is only a guess, and with it answered_at. absent: why an incoming
    call has no number (`withheld`, `unavailable`, or a CallerIdMissing's reason).
    reason: why it ended (an EndReason), empty before.
    """

    direction: Direction
    state: str
    number: str = ""
    name: str = ""
    absent: str = ""
    certain: bool = True
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    started_at: str = field(default_factory=timestamp)
    answered_at: str = ""
    ended_at: str = ""
    reason: str = ""

    def follow(self, state: str, kind: str, evidence: Evidence) -> None:
        """An event of this kind has led to this state of the call."""
        if state != self.state or kind in ("dialled", "ringing_out"):
            self.state = state
            # That the digits are out does not tell whether it rings over there.
            self.certain = evidence.certain and kind != "dialled"
        if kind == "answered":
            self.certain = evidence.certain
            self.answered_at = self.answered_at or timestamp()

    def members(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "id": self.id,
            "direction": self.direction.value,
            "state": self.state,
            "certain": self.certain,
            "number": self.number,
            "name": self.name,
            "absent": self.absent,
            "started_at": self.started_at,
            "answered_at": self.answered_at,
            "ended_at": self.ended_at,
            "reason": self.reason,
        }
