"""The table itself: what goes in comes out, and a run is held against it only if it was whole."""

from __future__ import annotations

from typing import NoReturn

import pytest

from .backend import Row
from .columns import COLUMNS, FACTS, lacking
from .recorder import Recorder, Test, filling
from .rows import ROWS
from .table import BEGIN, END, Line, Mark, cell, merged, parse, put_in, render, within


def nothing() -> NoReturn:
    raise AssertionError("no backend is made here")


def row(name: str, *lacks: str, missing: str = "") -> Row:
    return Row(
        name=name,
        make=nothing,
        lacks={fact: f"no {fact} here" for fact in lacks},
        what="made up",
        ours="ours",
        missing=missing,
    )


FULL, DEAF = row("full"), row("deaf", "ringback", "answer known")
ORDER = ["full", "deaf"]
EMPTY = f"# Head\n{BEGIN}{END}tail\n"


def run(*rows: Row, fails: tuple[str, str] = ("", "")) -> Recorder:
    """A whole run: one test for each column, or for the fact that a row lacks in its place."""
    recorder = Recorder(rows)
    for one in rows:
        facts = {lacking(column, one.lacks) for column in COLUMNS} - {""}
        tests = [filling(one, [column], "") for column in COLUMNS]
        tests += [filling(one, [], fact) for fact in sorted(facts)]
        for number, test in enumerate(filter(None, tests)):
            recorder.chosen[f"{one.name}-{number}"] = test
    for name, test in recorder.chosen.items():
        if not test.row.missing:
            failed = fails[0] == test.row.name and fails[1] in test.columns
            recorder.took(name, Mark.FAILED if failed else test.mark)
    return recorder


def test_every_fact_is_needed_and_every_need_is_a_fact() -> None:
    assert {fact for column in COLUMNS.values() for fact in column.needs} == set(FACTS)
    for one in ROWS:
        assert set(one.lacks) <= set(FACTS)
        assert all(one.lacks.values())


def test_a_column_s_test_runs_only_where_nothing_is_lacking() -> None:
    assert filling(FULL, ["ringback"], "") == Test(FULL, ("ringback",), Mark.PASSED)
    assert filling(DEAF, ["ringback"], "") is None
    assert filling(FULL, [], "ringback") is None
    shown = filling(DEAF, [], "ringback")
    assert shown == Test(DEAF, ("ringback", "answer by ringback"), Mark.LACKING)


@pytest.mark.parametrize(
    ("marks", "comes_to"),
    [
        ([], Mark.UNCHECKED),
        ([Mark.UNCHECKED, Mark.PASSED], Mark.PASSED),
        ([Mark.PASSED, Mark.FAILED, Mark.PASSED], Mark.FAILED),
        ([Mark.LACKING, Mark.FAILED], Mark.FAILED),
    ],
)
def test_what_the_tests_of_a_cell_come_to(marks: list[Mark], comes_to: Mark) -> None:
    assert cell(marks) is comes_to


def test_a_phase_that_fails_fails_the_test() -> None:
    recorder = run(FULL)
    name = next(iter(recorder.chosen))
    recorder.took(name, Mark.FAILED)
    recorder.took(name, Mark.PASSED)
    assert recorder.came[name] is Mark.FAILED


def test_what_is_written_can_be_read() -> None:
    table = run(FULL, DEAF, fails=("full", "dial")).table()
    assert table["full"].marks["dial"] is Mark.FAILED
    assert table["deaf"].marks["answer by ringback"] is Mark.LACKING
    assert table["deaf"].note.startswith("*ringback*: no ringback here")
    assert parse(render(table)) == table
    assert render(parse(render(table))) == render(table)


def test_the_document_keeps_its_head_and_tail() -> None:
    document = put_in(EMPTY, "table\n")
    assert document == f"# Head\n{BEGIN}table\n{END}tail\n"
    assert within(document) == "table\n"
    with pytest.raises(ValueError, match="does not hold"):
        put_in("no marks", "table\n")


def test_rows_of_metal_stay_and_others_that_are_gone_go() -> None:
    old = {"gone": Line("what", "ours"), "metal: mine": Line("mine", "not"), "full": Line("was")}
    new = merged(old, {"full": Line("is", marks={"dial": Mark.PASSED})}, ORDER)
    assert list(new) == ["full", "metal: mine"]
    assert new["full"].what == "is"


def test_cells_that_did_not_come_keep_what_they_were() -> None:
    old = {"full": Line(marks={"dial": Mark.FAILED, "busy": Mark.PASSED})}
    new = merged(old, {"full": Line(marks={"dial": Mark.PASSED})}, ORDER)
    assert new["full"].marks == {"dial": Mark.PASSED, "busy": Mark.PASSED}


def test_a_whole_run_is_held_against_the_kept_table() -> None:
    kept = run(FULL, DEAF).document(EMPTY, ORDER)
    assert run(FULL, DEAF).differences(kept, ORDER) == []
    differences = run(FULL, DEAF, fails=("full", "dial")).differences(kept, ORDER)
    assert [line[0] for line in differences] == ["-", "+"]
    assert "`full` | ✗" in differences[1]


def test_an_empty_table_differs() -> None:
    assert run(FULL, DEAF).differences(EMPTY, ORDER) != []


def test_a_part_of_the_suite_is_not_held_against_the_table() -> None:
    chosen = run(FULL, DEAF)
    chosen.whole = False
    assert chosen.differences(EMPTY, ORDER) == []
    stopped = run(FULL, DEAF)
    stopped.came.popitem()
    assert stopped.differences(EMPTY, ORDER) == []


def test_a_row_that_cannot_run_here_is_not_held_against_the_table() -> None:
    kept = run(FULL, DEAF).document(EMPTY, ORDER)
    assert (
        run(FULL, row("deaf", "ringback", missing="not installed")).differences(kept, ORDER) == []
    )


def test_a_cell_without_a_test_is_a_defect_of_the_suite() -> None:
    recorder = run(FULL)
    name = next(name for name, test in recorder.chosen.items() if test.columns == ("dial",))
    del recorder.chosen[name], recorder.came[name]
    assert recorder.differences(EMPTY, ORDER) == ["no test fills full: dial"]


def test_why_a_cell_was_not_checked_is_written() -> None:
    recorder = run(FULL)
    for name, test in recorder.chosen.items():
        if test.columns in (("dial",), ("busy",)):
            recorder.came.pop(name)
            recorder.took(name, Mark.UNCHECKED, "nobody here")
    line = recorder.table()["full"]
    assert line.marks["dial"] is line.marks["busy"] is Mark.UNCHECKED
    assert line.note == "not checked *busy*, *dial*: nobody here"
