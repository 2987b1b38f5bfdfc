"""The call in progress, as pages and logs see it."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from hookflash import Direction

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
