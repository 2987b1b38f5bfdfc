"""How long things took: a table."""

from __future__ import annotations

from collections import defaultdict
from statistics import median


class Times:
    """Seconds by what took them. `str` is the table, as Markdown."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, list[float]] = defaultdict(list)

    def took(self, what: str, seconds: float) -> None:
        """Something took that long, once more."""
        self._seconds[what].append(seconds)

    def __str__(self) -> str:
        rows = [
            f"| {what} | {len(all_)} | {median(all_):.2f} | {max(all_):.2f} |\n"
            for what, all_ in self._seconds.items()
        ]
        return "| what | times | p50 (s) | max (s) |\n| --- | --- | --- | --- |\n" + "".join(rows)
