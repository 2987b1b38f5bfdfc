"""pytest's plug-in in the guest: tells the host when the first test begins."""

from __future__ import annotations

from .guest import say
from .marks import TESTING

_said = False


def pytest_runtest_logstart() -> None:
    """Before each test."""
    global _said
    if not _said:
        _said = True
        say(TESTING)
