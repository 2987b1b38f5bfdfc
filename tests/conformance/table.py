"""The conformance table: its cells, how it stands in the document, and how that is read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from .columns import GROUPS, lacking

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"
BEGIN = "<!-- table: made by `make conformance` -->\n"
END = "<!-- end of table -->\n"
METAL = "metal: "
"""Names of rows of metal begin so: they stay when the others are made anew."""
USB = "usb: "
"""Names of rows of the virtual USB bench begin so: they stay, too."""


class Mark(StrEnum):
    """What stands in a cell; the first that any of its tests gives."""

    FAILED = "✗"
    PASSED = "✓"
    LACKING = "–"
    UNCHECKED = "·"


_ORDER = tuple(Mark)


def cell(marks: Iterable[Mark]) -> Mark:
    """What the marks of a cell's tests come to."""
    return min(marks, key=_ORDER.index, default=Mark.UNCHECKED)


@dataclass
class Line:
    """One row as the document shows it. what, ours: who is behind it. note: reasons, in words."""

    what: str = ""
    ours: str = ""
    marks: dict[str, Mark] = field(default_factory=dict)
    note: str = ""


Table = dict[str, Line]
"""Row name -> the row, in the order of the document."""


def render(table: Mapping[str, Line]) -> str:
    """The table as Markdown."""
    parts = [_grid(("row", "what runs", "whose it is"), _about(table))]
    for title, columns in GROUPS.items():
        names = [column.name for column in columns]
        rows = [
            [f"`{row}`", *(line.marks.get(name, Mark.UNCHECKED) for name in names)]
            for row, line in table.items()
        ]
        asked = "; ".join(f"*{column.name}*: {column.asks}" for column in columns)
        parts.append(f"### {title}\n\n{_grid(('', *names), rows)}\n{asked}.\n")
    notes = [f"- `{row}`: {line.note}\n" for row, line in table.items() if line.note]
    parts.append("### Why not\n\n" + "".join(notes))
    return "\n" + "\n".join(parts) + "\n"


def _about(table: Mapping[str, Line]) -> list[list[str]]:
    return [[f"`{row}`", line.what, line.ours] for row, line in table.items()]


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def within(document: str) -> str:
    """What stands between the marks of the document."""
    return document.partition(BEGIN)[2].partition(END)[0]


def put_in(document: str, table: str) -> str:
    """The document with this table in place of the one that it holds."""
    before, begin, rest = document.partition(BEGIN)
    end, after = rest.partition(END)[1:]
    if not begin or not end:
        raise ValueError(f"the document does not hold {BEGIN.strip()} and {END.strip()}")
    return f"{before}{BEGIN}{table}{END}{after}"


def parse(text: str) -> Table:
    """The table that `render` has made: its inverse, but for columns that there are no more."""
    table: Table = {}
    head: list[str] = []
    for line in text.splitlines():
        if line.startswith("| "):
            cells = [part.strip() for part in line.strip("|").split(" | ")]
            if cells[0] in ("", "row"):
                head = cells
            elif cells[0] != "---":
                _take(table.setdefault(cells[0].strip("`"), Line()), head, cells)
        elif line.startswith("- `"):
            row, _, note = line.removeprefix("- `").partition("`: ")
            table[row].note = note
    return table


def _take(row: Line, head: Sequence[str], cells: Sequence[str]) -> None:
    if head[0] == "row":
        _, row.what, row.ours = cells
    else:
        row.marks.update(zip(head[1:], map(Mark, cells[1:]), strict=True))


def reasons(lacks: Mapping[str, str]) -> str:
    """What a row lacks and why, where a column asks for it; facts of one reason together."""
    asked = {lacking(column.name, lacks) for columns in GROUPS.values() for column in columns}
    by_reason: dict[str, list[str]] = {}
    for fact, why in lacks.items():
        if fact in asked:
            by_reason.setdefault(why, []).append(f"*{fact}*")
    return "; ".join(f"{', '.join(facts)}: {why}" for why, facts in by_reason.items())


def merged(kept: Mapping[str, Line], came: Mapping[str, Line], order: Iterable[str]) -> Table:
    """The kept table with what came out; rows neither in `order` nor of other places are dropped.

    Cells that did not come keep what they were.
    """
    rows = [*order, *sorted({row for row in (*kept, *came) if row.startswith((METAL, USB))})]
    table: Table = {}
    for row in rows:
        old, new = kept.get(row, Line()), came.get(row)
        if new is not None:
            table[row] = Line(new.what, new.ours, old.marks | new.marks, new.note)
        elif row in kept:
            table[row] = old
    return table
