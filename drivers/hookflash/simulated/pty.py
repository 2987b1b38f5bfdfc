"""A simulated modem on a pseudo terminal, for other programs. POSIX only (Linux, macOS).

A pty has no DTR; that the last program closed it counts as DTR's drop. A reset or a power cycle
(`place`) leaves the tty as it is: programs that have it open do not lose it.
"""

import os
import select
import threading
import tty

from .exchange import Exchange
from .families import find_family
from .modem import ModemTiming, SimulatedModem
from .port import SimulatedPlace

_REOPEN_POLL = 0.02
"""Seconds between looks whether a program has the tty open; no event tells."""


class PtyModem:
    """A simulated modem behind a tty. `tty` is its path."""

    def __init__(
        self,
        exchange: Exchange,
        number: str = "1001",
        family: str = "v253",
        timing: ModemTiming | None = None,
    ) -> None:
        find_family(family)  # before anything is open that would have to be closed
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.tty = os.ttyname(slave)
        os.set_blocking(self._master, False)
        self._wake_read, self._wake_write = os.pipe()
        self._closing = threading.Event()
        self.received = bytearray()
        """Every byte that programs wrote, for tests to look at."""
        self.unplug_on = b""
        """Unplug as soon as these bytes are received; empty: never."""
        self.modem = SimulatedModem(exchange.line(number), self._output, family, timing)
        self.place = SimulatedPlace(self.modem)
        os.close(slave)
        self._thread = threading.Thread(target=self._run, name=f"pty {self.tty}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take the device away: programs that have it open lose it."""
        self._closing.set()
        with self.modem.line.exchange.lock:
            if self._master >= 0:
                os.write(self._wake_write, b"x")
        self._thread.join()

    def _output(self, data: bytes) -> None:
        if self._master < 0:
            return
        try:
            os.write(self._master, data)
        except OSError:
            # Nobody has it open, or nobody reads: bytes are lost, as on a serial line.
            return

    def _run(self) -> None:
        try:
            self._serve()
        finally:
            with self.modem.line.exchange.lock:
                self.modem.line.on_hook()
                self.modem.line.phone = None
                for fd in (self._master, self._wake_read, self._wake_write):
                    os.close(fd)
                self._master = -1

    def _serve(self) -> None:
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        is_open = False
        while not self._closing.is_set():
            events = dict(poll.poll())
            happened = events.get(self._master, 0)
            if happened & select.POLLIN:
                data = self._read()
                if data:
                    is_open = True
                    self.received += data
                    if self.unplug_on and self.unplug_on in self.received:
                        return
                    self.modem.feed(data)
                    continue
            if happened & select.POLLHUP:
                if is_open:
                    is_open = False
                    self.modem.port_closed()
                self._closing.wait(_REOPEN_POLL)

    def _read(self) -> bytes:
        try:
            return os.read(self._master, 4096)
        except OSError:
            return b""  # the last program closed it
