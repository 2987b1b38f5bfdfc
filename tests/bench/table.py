"""Samples, rows, and the table made of them."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

ENOUGH_FOR_P99 = 100
"""Samples in a round that give a 99th percentile of its own; fewer are pooled over the rounds."""


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample below or at which `percent` of all lie (nearest rank)."""
    return sorted(samples)[math.ceil(len(samples) * percent / 100) - 1]


@dataclass
class Series:
    """Samples in rounds. What is quoted is the median over the rounds, so that one bad one,
    in which somebody else used the machine, does not count."""

    rounds: list[list[float]] = field(default_factory=list)

    def begin_round(self) -> None:
        """What follows belongs to a new round."""
        self.rounds.append([])

    def add(self, sample: float) -> None:
        """Add a sample to the round."""
        self.rounds[-1].append(sample)

    @property
    def p50(self) -> float:
        """Median over the rounds' medians."""
        return median(median(samples) for samples in self.rounds)

    @property
    def p99(self) -> float:
        """Median over the rounds' 99th percentiles; of all samples where rounds are short."""
        if min(map(len, self.rounds)) < ENOUGH_FOR_P99:
            return percentile([sample for samples in self.rounds for sample in samples], 99)
        return median(percentile(samples, 99) for samples in self.rounds)

    @property
    def size(self) -> str:
        """How many samples, in words."""
        per_round = {len(samples) for samples in self.rounds}
        return f"{len(self.rounds)} x {'/'.join(map(str, sorted(per_round)))}"


@dataclass(kw_only=True)
class Row:
    """One figure. `limit`: the aim as a number in the figure's unit; None: there is no aim."""

    figure: str
    unit: str
    ours: float
    samples: str = ""
    peer: float | None = None
    peer_name: str = ""
    aim: str = ""
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours to the peer's."""
        return self.ours / self.peer if self.peer else None

    @property
    def met(self) -> bool | None:
        """Was the aim met? None without an aim."""
        return None if self.limit is None else self.ours <= self.limit

    def markdown(self) -> str:
        """The row as a line of the table."""
        figure = f"{self.figure} ({self.samples})" if self.samples else self.figure
        peer = "–" if self.peer is None else f"{_number(self.peer, self.unit)} {self.peer_name}"
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f}"
        met = {None: "–", True: "yes", False: "no"}[self.met]
        cells = (figure, _number(self.ours, self.unit), peer, ratio, self.aim or "–", met)
        return f"| {' | '.join(cells)} |"

    def members(self) -> dict[str, Any]:
        """The row for JSON."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def markdown(rows: Sequence[Row]) -> str:
    """The table."""
    head = "| figure | ours | peer | ratio | aim | met |\n| --- | ---: | ---: | ---: | --- | --- |"
    return "\n".join([head, *(row.markdown() for row in rows)])


def _number(value: float, unit: str) -> str:
    """Three digits that count, but never beyond thousandths."""
    digits = 2 - math.floor(math.log10(value)) if value > 0 else 0
    return f"{value:.{max(0, min(3, digits))}f} {unit}"
