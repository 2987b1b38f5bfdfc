"""Places on Linux: a USB device behind a tty, found by sysfs. For Linux only.

The place is looked up when the port is opened: once the device is lost there is no tty any more to
find it by.
"""

import errno
import fcntl
import logging
import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

from .. import udev
from ..errors import CommandTimeout, HookflashError, NotSupported, PortError
from ..sysfs import entries, read, usb_directory
from .hubpower import HubPort, Outcome, find_uhubctl
from .place import Place

log = logging.getLogger(__name__)

USBDEVFS_RESET = ord("U") << 8 | 20
"""linux/usbdevice_fs.h: _IO('U', 20). So on x86, ARM, RISC-V and s390; MIPS, PowerPC and SPARC
number their ioctls otherwise and answer ENOTTY to this one."""

LEAVE_SECONDS = 2.0
"""How long after the switching a device may still be seen that is about to go."""

LOOK_SECONDS = 0.05


def reset_device(node: Path) -> None:
    """Reset the device of a usbfs node, `/dev/bus/usb/BBB/DDD`; OSError as the kernel has it.

    Blocks as long as the kernel tries: seconds, with a device that answers nothing at all.
    """
    # For writing: usbfs does nothing for those who may only read (devio.c).
    descriptor = os.open(node, os.O_WRONLY | os.O_CLOEXEC)
    try:
        fcntl.ioctl(descriptor, USBDEVFS_RESET, 0)
    finally:
        os.close(descriptor)


def place_of(
    path: str,
    sysfs: Path = Path("/sys"),
    devfs: Path = Path("/dev"),
    *,
    reset_device: Callable[[Path], None] = reset_device,
) -> Place | None:
    """Find the place of a tty, `/dev/ttyACM0` or a link to it; None if it is not on USB."""
    node = Path(path).resolve()
    if node.parent != devfs.resolve():
        return None
    link = sysfs / "class" / "tty" / node.name / "device"
    if not link.exists():
        return None
    behind = link.resolve()
    device = usb_directory(behind)
    if device is None:
        return None
    interface = behind.relative_to(device).parts[0]
    return UsbPlace(device, interface, read(behind / "port_number"), devfs, reset_device)


def hub_and_port(name: str) -> tuple[str, str]:
    """Hub and port of a place, as uhubctl calls them: `1-1.4` is `1-1`, `4`; `1-4` is `1`, `4`."""
    above, dot, port = name.rpartition(".")
    if dot:
        return above, port
    bus, _, port = name.partition("-")
    return bus, port


class UsbPlace(Place):
    """A USB port whose device has a tty. Made by `place_of`.

    device: the device's directory in sysfs. interface: the directory in it of the interface that
    has the tty. port_number: which of the interface's ttys, where a converter has several; or "".
    """

    def __init__(
        self,
        device: Path,
        interface: str,
        port_number: str,
        devfs: Path,
        reset_device: Callable[[Path], None],
    ) -> None:
        self.name = device.name
        self._device = device
        self._interface = interface
        self._port_number = port_number
        self._devfs = devfs
        self._reset_device = reset_device
        self._ids = (_hex(device / "idVendor"), _hex(device / "idProduct"))

    def ids(self) -> tuple[int, int]:
        return self._ids

    def tty(self) -> str:
        node = self._node()
        if node is None:
            raise PortError(f"no such serial port at USB {self.name} now; is it plugged in?")
        return str(node)

    def reset(self, timeout: float) -> None:
        what = f"USB reset of {self.name}"
        deadline = monotonic() + timeout
        before = self._number()
        if before is None:
            raise PortError(f"{what}: {self._lacking()}")
        node = self._devfs / "bus" / "usb" / f"{before[0]:03}" / f"{before[1]:03}"
        log.info("%s by %s", what, node)
        try:
            self._reset_device(node)
        except OSError as error:
            if error.errno != errno.ENODEV:
                raise self._reset_error(what, node, error) from error
            # It came out of the reset as another device, or not at all. The kernel is about to
            # take it away and to look at the port anew (hub.c, usb_reset_and_verify_device).
            _wait_until(lambda: self._number() != before, deadline)
        self._await_return(what, deadline)

    def power_cycle(self, timeout: float) -> None:
        """Cut the device's power for some seconds, by uhubctl.

        Verified is that the kernel lost the device and found it again. A hub that cuts the data
        lines and leaves 5 V on (there are such) looks the same from here.
        """
        what = f"power cycle of {self.name}"
        deadline = monotonic() + timeout
        program = find_uhubctl()
        if program is None:
            raise NotSupported(f"{what}: uhubctl is not installed; install it, or pull the plug")
        before = self._number()
        hub_port = HubPort(*hub_and_port(self.name), program)
        outcome = hub_port.cycle(deadline)
        if outcome.status is None:
            raise CommandTimeout(f"{what}: uhubctl took more than {timeout:g} s{outcome.told}")
        # To look only now misses nothing, for each time it is found a device has a new number;
        # and before Linux 6.0 it goes only when the power comes again (uhubctl's README).
        if before is None:
            switched = outcome.status == 0
        else:
            leaves_by = min(deadline, monotonic() + LEAVE_SECONDS)
            switched = _wait_until(lambda: self._number() != before, leaves_by)
        if not switched:
            raise _not_switched(what, hub_port, outcome)
        self._await_return(what, deadline)

    def _await_return(self, what: str, deadline: float) -> None:
        if _wait_until(lambda: not self._lacking(), deadline):
            log.info("%s: it is back as %s", what, self._node())
            return
        node = self._node()
        if node is not None and node.exists():
            raise PortError(
                f"{what}: it is back as {node}, without permission to open it; add the user to "
                "the device's group (dialout)"
            )
        raise CommandTimeout(f"{what}: it did not come back: {self._lacking()}")

    def _lacking(self) -> str:
        """What is not there yet; "" once the port can be opened."""
        if self._number() is None:
            return "no device is there"
        node = self._node()
        if node is None:
            return "there is a device without that serial port"
        if not os.access(node, os.R_OK | os.W_OK):
            return f"{node} cannot be opened yet"
        return ""

    def _number(self) -> tuple[int, int] | None:
        """Bus and number that the kernel gave to the device when it found it; None if none."""
        bus, number = read(self._device / "busnum"), read(self._device / "devnum")
        return (int(bus), int(number)) if bus and number else None

    def _node(self) -> Path | None:
        # cdc-acm: INTERFACE/tty/ttyACM0; usb-serial: INTERFACE/ttyUSB0/tty/ttyUSB0
        interface = self._device / self._interface
        for owner in (interface, *entries(interface)):
            if read(owner / "port_number") == self._port_number:
                for tty in entries(owner / "tty"):
                    return self._devfs / tty.name
        return None

    def _reset_error(self, what: str, node: Path, error: OSError) -> HookflashError:
        if error.errno in (errno.EACCES, errno.EPERM):
            vendor, product = self._ids
            return PortError(
                f"{what}: no permission for {node}; {udev.cure('modem', vendor, product)}; a "
                "service's user is to be in the group of the modem's tty (dialout)"
            )
        if error.errno == errno.ENOENT:
            return NotSupported(
                f"{what}: there is no {node}; a container must be given /dev/bus/usb"
            )
        return PortError(f"{what}: {error}")


def _not_switched(what: str, at: HubPort, outcome: Outcome) -> HookflashError:
    port = f"port {at.port} of hub {at.hub}"
    if outcome.no_permission:
        return PortError(
            f"{what}: uhubctl has no permission to switch {port}; install uhubctl's udev rules "
            f"for the hub and add the user to their group (dialout){outcome.told}"
        )
    return NotSupported(
        f"{what}: not switched, the device never went away; {port} cannot switch its power; use a "
        f"hub that uhubctl's list names, or pull the plug{outcome.told}"
    )


def _wait_until(met: Callable[[], bool], deadline: float) -> bool:
    """Wait for something in sysfs or /dev; False if the deadline came first.

    Here alone we look again and again, for seconds and only while a device restarts. There is no
    event to wait for: inotify does not see sysfs change, and the kernel's uevents come before
    udev has given a node its group.
    """
    while not met():
        left = deadline - monotonic()
        if left <= 0:
            return False
        sleep(min(LOOK_SECONDS, left))
    return True


def _hex(path: Path) -> int:
    return int(read(path) or "0", 16)
