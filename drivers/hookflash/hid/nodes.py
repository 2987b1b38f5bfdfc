"""hidraw nodes, as hidapi does not tell of them. For Linux only.

Report descriptors, places, why a node cannot be opened, and a wait for reports that a close can
end: `/dev/hidrawN`, its directory in sysfs, and `/proc`.
"""

import errno
import logging
import os
import select
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..devnode import holders_text, others, permission_cure
from ..errors import NoPermission, NothingPluggedIn, PortBusy, PortError
from ..sysfs import place_of_node
from .port import HidInfo

log = logging.getLogger(__name__)

_SYSFS = Path("/sys/class/hidraw")
_PROC = Path("/proc")


def descriptor_of(path: str) -> bytes:
    """The report descriptor of a node, by sysfs, which needs no rights; OSError if none."""
    return (_SYSFS / Path(path).resolve().name / "device" / "report_descriptor").read_bytes()


def place_of(path: str) -> str:
    """The USB place of a node, `1-1.4`; "" if it is not on USB."""
    return place_of_node(path, "hidraw")


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
        return NoPermission(f"{what}: no permission; {permission(info)}")
    if error.errno in (errno.EBUSY, errno.EAGAIN):
        holders = holders_text(info.path, others(info.path) or ())
        return PortBusy(f"{what}: {holders} holds it; close that program")
    if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        if (_SYSFS / Path(info.path).name).exists():
            return PortError(
                f"{what}: the device is there, its node is not; a container must be given "
                f"{info.path}"
            )
        return NothingPluggedIn(f"{what}: there is no such device; is it plugged in?")
    return PortError(f"{what}: {error.strerror or error}")


def permission(info: HidInfo, driver: str = "hid") -> str:
    """The cure where there is no permission for a device's node. driver: as the catalog has it."""
    return permission_cure(info.path, driver, info.vendor_id, info.product_id)


def _own_descriptors(node: os.stat_result) -> set[int]:
    """Our descriptors of a node; none where there is no /proc."""
    found = set()
    with suppress(OSError):
        for entry in (_PROC / "self" / "fd").iterdir():
            with suppress(OSError):  # closed meanwhile, by another thread or with this listing
                if os.path.samestat(os.fstat(int(entry.name)), node):
                    found.add(int(entry.name))
    return found
