"""How long each part of a run took."""

from __future__ import annotations

from . import marks

_NAMES = (
    ("prepared", None),
    ("booted", marks.BOOTED),
    ("udev", marks.READY),
    ("first test", marks.TESTING),
    ("tests", marks.TESTED),
)


class Phases:
    """Moments of a run; seconds by any clock that does not go back."""

    def __init__(self, begun: float, prepared: float) -> None:
        self._begun = begun
        self._prepared = prepared
        self._moments: dict[str, float] = {}

    def reached(self, mark: str, moment: float) -> None:
        """A mark was seen; its first time counts."""
        self._moments.setdefault(mark.partition(" ")[0], moment)

    def __str__(self) -> str:
        """`prepared 0.1 s, booted 8.2 s, …`: each since the one before; what was not reached is
        left out."""
        before, said = self._begun, []
        for name, mark in _NAMES:
            moment = self._prepared if mark is None else self._moments.get(mark)
            if moment is not None:
                said.append(f"{name} {moment - before:.1f} s")
                before = moment
        return ", ".join(said)
