"""Rings out of RING results and of ring cadence (`+VDR`), in any mixture. Pure: times are given.

With +VDR on, a modem tells each burst at its end (`DRON=5`) and each silence at its end, which is
when the next burst begins (`DROF=11`); unit 100 ms (AN93 p 174). RING may not come at all
(`+VDR=1,0`, Conexant 102184B 5-20), n/10 s after each burst (`1,n`), or as ever (`1,0` of MultiTech
S000263C p 116). So both are signs of a ring, and one ring may have many signs.

The rule. Bursts with less than BETWEEN of silence between them are one ring: no pattern known has
more than 1.1 s within a ring (Lucent) or less than 2 s between rings (UK). DROF says how long a
silence was; where it is missing, arrival times do. RING belongs to the ring whose burst ended less
than BETWEEN ago, or which another RING told less than DOUBLED ago.

When a ring is told. At once, at RING or at the end of a burst that is too long to be part of a
pattern; else as soon as no more bursts can follow, `due`: a ring that is short-short on an
exchange and short on the page would be worse than one that is told late.

Limits. A ring told at RING before its first burst ended has the cadence of the ring before it: none
if it is the first. Without any DRON or DROF, bursts more than DOUBLED apart that each have a RING
count as rings. `+VDR=1,n` with n above 10 may count rings twice: RING then comes when the next ring
might.
"""

import re
from dataclasses import dataclass, field

from .codes import is_ring, ring_pattern

BETWEEN = 1.5
"""Seconds of silence from which on bursts belong to two rings."""

DOUBLED = 1.0
"""Seconds within which a second RING is the first again: some modems say each twice."""

JITTER = 0.3
"""Seconds by which a line may arrive late."""

MAX_BURSTS = 4
"""Bursts of one ring; Bellcore's distinctive rings have three. What goes on is another ring."""

UNIT_MS = 100
"""What DRON and DROF count in."""

_ITEM = re.compile(r"DR(ON|OF) *= *(\d{1,5})", re.ASCII)
_LINE = re.compile(rf"(?:{_ITEM.pattern}[ ,;]*)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rung:
    """One ring to be told.

    pattern: the modem's own name (`A`, `2`), or on-off-on in ms (`500-1100-500`, `2000`), or empty.
    by_cadence: no RING told it, but DRON lines.
    """

    pattern: str
    by_cadence: bool


@dataclass(slots=True)
class _Ring:
    """The ring in progress. Times in seconds, lengths in ms."""

    began: float
    told: bool
    last: float | None = None
    """When the last DRON or DROF of it came; None while there was only RING."""
    off: int | None = None
    """The silence that DROF told after the last burst."""
    count: int = 0
    bursts: list[int] = field(default_factory=list)
    """On, off, on ... as far as known."""

    @property
    def cadence(self) -> str:
        return "-".join(map(str, self.bursts))

    @property
    def until(self) -> float:
        """When no more bursts can follow."""
        return (self.began if self.last is None else self.last) + BETWEEN + JITTER

    def same_ring(self, now: float) -> bool:
        """Tell whether a RING that comes now is this ring's."""
        if self.last is None:
            return now - self.began < DOUBLED
        return now - self.last < BETWEEN

    def goes_on(self, began: float) -> bool:
        """Tell whether a burst that began then is this ring's."""
        if self.count >= MAX_BURSTS:
            return False
        return began - (self.began if self.last is None else self.last) < BETWEEN

    def add(self, began: float, ms: int, now: float) -> None:
        """Take a burst. Where neither DROF nor the clock tells the silence, it is only counted."""
        if not self.bursts or self.last is None:
            self.bursts = [ms]
        else:
            off = self.off
            if off is None:
                off = round((began - self.last) * 1000 / UNIT_MS) * UNIT_MS
            if off > 0:
                self.bursts += [off, ms]
        self.count += 1
        self.last, self.off = now, None


def is_cadence(text: str) -> bool:
    """True for a line of DRON and DROF, one or several, and nothing else."""
    return _LINE.fullmatch(text) is not None


class Cadence:
    """Counts rings once, however often the modem tells them. `now` in seconds, never falling."""

    def __init__(self) -> None:
        self._ring: _Ring | None = None
        self._known = ""
        """The cadence of this call's last ring."""

    @property
    def due(self) -> float | None:
        """When `expire` will have a ring to tell; None while none waits."""
        ring = self._ring
        return None if ring is None or ring.told else ring.until

    def take(self, text: str, now: float) -> list[Rung]:
        """The rings told by a line: RING in its spellings, or DRON and DROF. Others say nothing."""
        if is_ring(text):
            return self.ring(ring_pattern(text), now)
        if not is_cadence(text):
            return []
        rings: list[Rung] = []
        for item in _ITEM.finditer(text):
            heard = self.dron if item[1] == "ON" else self.drof
            rings += heard(int(item[2]) * UNIT_MS, now)
        return rings

    def ring(self, name: str, now: float) -> list[Rung]:
        """RING, or `<DLE>R`, came. name: the distinctive ring's own, or empty."""
        ring = self._ring
        if ring is None or not ring.same_ring(now):
            rings = self._close()
            self._ring = _Ring(began=now, told=True)
            return [*rings, Rung(name or self._known, by_cadence=False)]
        if name and not ring.told:
            ring.told = True
            return [Rung(name, by_cadence=False)]
        return []

    def dron(self, ms: int, now: float) -> list[Rung]:
        """A burst of `ms` has just ended. One of no length is no ring: a parallel phone's pulse."""
        if ms <= 0:
            return []
        began = now - ms / 1000
        rings: list[Rung] = []
        ring = self._ring
        if ring is None or not ring.goes_on(began):
            rings = self._close()
            ring = self._ring = _Ring(began=began, told=False)
        ring.add(began, ms, now)
        if ms >= BETWEEN * 1000:
            rings += self._tell(ring)
        return rings

    def drof(self, ms: int, now: float) -> list[Rung]:
        """A silence of `ms` has just ended, and a burst begins."""
        ring = self._ring
        if ring is None:
            return []
        # A counter that ran over tells too little; then the clock knows better.
        if ms >= BETWEEN * 1000 or not ring.goes_on(now - ms / 1000):
            return self._close()
        ring.last, ring.off = now, ms
        return []

    def expire(self, now: float) -> list[Rung]:
        """The ring that waited for more bursts, if none can follow any more."""
        ring = self._ring
        return self._tell(ring) if ring is not None and now >= ring.until else []

    def clear(self) -> None:
        """The call rings no more: forget it, and what was not told."""
        self._ring = None
        self._known = ""

    def _tell(self, ring: _Ring) -> list[Rung]:
        if ring.told:
            return []
        ring.told = True
        return [Rung(ring.cadence, by_cadence=True)]

    def _close(self) -> list[Rung]:
        ring, self._ring = self._ring, None
        if ring is None:
            return []
        self._known = ring.cadence or self._known
        return self._tell(ring)
