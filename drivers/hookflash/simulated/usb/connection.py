"""A gadget behind a socket: a thread that speaks USB/IP with the host."""

import errno
import logging
import selectors
import socket
import threading
from collections.abc import Callable, Iterable
from time import monotonic

from ...errors import DeviceLost, HookflashError
from .function import Function
from .gadget import GONE, Gadget
from .usbip import Command, Decoder, Submit, pack_return, pack_unlinked

log = logging.getLogger(__name__)

_UNSENT = 1 << 18
"""Bytes of answers that a host may leave unread before no more of its commands are read."""

_CHUNK = 1 << 16

_QUIET, _PARTING = 0.05, 0.3
"""Seconds without a command after which a host that was left has nothing under way, and how long
that is waited for."""


class Connection:
    """Serves one gadget to the host at the other end of a stream socket, which it owns.

    It ends when either side closes, or the host sends what is no USB/IP: then `error` says so, and
    is logged. ended: called once, in the connection's thread.
    """

    def __init__(
        self,
        function: Function,
        host: socket.socket,
        faults: Iterable[str] = (),
        ended: Callable[["Connection"], None] | None = None,
    ) -> None:
        self.error: HookflashError | None = None
        self.gadget = Gadget(function, self, faults)
        self.name = function.device.name
        self._lock = function.exchange.lock
        self._changed = threading.Condition(self._lock)
        self._host = host
        self._host.setblocking(False)
        self._ended = ended
        self._decoder = Decoder()
        self._unsent = bytearray()
        self._unsent_lock = threading.Lock()
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._wake.setblocking(False)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"usb {self.name}", daemon=True)
        with self._lock:
            function.plugged(self.gadget, self.lost)

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    @property
    def is_ending(self) -> bool:
        """It was pulled out, left by itself, or the host let go."""
        return self._closing

    def wait_configured(self, timeout: float = 10.0) -> None:
        """Wait until the host has found the device and set its configuration. DeviceLost or
        TimeoutError if that comes to nothing."""
        with self._changed:
            settled = self._changed.wait_for(
                lambda: self._closing or self.gadget.configuration, timeout
            )
        if self._closing:
            raise DeviceLost(f"wait for the host to find {self.name}: it was unplugged")
        if not settled:
            raise TimeoutError(f"{self.name}: the host did not configure it in {timeout:g} s")

    def close(self, timeout: float = 5.0) -> None:
        """Pull the plug. Again, or from any thread but its own, does no harm. TimeoutError if its
        thread does not end."""
        self.lost()
        if self._thread.ident is not None:
            self.join(timeout)
        else:
            self._release()

    def join(self, timeout: float) -> None:
        """Wait until it has ended; TimeoutError if it has not in time."""
        self._thread.join(timeout)
        if self._thread.is_alive():
            raise TimeoutError(f"{self.name} is still plugged in after {timeout:g} s")

    # --- what the gadget says -----------------------------------------------------------------

    def completed(self, seq: int, status: int, data: bytes = b"", sent: int = 0) -> None:
        self._send(pack_return(seq, status, data, sent))

    def configured(self) -> None:
        self._changed.notify_all()

    def lost(self) -> None:
        self._closing = True
        self._rouse()

    def _send(self, message: bytes) -> None:
        with self._unsent_lock:
            self._unsent += message
        if threading.current_thread() is not self._thread:
            self._rouse()

    def _rouse(self) -> None:
        try:
            self._wake.send(b"x")
        except OSError:  # full: it is being woken; closed: it has ended
            return

    # --- its thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._serve()
        except HookflashError as error:
            self.error = error
            log.error(  # noqa: TRY400  (the trace tells nothing)
                "unplugging %s: %s", self.name, error
            )
        except OSError as error:
            # Hosts let go by closing, also with something unread: a reset then.
            log.debug("%s: the host closed: %s", self.name, error)
        finally:
            self._release()
            if self._ended is not None:
                self._ended(self)

    def _release(self) -> None:
        with self._lock:
            self._closing = True
            self.gadget.function.unplugged()
            self._changed.notify_all()
        for end in (self._host, self._woken, self._wake):
            end.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            selector.register(self._host, selectors.EVENT_READ)
            while not self._closing:
                # A host that reads nothing is not read from either: nothing then piles up here.
                events = selectors.EVENT_READ if len(self._unsent) < _UNSENT else 0
                events |= selectors.EVENT_WRITE if self._unsent else 0
                selector.modify(self._host, events)
                for key, ready in selector.select():
                    if key.fileobj is self._woken:
                        self._woken.recv(_CHUNK)
                    elif ready & selectors.EVENT_READ and not self._receive():
                        return
                self._flush()
            self._part(selector)

    def _part(self, selector: selectors.BaseSelector) -> None:
        """The plug is out: nothing works any more, but the host is told so until it is quiet.

        A real host controller sees that nobody answers. vhci does not: who waits for a control
        transfer, such as the kernel's own hub driver while it finds a device, would wait for the
        5 s that a request may take, and only then learn that the device is gone.
        """
        with self._lock:
            self.gadget.function.unplugged()
            self.gadget.give_up()
        selector.unregister(self._woken)
        deadline = monotonic() + _PARTING
        commands = self._decoder.feed(b"")
        while True:
            for command in commands:
                if isinstance(command, Submit):
                    self.completed(command.seq, GONE)
                else:
                    self._send(pack_unlinked(command.seq, 0))
            self._flush()
            selector.modify(self._host, selectors.EVENT_READ)
            left = deadline - monotonic()
            if left <= 0 or not selector.select(min(_QUIET, left)):
                self._host.close()  # at once: what the host sends now is answered by nobody
                return
            data = self._host.recv(_CHUNK)
            if not data:
                return
            commands = self._decoder.feed(data)

    def _receive(self) -> bool:
        """Read and obey; False: the host closed."""
        data = self._host.recv(_CHUNK)
        if not data and not self._decoder.is_between:
            raise DeviceLost(f"serve {self.name}: the host closed within a command")
        for command in self._decoder.feed(data):
            with self._lock:
                if self._closing:
                    break
                self._obey(command)
        return bool(data)

    def _obey(self, command: Command) -> None:
        log.debug("%s: %r", self.name, command)
        if isinstance(command, Submit):
            self.gadget.submit(command)
        else:
            given_up = self.gadget.cancel(command.victim)
            self._send(pack_unlinked(command.seq, -errno.ECONNRESET if given_up else 0))

    def _flush(self) -> None:
        with self._unsent_lock:
            while self._unsent:
                try:
                    sent = self._host.send(self._unsent[:_CHUNK])
                except BlockingIOError:
                    return
                del self._unsent[:sent]
