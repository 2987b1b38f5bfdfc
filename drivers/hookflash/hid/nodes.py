"""hidraw nodes, as hidapi does not tell of them. For Linux only.

Report descriptors, who else has a node open, why a node cannot be opened, and a wait for reports
that a close can end: `/dev/hidrawN`, its directory in sysfs, and `/proc`.
"""

import errno
import grp
import logging
import os
import select
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .. import udev
from ..errors import PortBusy, PortError
from .port import HidInfo

log = logging.getLogger(__name__)

FIRST_PERSON = 1000
"""The least uid of a person; below are the system's services (login.defs, UID_MIN)."""

_SYSFS = Path("/sys/class/hidraw")
_PROC = Path("/proc")


def descriptor_of(path: str) -> bytes:
    """The report descriptor of a node, by sysfs, which needs no rights; OSError if none."""
    return (_SYSFS / Path(path).resolve().name / "device" / "report_descriptor").read_bytes()


def others(path: str) -> list[str] | None:
    """Other processes that have the node open: `name (pid n)`, by number; None if it cannot be
    told that there are none.

    The kernel shows the descriptors of one's own processes only, unless one is root. So those of a
    person are hidden from a service; what system services have open is taken to be nothing. A look
    through /proc takes milliseconds: for the moment when something odd happened, not for polling.
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
        pids = sorted(int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())
    except OSError:  # no /proc
        return None
    for pid in pids:
        try:
            if pid != os.getpid() and _holds(pid, node, name):
                found.append(f"{_comm(pid)} (pid {pid})")
        except PermissionError:
            hidden = hidden or _is_a_persons(pid)
        except OSError:  # ended meanwhile
            continue
    return None if hidden and not found else found


class Waiter:
    """Waits for a descriptor to have a report, without ever waking up for nothing."""

    def __init__(self, descriptor: int) -> None:
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._poll.register(self._wake, select.POLLIN)

    def wait(self) -> None:
        """Return when there is a report, when the device is gone, or after `wake`."""
        self._poll.poll()

    def wake(self) -> None:
        """End the wait, and every later one."""
        os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        """Once, when nobody waits any more."""
        os.close(self._wake)


def opened(info: HidInfo, open_it: Callable[[], None]) -> Waiter | None:
    """Have `open_it` open the node once; return what waits for its reports, None if the node's
    descriptor cannot be told.

    PortError, with the cause and the cure, if it cannot be opened. For one thread at a time.
    """
    try:
        # Opened by ourselves first: that tells why it fails, and what to recognise it by.
        probe = os.open(info.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise _open_error(info, error) from error
    try:
        node = os.fstat(probe)
        before = _own_descriptors(node)
        open_it()
        new = _own_descriptors(node) - before
    finally:
        os.close(probe)
    try:
        (descriptor,) = new
        return Waiter(descriptor)
    except (ValueError, OSError) as error:  # no /proc, no descriptor left
        log.warning("open %s: reads are timed, for its descriptor is not known: %s", info, error)
        return None


def _open_error(info: HidInfo, error: OSError) -> PortError:
    """What is wrong, and the cure."""
    what = f"open {info}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return PortError(f"{what}: no permission; {_permission(info)}")
    if error.errno in (errno.EBUSY, errno.EAGAIN):
        holders = ", ".join(others(info.path) or ()) or "another program"
        return PortBusy(f"{what}: {holders} holds it; close that program")
    if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        if (_SYSFS / Path(info.path).name).exists():
            return PortError(
                f"{what}: the device is there, its node is not; a container must be given "
                f"{info.path}"
            )
        return PortError(f"{what}: there is no such device; is it plugged in?")
    return PortError(f"{what}: {error.strerror or error}")


def _permission(info: HidInfo) -> str:
    try:
        node = Path(info.path).stat()
        shared = node.st_gid != 0 and stat.S_IMODE(node.st_mode) & 0o060 == 0o060
        group = grp.getgrgid(node.st_gid).gr_name if shared else ""
    except (OSError, KeyError):
        group = ""
    if group:
        return f"add the user to its group ({group}) and log in again"
    return udev.cure("hid", info.vendor_id, info.product_id)


def _own_descriptors(node: os.stat_result) -> set[int]:
    """Our descriptors of a node; none where there is no /proc."""
    found = set()
    with suppress(OSError):
        for entry in (_PROC / "self" / "fd").iterdir():
            with suppress(OSError):  # closed meanwhile, by another thread or with this listing
                if os.path.samestat(os.fstat(int(entry.name)), node):
                    found.add(int(entry.name))
    return found


def _holds(pid: int, node: os.stat_result, name: str) -> bool:
    """Has the process a descriptor of this character device?

    Asked for its link first: to stat what others have open may hang on a dead file server.
    """
    for link in (_PROC / str(pid) / "fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            if link.readlink().name == name and link.stat().st_rdev == node.st_rdev:
                return True
    return False


def _is_a_persons(pid: int) -> bool:
    try:
        return (_PROC / str(pid)).stat().st_uid >= FIRST_PERSON
    except OSError:  # ended meanwhile
        return False


def _comm(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "comm").read_text().strip()
    except OSError:  # ended meanwhile
        return "a process"
