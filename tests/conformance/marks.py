"""How a test says what it checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from .columns import COLUMNS, FACTS

F = TypeVar("F", bound=Callable[..., None])


def checks(*columns: str) -> Callable[[F], F]:
    """The test is one of those that fill these columns; for rows that lack no fact of them."""
    assert columns
    assert all(column in COLUMNS for column in columns), columns
    mark: Callable[[F], F] = pytest.mark.checks(*columns)
    return mark


def shows_lack_of(fact: str) -> Callable[[F], F]:
    """The test shows, for rows that lack the fact, that they do: it fills their columns."""
    assert fact in FACTS, fact
    mark: Callable[[F], F] = pytest.mark.shows_lack_of(fact)
    return mark


def figures(**of_settings: object) -> Callable[[F], F]:
    """Figures of LineSettings that the test's line is opened with."""
    mark: Callable[[F], F] = pytest.mark.figures(**of_settings)
    return mark


rung = pytest.mark.rung
"""Calls come in: costs seconds where calls are refused for a while after the line was opened."""
