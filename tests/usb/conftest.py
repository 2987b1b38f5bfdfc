"""The tests of this folder need a kernel with USB devices of its own: `make bench-usb` runs them.

Elsewhere none of them is so much as imported. Their fixtures: support/usbfixtures.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.nodes import Collector, Item

from usbbench.run import INSIDE


class Elsewhere(pytest.Module):
    """A test module that is not run here."""

    def collect(self) -> Iterator[Item | Collector]:
        """Nothing, and why."""
        pytest.skip("runs in the virtual USB bench alone: make bench-usb", allow_module_level=True)


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    """Modules as ever in the bench."""
    if INSIDE in os.environ:
        return None
    module: pytest.Module = Elsewhere.from_parent(parent, path=module_path)
    return module
