"""A port: a way to exchange bytes with a modem.

The only place where pyserial's errors become ours. One thread reads; `close` may come from any
other, at any time, twice.
"""

import errno
import logging
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import serial

from ..errors import (
    CommandTimeout,
    DeviceLost,
    NoPermission,
    NothingPluggedIn,
    PortBusy,
    PortError,
)
from .place import Place

log = logging.getLogger(__name__)

BAUD_RATE = 115200
"""bit/s; USB modems ignore it, autobauding ones follow our first AT."""

WRITE_TIMEOUT = 1.0
"""Seconds for a command line to leave: a device that takes no bytes hangs."""

_UNCANCELLABLE_READ = 0.5
"""Seconds between looks at a close, for network ports whose read cannot be woken."""


class Port(ABC):
    """Bytes to and from a modem."""

    place: Place | None = None
    """Where the device is plugged in, as far as something can be done to it there."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def read(self) -> bytes:
        """Block until there are bytes; b"" once the port is closed; DeviceLost when it is gone."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Send all bytes; CommandTimeout if the device does not take them, DeviceLost if gone."""

    @abstractmethod
    def drop_dtr(self, seconds: float) -> bool:
        """Drop DTR for a moment, which hangs up most modems (&D2); False where there is none."""

    @abstractmethod
    def close(self) -> None:
        """Release the device; wakes the reader."""


class SerialPort(Port):
    """Anything that pyserial's `serial_for_url` opens: a device path, `socket://`, `rfc2217://`.

    A local device is opened exclusively, so that no second program can type into a call: by
    pyserial's flock, and on Linux so that not even programs that know nothing of locks get in.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._closing = threading.Event()
        self._read_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._close_lock = threading.Lock()
        try:
            self._serial = serial.serial_for_url(
                url, baudrate=BAUD_RATE, write_timeout=WRITE_TIMEOUT, do_not_open=True
            )
            if "://" not in url:
                self._serial.exclusive = True
                _refuse_if_held(url)
            self._wakeable = hasattr(self._serial, "cancel_read")
            self._serial.timeout = None if self._wakeable else _UNCANCELLABLE_READ
            self._serial.open()
        except PortError:
            raise
        except (OSError, ValueError) as error:
            raise _open_error(url, error) from error
        if "://" not in url:
            _keep_others_out(url, self._serial)
        self.place = _place_of(url)

    def read(self) -> bytes:
        with self._read_lock:
            while not self._closing.is_set():
                with self._translated("read"):
                    data: bytes = self._serial.read(1)
                    if data:
                        return data + self._serial.read(self._serial.in_waiting)
            return b""

    def write(self, data: bytes) -> None:
        with self._write_lock, self._translated("write"):
            self._serial.write(data)

    def drop_dtr(self, seconds: float) -> bool:
        try:
            with self._write_lock:
                self._serial.dtr = False
                self._closing.wait(seconds)
                self._serial.dtr = True
        except (OSError, ValueError) as error:
            # A pty and a bare socket have no DTR.
            log.debug("drop DTR of %s: %s", self.name, error)
            return False
        return True

    def close(self) -> None:
        self._closing.set()
        # One at a time, and with nobody in a read or a write: a descriptor that is closed under
        # somebody who uses it may be another file's by then.
        with self._close_lock:
            if self._wakeable:
                try:
                    self._serial.cancel_read()
                    self._serial.cancel_write()
                except (OSError, TypeError):
                    log.debug("close %s: already gone", self.name)
            with self._read_lock, self._write_lock:
                try:
                    self._serial.close()
                except OSError as error:
                    log.debug("close %s: %s", self.name, error)

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        """Turn pyserial's errors into ours, here and nowhere else."""
        try:
            yield
        except serial.SerialTimeoutException as error:
            raise CommandTimeout(
                f"{what} {self.name}: the device took no bytes for {WRITE_TIMEOUT:g} s"
            ) from error
        except (OSError, TypeError, AttributeError) as error:
            # TypeError, AttributeError: what pyserial trips over when it is closed meanwhile.
            raise DeviceLost(f"{what} {self.name}: the device is gone ({error})") from error


def _place_of(url: str) -> Place | None:
    """Look the place up while the device is there to be found."""
    if sys.platform != "linux" or "://" in url:
        return None
    from .usbplace import place_of  # needs what only Linux has

    return place_of(url)


def _refuse_if_held(path: str) -> None:
    """PortBusy where a program uses the port without a lock: it would get half of our answers."""
    if sys.platform == "linux":
        from ..devnode import tty_holders  # needs what only Linux has

        if holders := tty_holders(path):
            raise _busy(path, holders)


def _keep_others_out(path: str, port: serial.SerialBase) -> None:
    """Have the kernel refuse to open the tty again, but to root; until its last close. Not a
    pseudo terminal, whose last close may never come: its other end may have it open."""
    if sys.platform == "linux":
        import fcntl
        import termios

        from ..devnode import is_pty

        try:
            if not is_pty(path):
                fcntl.ioctl(port.fileno(), termios.TIOCEXCL)
        except OSError as error:  # gone already: the first read tells
            log.debug("keep others out of %s: %s", path, error)


def _open_error(url: str, error: OSError | ValueError) -> PortError:
    """Name what is wrong and the cure."""
    number = getattr(error, "errno", None)
    text = str(error)
    # On Windows a COM port has no permissions: access is denied to all but the first who opens it.
    denied = number is None and "PermissionError(13" in text
    if number in (errno.EBUSY, errno.EAGAIN) or "Could not exclusively lock" in text or denied:
        return _busy(url)
    if number in (errno.EACCES, errno.EPERM):
        return NoPermission(f"open {url}: no permission; {_permission_cure(url)}")
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO) or "FileNotFoundError(2" in text:
        return NothingPluggedIn(f"open {url}: there is no such device; is it plugged in?")
    return PortError(f"open {url}: {text}")


def _busy(url: str, holders: Sequence[str] = ()) -> PortBusy:
    """holders: who, where that was seen."""
    who = ", ".join(holders) or "another program (a terminal program, a second agent)"
    if sys.platform == "linux" and "://" not in url:
        from ..devnode import holders_text  # needs what only Linux has

        who = holders_text(url, holders)
    return PortBusy(f"open {url}: {who} holds it; close that program")


def _permission_cure(path: str) -> str:
    if sys.platform == "linux":
        from ..devnode import permission_cure  # needs what only Linux has
        from .usbplace import place_of

        place = place_of(path)
        return permission_cure(path, "modem", *(place.ids() if place is not None else (0, 0)))
    return "add the user to the device's group and log in again"
