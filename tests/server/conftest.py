"""Fixtures of the server tests: a leak check, desks on fake lines, an agent on real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from hookflash_server.agent import Agent
from hookflash_server.config import Config
from support.door import LISTED, Door
from support.fake_line import DeskBench
from support.leaks import no_leaks

# The same examples in every run, and no clock: the machine may be loaded.
settings.register_profile("server", derandomize=True, deadline=None)
settings.load_profile("server")


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a thread or a descriptor behind."""
    with no_leaks():
        yield


@pytest.fixture
def defect_expected() -> None:
    """For tests that provoke a defect of ours."""


@pytest.fixture(autouse=True)
def no_defect_of_ours(
    caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Fail a test in which the agent logged a defect of its own."""
    yield
    if "defect_expected" not in request.fixturenames:
        records = [*caplog.get_records("setup"), *caplog.get_records("call"), *caplog.records]
        defects = [record for record in records if "a defect of ours" in record.getMessage()]
        assert not defects, [record.exc_info for record in defects]


@pytest.fixture
def make_bench() -> Iterator[Callable[..., DeskBench]]:
    """Make desks on fake lines; all are stopped at the end."""
    with ExitStack() as stack:

        def make(**options: Any) -> DeskBench:
            bench = DeskBench(**options)
            stack.callback(bench.close)
            return bench

        yield make


@pytest.fixture
def bench(make_bench: Callable[..., DeskBench]) -> DeskBench:
    """A desk whose line is being opened."""
    return make_bench()


@pytest.fixture
def door() -> Door:
    """The HTTP door, open to all."""
    return Door()


@pytest.fixture
def listed() -> Door:
    """The HTTP door, open to LISTED only."""
    return Door(policy=LISTED)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request to a desk waits longer than a moment."""
    monkeypatch.setattr("hookflash_server.desk.running.PATIENCE", 0.01)


@pytest.fixture
def reopen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk looks for its lost line without a pause."""
    monkeypatch.setattr("hookflash_server.desk.keeper.REOPEN_AFTER", (0.0,))


@pytest.fixture
def make_agent(tmp_path: Path) -> Iterator[Callable[..., Agent]]:
    """Start agents on free ports; all are stopped at the end."""
    with ExitStack() as stack:

        def make(**options: Any) -> Agent:
            agent = Agent(Config(port=0, state_dir=str(tmp_path / "state"), **options))
            stack.callback(agent.stop)
            agent.start()
            return agent

        yield make
