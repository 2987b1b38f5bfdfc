"""What came out of a run: the marks of each test by row and column, and the table they make."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .backend import Row
from .columns import COLUMNS, lacking
from .table import Line, Mark, Table, cell, merged, parse, put_in, reasons, render, within

REGENERATE = "if that is right, write it down by: make conformance"


@dataclass(frozen=True, slots=True)
class Test:
    """A test of the suite: which cells it fills, and the mark that its passing gives."""

    __test__ = False

    row: Row
    columns: tuple[str, ...]
    mark: Mark


def filling(row: Row, checks: Sequence[str], fact: str) -> Test | None:
    """The test that checks these columns, or shows the lack of `fact`; None: not on this row."""
    if fact:
        columns = tuple(name for name in COLUMNS if lacking(name, row.lacks) == fact)
        return Test(row, columns, Mark.LACKING) if columns else None
    if any(lacking(column, row.lacks) for column in checks):
        return None
    return Test(row, tuple(checks), Mark.PASSED)


@dataclass
class Recorder:
    """Gathers the outcomes of one run. rows: all that may run."""

    rows: Sequence[Row]
    whole: bool = True
    """All tests of the suite were chosen."""
    chosen: dict[str, Test] = field(default_factory=dict)
    """By the test's id."""
    came: dict[str, Mark] = field(default_factory=dict)
    unchecked: dict[tuple[str, str], str] = field(default_factory=dict)
    """(row, column) -> why it was not checked."""

    def took(self, test: str, mark: Mark, why: str = "") -> None:
        """A phase of a test came out so; the worst counts."""
        self.came[test] = cell([mark, self.came.get(test, mark)])
        if mark is Mark.UNCHECKED:
            for column in self.chosen[test].columns:
                self.unchecked.setdefault((self.chosen[test].row.name, column), why)

    @property
    def complete(self) -> bool:
        """Every test of the suite ran, but for those of rows that cannot run here."""
        able = {test for test, of in self.chosen.items() if not of.row.missing}
        return self.whole and able == set(self.came)

    def untested(self) -> list[str]:
        """Cells that no test fills: a defect of the suite."""
        filled = {
            (test.row.name, column) for test in self.chosen.values() for column in test.columns
        }
        return [
            f"{row.name}: {column}"
            for row in self.rows
            for column in COLUMNS
            if (row.name, column) not in filled
        ]

    def table(self) -> Table:
        """The rows that ran."""
        marks: dict[str, dict[str, list[Mark]]] = {}
        for test, mark in self.came.items():
            of = self.chosen[test]
            row = marks.setdefault(of.row.name, {})
            for column in of.columns:
                row.setdefault(column, []).append(mark)
        return {
            row.name: Line(
                row.what,
                row.ours,
                {column: cell(of) for column, of in marks[row.name].items()},
                self._note(row),
            )
            for row in self.rows
            if row.name in marks
        }

    def _note(self, row: Row) -> str:
        alike = next(one for one in self.rows if one.lacks == row.lacks)
        notes = [f"as `{alike.name}`" if alike is not row else reasons(row.lacks)]
        by_reason: dict[str, list[str]] = {}
        for (name, column), why in sorted(self.unchecked.items()):
            if name == row.name:
                by_reason.setdefault(why, []).append(f"*{column}*")
        notes += [f"not checked {', '.join(of)}: {why}" for why, of in by_reason.items()]
        return "; ".join(filter(None, notes))

    def document(self, document: str, order: Iterable[str]) -> str:
        """The document with the table as it came out."""
        return put_in(document, render(merged(parse(within(document)), self.table(), order)))

    def differences(self, document: str, order: Iterable[str]) -> list[str]:
        """Where the kept table is not what came out; nothing if only a part ran."""
        if not self.complete:
            return []
        if untested := self.untested():
            return [f"no test fills {one}" for one in untested]
        kept, came = document.splitlines(), self.document(document, order).splitlines()
        return [
            line
            for line in difflib.unified_diff(kept, came, "kept", "came out", lineterm="", n=0)
            if not line.startswith(("---", "+++", "@@"))
        ]
