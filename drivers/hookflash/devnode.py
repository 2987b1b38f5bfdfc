"""Device nodes: who has one open, and who may not open it. For Linux only.

By `/proc`, which shows the descriptors of one's own processes only, unless one is root, and by the
lock files in which older programs write who uses a serial port.
"""

import grp
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from . import udev

FIRST_PERSON = 1000
"""The least uid of a person; below are the system's services (login.defs, UID_MIN)."""

PROC = Path("/proc")
LOCKS = Path("/run/lock")

PTY_MAJORS = range(136, 144)
"""Major numbers of pseudo terminals (Linux, Documentation/admin-guide/devices.txt)."""


def others(path: str) -> list[str] | None:
    """Other processes that have the node open: `name (pid n)`, by number; None if it cannot be
    told that there are none.

    Descriptors of a person's processes are hidden from a service; what system services have open
    is taken to be nothing. A look through /proc takes milliseconds: for the moment when something
    is opened or something odd happened, not for polling.
    """
    try:
        node = Path(path).stat()
    except OSError:  # unplugged: nobody holds what is not there
        return []
    name = Path(path).resolve().name
    found = []
    # /proc may be mounted so that one does not even see what belongs to others (hidepid).
    hidden = 0 < os.geteuid() < FIRST_PERSON
    try:
        pids = sorted(int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal())
    except OSError:  # no /proc
        return None
    for pid in pids:
        try:
            if pid != os.getpid() and _holds(pid, node, name):
                found.append(_process(pid))
        except PermissionError:
            hidden = hidden or _is_a_persons(pid)
        except OSError:  # ended meanwhile
            continue
    return None if hidden and not found else found


def tty_holders(path: str) -> list[str]:
    """Other processes that use a serial port, as far as can be told: `name (pid n)`.

    A program that has the tty open, or has written itself into the port's lock file; for not every
    program locks as we do (flock), and two that read one port get half of it each. Nobody holds a
    pseudo terminal: the program at its other end may have this one open, too.
    """
    if is_pty(path):
        return []
    return others(path) or _lock_holder(path)


def is_pty(path: str) -> bool:
    """Is it a pseudo terminal?"""
    try:
        return os.major(Path(path).stat().st_rdev) in PTY_MAJORS
    except OSError:  # nothing is there
        return False


def holders_text(path: str, programs: Sequence[str]) -> str:
    """Who holds a node, for a message: these programs, else how to see them."""
    if programs:
        return ", ".join(programs)
    if _is_ours(path):
        return "this program (is the device named twice?)"
    return f"another program (see it with: sudo fuser -v {path})"


def permission_trouble(path: str, driver: str, vendor: int, product: int) -> str:
    """`no permission` and the cure; "" if this user may open the node, or there is none.

    driver: as in `udev.cure`.
    """
    if not Path(path).exists() or os.access(path, os.R_OK | os.W_OK):
        return ""
    return f"no permission; {permission_cure(path, driver, vendor, product)}"


def permission_cure(path: str, driver: str, vendor: int, product: int) -> str:
    """What to do where this user may not open a node: join the group that may, or the rules."""
    try:
        node = Path(path).stat()
        shared = node.st_gid != 0 and stat.S_IMODE(node.st_mode) & 0o060 == 0o060
        group = grp.getgrgid(node.st_gid).gr_name if shared else ""
    except (OSError, KeyError):
        group = ""
    if group:
        return f"add the user to its group ({group}) and log in again"
    return udev.cure(driver, vendor, product)


def _lock_holder(path: str) -> list[str]:
    """The process of a port's lock file, LCK..ttyACM0: a number in ASCII (FHS 3.0, 5.9), if it
    lives. Some write the number as a binary integer: then the file tells nothing here."""
    name = Path(path).resolve().name
    try:
        pid = int((LOCKS / f"LCK..{name}").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return []
    lives = pid > 0 and pid != os.getpid() and (PROC / str(pid)).exists()
    return [_process(pid)] if lives else []


def _process(pid: int) -> str:
    try:
        name = (PROC / str(pid) / "comm").read_text().strip()
    except OSError:  # ended meanwhile
        name = "a process"
    return f"{name} (pid {pid})"


def _holds(pid: int, node: os.stat_result, name: str) -> bool:
    """Has the process a descriptor of this character device?

    Asked for its link first: to stat what others have open may hang on a dead file server.
    """
    for link in (PROC / str(pid) / "fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            if link.readlink().name == name and link.stat().st_rdev == node.st_rdev:
                return True
    return False


def _is_ours(path: str) -> bool:
    """Has this process the node open?"""
    try:
        return _holds(os.getpid(), Path(path).stat(), Path(path).resolve().name)
    except OSError:  # unplugged, or no /proc
        return False


def _is_a_persons(pid: int) -> bool:
    try:
        return (PROC / str(pid)).stat().st_uid >= FIRST_PERSON
    except OSError:  # ended meanwhile
        return False
