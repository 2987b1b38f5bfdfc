"""News of devices by udev's events. For Linux only."""

import logging
import os
import select
import socket
from pathlib import Path

from .source import Source

log = logging.getLogger(__name__)

CONTROL = Path("/run/udev/control")
"""The socket of a running udevd; without one nothing is sent to those who listen to udev."""


class UdevSource(Source):
    """udev's monitor. OSError if it cannot be had."""

    def __init__(self) -> None:
        if not CONTROL.exists():
            raise OSError(f"no udevd runs (there is no {CONTROL})")
        try:
            import pyudev

            self._monitor = pyudev.Monitor.from_netlink(pyudev.Context())
            self._monitor.filter_by("tty")
            self._monitor.filter_by("hidraw")
            # The device, not its interfaces: these are bound anew when a driver takes one.
            self._monitor.filter_by("usb", "usb_device")
            self._monitor.start()
        except ImportError as error:  # no pyudev, or no libudev for it
            raise OSError(str(error)) from error
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(self._monitor.fileno(), select.POLLIN)
        self._poll.register(self._wake, select.POLLIN)

    def __str__(self) -> str:
        return "udev's events"

    def wait(self, seconds: float | None) -> bool:
        ready = self._poll.poll(None if seconds is None else seconds * 1000)
        if not ready or any(descriptor == self._wake for descriptor, _ in ready):
            return False
        return self._matters()

    def wake(self) -> None:
        os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        os.close(self._wake)

    def _matters(self) -> bool:
        """Read all events that are there. A buffer that ran over has lost some: look again."""
        matters = False
        try:
            while (device := self._monitor.poll(0)) is not None:
                # Where a tty is on USB its path says so, also once it is gone.
                if device.subsystem != "tty" or "/usb" in device.device_path:
                    log.debug("udev: %s %s", device.action, device.device_path)
                    matters = True
        except OSError as error:
            log.debug("udev: %s; looking again", error)
            self._take_error()
            return True
        return matters

    def _take_error(self) -> None:
        """Take the socket's error from it: pyudev does not read one that poll tells of, and until
        it is read poll tells of it at once (netlink(7): ENOBUFS, messages were lost)."""
        try:
            with socket.socket(fileno=os.dup(self._monitor.fileno())) as monitor:
                monitor.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        except OSError as error:
            log.warning("udev: %s; what is plugged in is not noticed any more", error)
            self._poll.unregister(self._monitor.fileno())
