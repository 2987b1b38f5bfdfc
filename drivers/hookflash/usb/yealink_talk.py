"""The conversation with a Yealink phone: a packet, its reply, a deadline. One at a time."""

import logging
import threading
import time
from collections import deque

from ..errors import BadValue, CommandTimeout, DeviceLost, HookflashError, NotSupported
from ..hid.port import HidPort
from .yealink_packet import BUSY, Command, Packet, ask, decode

log = logging.getLogger(__name__)

DEADLINE = 1.6
"""Seconds for a packet and its reply, however often the phone says that it is busy (ToxPhone's
TIME_OUT)."""

BUSY_PAUSE = 0.025
"""Seconds until a busy phone is asked again: the pace of ToxPhone's polls."""

BUSY_ENDS = 0.1
"""Seconds after a busy in which the reply to the packet sent right behind it would come."""

SILENT = 4.5
"""Seconds without a reply, though it is asked, after which a phone is given up: at the third
deadline in a row."""

P1KH_LENGTH = 8
"""Bytes of a packet of the one model that has others (Reitmayr's module)."""

_FENCE = ask(Command.EVENTS)
"""What every model answers, and what changes nothing."""


class Talk:
    """A port's two directions brought together. Its reader's thread begins with `start`.

    Whoever asks and tells does so on one thread; `end` is for any.
    """

    def __init__(self, port: HidPort, changed: threading.Condition) -> None:
        self._port = port
        self._changed = changed
        """Notified when something comes from the phone, or the talk is over."""
        self._replies: deque[bytes] = deque()
        self._over: HookflashError | None = None
        self._heard_at = time.monotonic()
        self._in_doubt = False
        """A reply is owed from before: what comes next may be that."""
        self.name = f"{port.info.product or 'Yealink phone'} ({port.info.path})"
        self._reader = threading.Thread(target=self._read, name=f"usb {self.name}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._reader.start()

    @property
    def over(self) -> HookflashError | None:
        """Why nothing more can be said, if so."""
        return self._over

    def end(self, cause: HookflashError) -> None:
        """Nothing more is said; release the port. The first cause counts."""
        with self._changed:
            self._over = self._over or cause
            self._changed.notify_all()
        self._port.close()

    def ask(self, packet: Packet) -> Packet:
        """Send a packet that asks, and wait for its reply.

        CommandTimeout if none came in DEADLINE; DeviceLost if the phone is gone, or has given no
        reply for SILENT seconds.
        """
        if self._in_doubt:
            self._exchange((_FENCE,))
            self._in_doubt = False
        return self._exchange((packet,))

    def tell(self, packet: Packet) -> None:
        """Send a packet, and see that the phone took it. Raises what `ask` does.

        Not every model replies to it, but each can be asked something behind it: what comes before
        that reply is of the packet. It may be sent again, so it must not matter how often.
        """
        self._exchange((packet, _FENCE))
        self._in_doubt = False

    def _exchange(self, packets: tuple[Packet, ...]) -> Packet:
        """Send the packets, until the last one has a reply and the phone was not busy."""
        asked = packets[-1]
        deadline = time.monotonic() + DEADLINE
        while True:
            with self._changed:
                self._replies.clear()
            for packet in packets:
                self._write(packet)
            reply = self._reply(asked, deadline)
            if reply is not None:
                return reply
            with self._changed:
                self._changed.wait_for(lambda: self._over is not None, BUSY_PAUSE)
            if time.monotonic() > deadline:
                raise self._timed_out(asked)

    def _write(self, packet: Packet) -> None:
        self._check()
        try:
            self._port.write(b"\0" + packet.encode())
        except DeviceLost as error:
            self.end(error)
            raise
        log.debug("%s < %s", self.name, packet)

    def _reply(self, asked: Packet, deadline: float) -> Packet | None:
        """The reply; None: the phone was busy, and which packet it did not take is not known."""
        busy = False
        while True:
            data = self._next(min(deadline, time.monotonic() + BUSY_ENDS) if busy else deadline)
            if data is None:
                if not busy:
                    raise self._timed_out(asked)
                return None
            try:
                reply = decode(data)
            except BadValue as error:
                if len(data) == P1KH_LENGTH:
                    raise NotSupported(
                        f"ask {self.name}: its packets have {P1KH_LENGTH} bytes, as a P1KH's, "
                        "which is not served"
                    ) from error
                log.debug("%s: %s", self.name, error)
                busy = True  # it may have been the reply
                continue
            if reply.command == BUSY:
                busy = True
                continue
            self._heard_at = time.monotonic()
            if reply.command == asked.command:
                return None if busy else reply

    def _next(self, until: float) -> bytes | None:
        """The next 16 bytes; None: nothing came until then."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._replies or self._over is not None,
                max(0.0, until - time.monotonic()),
            )
            self._check()
            data = self._replies.popleft() if self._replies else None
        if data is not None:
            log.debug("%s > %s", self.name, data.hex(" "))
        return data

    def _check(self) -> None:
        if self._over is not None:
            raise type(self._over)(*self._over.args) from self._over

    def _timed_out(self, asked: Packet) -> HookflashError:
        """No reply: what comes later may be a late one."""
        self._in_doubt = True
        silent = time.monotonic() - self._heard_at
        if silent < SILENT:
            return CommandTimeout(f"ask {self.name}: no reply to {asked} within {DEADLINE:g} s")
        lost = DeviceLost(
            f"ask {self.name}: no reply for {silent:.0f} s; unplug it and plug it in again"
        )
        self.end(lost)
        return lost

    def _read(self) -> None:
        """The reader's thread: ends when the port is closed or the device gone."""
        while True:
            try:
                data = self._port.read()
            except DeviceLost as error:
                self.end(error)
                return
            except Exception as error:  # a port's defect must not leave a deaf phone behind
                log.exception("read %s: a defect of ours", self.name)
                lost = DeviceLost(f"read {self.name}: {error!r}; unplug it and plug it in again")
                lost.__cause__ = error
                self.end(lost)
                return
            if not data:
                return
            with self._changed:
                self._replies.append(data[1:])
                self._changed.notify_all()

    def join(self, seconds: float) -> None:
        """Wait for the reader's end; not from its own thread, and not before it was started."""
        if self._reader.ident is not None and self._reader is not threading.current_thread():
            self._reader.join(seconds)
