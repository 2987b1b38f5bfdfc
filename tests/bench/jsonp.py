"""From a page's request to the bytes at the tty, and to the whole answer."""

import itertools
import time
from dataclasses import dataclass

from bench.agents import Door, agent_door, bare_door
from bench.children import Children
from bench.table import Row, Series

SPACING = 0.15
"""Seconds of rest before each sample of the spaced rows: more than the default gap (0.1 s)."""

_numbers = itertools.count(5550000)


@dataclass
class _Pair:
    """Series of one door."""

    door: Door
    to_tty: Series
    answer: Series

    def begin_round(self) -> None:
        self.to_tty.begin_round()
        self.answer.begin_round()

    def sample(self, rest: float) -> None:
        number = str(next(_numbers))
        time.sleep(rest)
        to_tty, answer = self.door.dial(number)
        self.to_tty.add(to_tty)
        self.answer.add(answer)
        self.door.hang_up()


def measure(children: Children, *, quick: bool) -> list[Row]:
    """Back to back without a gap, then spaced wider than the default gap."""
    bare = bare_door(children)
    return [
        *_rows(
            "gap 0, back to back",
            agent_door(children, 0),
            bare,
            rounds=2 if quick else 9,
            per_round=20 if quick else 150,
            rest=0.0,
        ),
        *_rows(
            f"default gap, {SPACING * 1000:.0f} ms rest before each",
            agent_door(children, None),
            bare,
            rounds=1 if quick else 5,
            per_round=4 if quick else 40,
            rest=SPACING,
        ),
    ]


def _rows(
    how: str, agent: Door, bare: Door, *, rounds: int, per_round: int, rest: float
) -> list[Row]:
    ours = _Pair(agent, Series(), Series())
    peer = _Pair(bare, Series(), Series())
    for pair in (ours, peer):  # warm up
        pair.begin_round()
        for _ in range(min(per_round, 10)):
            pair.sample(rest)
        pair.to_tty.rounds.clear()
        pair.answer.rounds.clear()
    for _ in range(rounds):
        ours.begin_round()
        peer.begin_round()
        if rest:  # sample by sample: both after the same rest, in the same minute
            for _ in range(per_round):
                ours.sample(rest)
                peer.sample(rest)
        else:
            for pair in (ours, peer):
                for _ in range(per_round):
                    pair.sample(rest)
    size = ours.to_tty.size
    rows = [
        Row(
            figure=f"JSONP request to tty, {name}, {how}",
            unit="ms",
            ours=mine,
            samples=size,
            peer=theirs,
            peer_name="bare loop",
            aim="≤ 1.5 x peer + 1 ms",
            limit=1.5 * theirs + 1.0,
        )
        for name, mine, theirs in (
            ("p50", ours.to_tty.p50, peer.to_tty.p50),
            ("p99", ours.to_tty.p99, peer.to_tty.p99),
        )
    ]
    answers = [
        Row(
            figure=f"JSONP request to whole answer, {name}, {how}",
            unit="ms",
            ours=mine,
            samples=size,
            peer=theirs,
            peer_name="bare loop",
        )
        for name, mine, theirs in (
            ("p50", ours.answer.p50, peer.answer.p50),
            ("p99", ours.answer.p99, peer.answer.p99),
        )
    ]
    return rows + answers
