"""Fixtures of the system tests: the agent in a process of its own, modems on ttys."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.agent import FAST_LINE, AgentProcess

StartAgent = Callable[..., AgentProcess]


@pytest.fixture
def start_agent(tmp_path: Path) -> Iterator[StartAgent]:
    """Starts agents on a tty; `line` adds to [desks.line], `more` goes before the desks."""
    with ExitStack() as agents:

        def start(tty: str, line: str = FAST_LINE, more: str = "") -> AgentProcess:
            config = f'{more}\n[[desks]]\n[desks.line]\nurl = "{tty}"\n{line}'
            return agents.enter_context(AgentProcess(tmp_path, config))

        yield start
