"""The suite's side of pytest: which rows run, what came of each cell, and the kept table."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

import pytest

from .backend import NotChecked, Row
from .metal import add_options, metal_row
from .recorder import REGENERATE, Recorder, Test, filling
from .rows import ROWS
from .table import DOCUMENT, Mark

HERE = Path(__file__).parent
RECORDER = pytest.StashKey[Recorder]()
TEST = pytest.StashKey[Test]()
SAYS = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "the conformance suite (docs/conformance.md)")
    group.addoption("--write-table", action="store_true", help="write what came out into the table")
    group.addoption("--table", type=Path, default=DOCUMENT, help="where the table is kept")
    group.addoption("--usb", action="store_true", help="on simulated USB devices: make bench-usb")
    add_options(group)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "checks(*columns): fills these columns of the table")
    config.addinivalue_line("markers", "shows_lack_of(fact): for rows that lack it")
    config.addinivalue_line("markers", "rung: calls come in")
    config.addinivalue_line("markers", "figures(**of_settings): the line is opened with these")


def recorder(config: pytest.Config) -> Recorder:
    """The run's recorder; made when the suite is first collected, and with it the row of metal."""
    if RECORDER not in config.stash:
        row = metal_row(config)
        config.stash[RECORDER] = Recorder(_rows(config) if row is None else (row,))
    return config.stash[RECORDER]


def _rows(config: pytest.Config) -> Sequence[Row]:
    if not config.getoption("usb"):
        return ROWS
    from .usb import USB_ROWS  # needs what only Linux has

    return USB_ROWS


def rows_for(metafunc: pytest.Metafunc) -> list[Row]:
    """The rows that a test of the suite runs on."""
    checks, fact = _marks(metafunc.definition)
    return [row for row in recorder(metafunc.config).rows if filling(row, checks, fact) is not None]


def _marks(item: pytest.Item) -> tuple[tuple[str, ...], str]:
    checks = item.get_closest_marker("checks")
    lack = item.get_closest_marker("shows_lack_of")
    if (checks is None) == (lack is None):
        raise pytest.Collector.CollectError(f"{item.name}: it checks columns, or shows a lack")
    return (checks.args if checks else ()), (lack.args[0] if lack else "")


def pytest_collection(session: pytest.Session) -> None:
    """A line that cannot be opened ends the run before it begins."""
    if session.config.getoption("line"):
        recorder(session.config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Before anything is deselected: note what each test is for; slow rows come last."""
    if config.getoption("line") or config.getoption("usb"):
        _drop(config, items, [one for one in items if HERE in one.path.parents and not _row(one)])
    places = [place for place, item in enumerate(items) if _row(item) is not None]
    if not places:
        return
    suite = sorted((items[place] for place in places), key=_is_slow)
    for place, item in zip(places, suite, strict=True):
        items[place] = item
        row = _row(item)
        assert row is not None
        test = filling(row, *_marks(item))
        assert test is not None
        item.stash[TEST] = recorder(config).chosen[item.nodeid] = test
        if row.by_hand:
            item.add_marker(pytest.mark.timeout(0))
    parts = any("::" in arg for arg in config.args)
    recorder(config).whole = not parts and {item.path for item in suite} >= set(_modules())


def _drop(config: pytest.Config, items: list[pytest.Item], dropped: list[pytest.Item]) -> None:
    """Leave out tests of the suite itself, which devices elsewhere have nothing to do with."""
    items[:] = [item for item in items if item not in dropped]
    config.hook.pytest_deselected(items=dropped)


def _row(item: pytest.Item) -> Row | None:
    """The row of a test of the suite; None for all other tests."""
    callspec = getattr(item, "callspec", None)
    row = callspec.params.get("row") if callspec is not None else None
    return row if isinstance(row, Row) else None


def _is_slow(item: pytest.Item) -> bool:
    row = _row(item)
    return row is not None and row.slow_calls


def _modules() -> Iterable[Path]:
    """The modules of the suite: all that mark a test."""
    return (path for path in HERE.glob("test_*.py") if "@checks(" in path.read_text("utf-8"))


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        if TEST in item.stash:
            of = recorder(item.config)
            of.whole = False
            of.chosen.pop(item.nodeid, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if TEST in item.stash:
        took = recorder(item.config).took
        if call.excinfo is not None and isinstance(call.excinfo.value, NotChecked):
            why = str(call.excinfo.value)
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.location[1] or 0, why)
            took(item.nodeid, Mark.UNCHECKED, why)
        elif report.failed:
            took(item.nodeid, Mark.FAILED)
        elif report.passed and call.when == "call":
            took(item.nodeid, item.stash[TEST].mark)
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the table, or compare it with the kept one."""
    config = session.config
    if RECORDER not in config.stash or not recorder(config).came:
        return
    of, path = recorder(config), config.getoption("table")
    order = [row.name for row in ROWS]
    document = (path if path.exists() else DOCUMENT).read_text(encoding="utf-8")
    if config.getoption("write_table"):
        path.write_text(of.document(document, order), encoding="utf-8")
        config.stash[SAYS] = [f"written to {path}"]
    elif of.rows is ROWS and (differences := of.differences(document, order)):
        config.stash[SAYS] = [f"{path} is not what came out", *differences, REGENERATE]
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    says = terminalreporter.config.stash.get(SAYS, [])
    if says:
        terminalreporter.section("conformance table")
        for line in says:
            terminalreporter.line(line)
