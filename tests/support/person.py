"""Who sits at the PC, in a machine that has no logins and so no seats. For Linux only."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from usbbench.guest import PERSON

SEAT = Path("/run/systemd/seats/seat0")


@contextmanager
def seated(uid: int = PERSON) -> Iterator[None]:
    """Somebody sits here, as logind would say it: what is plugged in meanwhile is theirs."""
    sit_down(uid)
    try:
        yield
    finally:
        SEAT.unlink(missing_ok=True)


def sit_down(uid: int = PERSON) -> None:
    """Somebody sits here from now on."""
    SEAT.write_text(f"IS_VTCONSOLE=1\nACTIVE=c1\nACTIVE_UID={uid}\n")


@contextmanager
def stood_up() -> Iterator[None]:
    """Who sits here is away: what is plugged in meanwhile is nobody's."""
    seat = SEAT.read_text()
    SEAT.unlink()
    try:
        yield
    finally:
        SEAT.write_text(seat)


@contextmanager
def home(uid: int = PERSON) -> Iterator[Path]:
    """A folder of theirs, which they can get at."""
    folder = Path(tempfile.mkdtemp(prefix="home-"))
    try:
        folder.chmod(0o755)
        os.chown(folder, uid, uid)
        yield folder
    finally:
        shutil.rmtree(folder)
