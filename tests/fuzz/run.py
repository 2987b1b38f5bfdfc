"""`make fuzz`: each target for its share of FUZZ_SECONDS; figures, and what was found.

FUZZ_TARGETS: names of some of the targets, with blanks between. REPLAY: a kept input to be played
instead. Inputs that reached something new are kept in build/fuzz/NAME/corpus and are where the next
run begins. Exit status 1 if anything was found.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from .minimise import minimise_file
from .replay import play
from .seeds import seeds
from .targets import TARGETS, Target

BUILD = Path("build/fuzz")
SECONDS = 60.0
STARTING = 3.0
"""Seconds that a target needs to begin and to have its lines counted, beside its share."""

SLOWEST = 20
"""Seconds after which an input is taken to hang."""

MEMORY_MB = 512
"""What a target may use: far above what it needs, far below what a leak comes to."""


@dataclass
class Outcome:
    """How a target fared."""

    name: str
    runs: int = 0
    seconds: float = 0.0
    edges: str = "?"
    features: str = "?"
    lines: list[tuple[str, int, int]] = field(default_factory=list)
    finding: Path | None = None
    said: str = ""
    """What the target said last, if it ended badly."""


def main() -> int:
    """Run all, or those that are asked for."""
    if kept := os.environ.get("REPLAY"):
        path = Path(kept)
        return play(path.parent.name, path.read_bytes())
    names = os.environ.get("FUZZ_TARGETS", "").split() or list(TARGETS)
    unknown = set(names) - set(TARGETS)
    if unknown:
        print(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
        return 2
    budget = float(os.environ.get("FUZZ_SECONDS") or SECONDS)
    weights = sum(TARGETS[name].weight for name in names)
    left = max(budget - STARTING * len(names), 0.0)
    outcomes = []
    print(f"{'target':13}{'runs':>9}{'/s':>8}{'edges':>7}{'features':>10}  lines of what is fuzzed")
    for name in names:
        share = max(1, round(left * TARGETS[name].weight / weights))
        outcome = fuzz(name, TARGETS[name], share)
        outcomes.append(outcome)
        show(outcome)
    found = [outcome for outcome in outcomes if outcome.said]
    for outcome in found:
        tell(outcome)
    print(f"findings: {len(found)}")
    return 1 if found else 0


def fuzz(name: str, target: Target, seconds: int) -> Outcome:
    """Run one target in a process of its own."""
    home = BUILD / name
    corpus, first = home / "corpus", home / "seeds"
    for directory in (corpus, first):
        directory.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (first / str(number)).write_bytes(seed)
    words = home / "words"
    words.write_text("".join(f'"{escaped(word)}"\n' for word in target.words or (b"\0",)))
    before = set(home.iterdir())
    command = [
        *(sys.executable, "-m", "fuzz.harness", name, str(corpus), str(first)),
        *(f"-max_total_time={seconds}", f"-max_len={target.longest}", "-len_control=20"),
        *(f"-timeout={SLOWEST}", f"-rss_limit_mb={MEMORY_MB}", f"-artifact_prefix={home}/"),
        *(f"-dict={words}", "-print_final_stats=1"),
    ]
    began = time.monotonic()
    done = subprocess.run(
        command, check=False, env=environment(), capture_output=True, encoding="latin-1"
    )
    outcome = Outcome(name, seconds=time.monotonic() - began)
    read(done.stderr, outcome)
    if done.returncode:
        outcome.said = "\n".join(done.stderr.splitlines()[-15:])
        outcome.finding = next(iter(sorted(set(home.iterdir()) - before)), None)
    outcome.lines = count(name, [*corpus.iterdir(), *first.iterdir()], max(3.0, seconds / 10))
    return outcome


def environment() -> dict[str, str]:
    """For the same in each run: sets in the same order."""
    return {**os.environ, "PYTHONHASHSEED": "0"}


def escaped(word: bytes) -> str:
    """As a line of a libFuzzer dictionary."""
    plain = re.compile(rb"[ !#-\[\]-~]")
    return "".join(chr(b) if plain.fullmatch(bytes([b])) else f"\\x{b:02x}" for b in word)


def read(log: str, outcome: Outcome) -> None:
    """Take the figures from what libFuzzer says."""
    if runs := re.findall(r"^#(\d+)\s", log, re.MULTILINE):
        outcome.runs = int(runs[-1])
    if done := re.search(r"^Done (\d+) runs in (\d+) second", log, re.MULTILINE):
        outcome.runs, outcome.seconds = int(done[1]), float(done[2])
    if figures := re.findall(r"cov: (\d+) ft: (\d+)", log):
        outcome.edges, outcome.features = figures[-1]


def count(name: str, files: list[Path], seconds: float) -> list[tuple[str, int, int]]:
    """The lines that what was kept runs, module by module."""
    limit = f"--count={seconds}"
    command = [sys.executable, "-m", "fuzz.replay", limit, name, *map(str, files)]
    done = subprocess.run(
        command, check=False, env=environment(), capture_output=True, encoding="utf-8"
    )
    found = [line.rsplit(" ", 2) for line in done.stdout.splitlines()]
    return [(module, int(run), int(there)) for module, run, there in found]


def show(outcome: Outcome) -> None:
    """One row of figures."""
    speed = outcome.runs / outcome.seconds if outcome.seconds else 0.0
    lines = ", ".join(f"{module} {run / there:.0%}" for module, run, there in outcome.lines)
    print(
        f"{outcome.name:13}{outcome.runs:9}{speed:8.0f}{outcome.edges:>7}{outcome.features:>10}"
        f"  {lines or 'not counted'}",
        flush=True,
    )


def tell(outcome: Outcome) -> None:
    """A finding, made small, and how to see it again."""
    print(f"\n--- found in {outcome.name} ---")
    if outcome.finding is None:
        print(outcome.said)
        return
    small = minimise_file(outcome.name, outcome.finding)
    play(outcome.name, small.read_bytes())
    print(f"kept: {outcome.finding}\nto see it again: make fuzz REPLAY={small}\n")


if __name__ == "__main__":
    sys.exit(main())
