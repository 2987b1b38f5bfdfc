"""A minimal IAX2 peer (RFC 5456) on loopback: the telephone network behind iaxmodem.

It places calls to the modem and treats the calls of the modem as told.  It sends
no audio, and sends nothing twice: loopback does not lose datagrams.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Self

# Frame types, RFC 5456 section 8.2.
DTMF, CONTROL, IAX = 0x01, 0x04, 0x06
# Control frame subclasses, section 8.3.
RINGING, ANSWER, BUSY, CONGESTION, FLASH = 0x03, 0x04, 0x05, 0x08, 0x09
# IAX frame subclasses, section 8.4.
NEW, PING, PONG, ACK, HANGUP, REJECT, ACCEPT = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07
INVAL, LAGRQ, LAGRP, VNAK, POKE = 0x0A, 0x0B, 0x0C, 0x12, 0x1E
# Information elements, section 8.6.
IE_CALLED, IE_CALLING, IE_NAME = 0x01, 0x02, 0x04
IE_CAPABILITY, IE_FORMAT, IE_VERSION, IE_CAUSE = 0x08, 0x09, 0x0B, 0x16
PROTOCOL_VERSION = struct.pack("!H", 2)
ULAW = struct.pack("!I", 0x00000004)  # media format, section 8.7

# Full frame header, section 8.1.1: F+source call, R+destination call, time stamp
# (ms since the call began), OSeqno, ISeqno, frame type, C+subclass.
HEADER = struct.Struct("!HHIBBBB")
FULL = 0x8000
#: IAX frames that carry no sequence number of their own (section 7).
UNCOUNTED = frozenset({ACK, INVAL, VNAK})

Address = tuple[str, int]


def ie(kind: int, value: bytes) -> bytes:
    """Encode one information element (section 8.6)."""
    return bytes((kind, len(value))) + value


def text_ie(data: bytes, wanted: int) -> str:
    """Return the text of one information element of ``data``, or "" (section 8.6)."""
    while len(data) >= 2:
        if data[0] == wanted:
            return data[2 : 2 + data[1]].decode("ascii", "replace")
        data = data[2 + data[1] :]
    return ""


#: What this side does to a call: the event it logs, and the frame it sends.
ACTIONS = {
    "answer": ("answered", CONTROL, ANSWER, b""),
    "busy": ("busy", CONTROL, BUSY, b""),
    "congestion": ("congested", CONTROL, CONGESTION, b""),
    "reject": ("refused", IAX, REJECT, ie(IE_CAUSE, b"No route")),
    "release": ("released", IAX, HANGUP, ie(IE_CAUSE, b"Normal Clearing")),
}


@dataclass(frozen=True)
class Policy:
    """What becomes of a call that the modem dials: ``action`` after ``after`` seconds.

    ``ring`` rings for ever; ``reject`` refuses the call without having accepted it,
    which iaxmodem reports as NO DIALTONE.
    """

    action: Literal["answer", "busy", "congestion", "reject", "ring"]
    after: float = 0.0


@dataclass(frozen=True)
class Event:
    """One thing that happened; ``at`` is a ``time.monotonic()`` in seconds.

    Kinds from the modem: ``dialled`` (digits), ``accepted``, ``answered``, ``rejected``
    (cause), ``hung_up`` (cause), ``dtmf`` (digit), ``flash``.  From this side:
    ``answered``, ``busy``, ``congested``, ``refused``, ``released``.  ``ringing``: the
    modem rings, or it knows that the number it dialled does.
    """

    kind: str
    detail: str
    call: Call | None
    at: float


@dataclass(eq=False)
class Call:
    """One call, of either direction; ``number`` is the one dialled or shown."""

    peer: IaxPeer = field(repr=False)
    address: Address
    ours: int
    number: str
    theirs: int = 0
    digits: str = ""  # DTMF that came from the modem
    over: bool = False
    oseq: int = 0
    iseq: int = 0
    ring_seq: int = -1  # ISeqno that acknowledges our RINGING
    began: float = field(default_factory=time.monotonic)

    def wait_for(self, *kinds: str, timeout: float = 5.0) -> Event:
        """Wait up to ``timeout`` seconds for an event of this call."""
        return self.peer.wait_for(*kinds, call=self, timeout=timeout)

    def answer(self) -> None:
        """Answer a call that the modem dialled (policy ``ring``)."""
        self.peer.act(self, "answer")

    def dtmf(self, digits: str) -> None:
        """Send digits as DTMF frames (section 8.2) to the modem."""
        for digit in digits:
            self.peer.send(self, DTMF, ord(digit))

    def hang_up(self) -> None:
        """End the call from this side; nothing if it is already over."""
        self.peer.act(self, "release")


class IaxPeer:
    """The peer itself: a UDP socket on 127.0.0.1 and one thread."""

    def __init__(self) -> None:
        self.default_policy = Policy("answer")
        self.policies: dict[str, Policy] = {}  # by the number dialled
        self.modem: Address | None = None  # where calls to the modem go
        self.log: list[Event] = []
        self._changed = threading.Condition(threading.RLock())
        self._calls: dict[int, Call] = {}
        self._numbers = itertools.count(1)
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._closing = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="iax-peer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up every call and stop the thread."""
        with self._changed:
            for call in list(self._calls.values()):
                call.hang_up()
            self._closing = True
            # Only a datagram wakes a thread blocked in recvfrom().
            self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def call_in(
        self, number: str | None = "5551234567", name: str | bytes | None = "JOHN SMITH"
    ) -> Call:
        """Place one call to the modem; None leaves that part of the caller ID out."""
        if self.modem is None:
            raise RuntimeError("no modem is attached to this peer")
        ies = ie(IE_VERSION, PROTOCOL_VERSION) + ie(IE_CALLED, b"200")
        if number is not None:
            ies += ie(IE_CALLING, number.encode())
        if name is not None:
            ies += ie(IE_NAME, name.encode() if isinstance(name, str) else name)
        with self._changed:
            call = self._new_call(self.modem, number or "")
            self.send(call, IAX, NEW, ies + ie(IE_FORMAT, ULAW) + ie(IE_CAPABILITY, ULAW))
        return call

    def ring_in(
        self,
        number: str | None = "5551234567",
        name: str | bytes | None = "JOHN SMITH",
        timeout: float = 10.0,
    ) -> Call:
        """Place calls until the modem accepts one, for up to ``timeout`` seconds.

        iaxmodem refuses calls for 5 s after it went on hook (its README).
        """
        end = time.monotonic() + timeout
        while True:
            call = self.call_in(number, name)
            left = max(end - time.monotonic(), 0.0)
            if call.wait_for("accepted", "rejected", timeout=left).kind == "accepted":
                return call
            with self._changed:
                self._changed.wait(0.1)

    def wait_until(self, true: Callable[[], bool], timeout: float = 5.0) -> None:
        """Wait up to ``timeout`` seconds; ``true`` is asked anew after each event."""
        with self._changed:
            if not self._changed.wait_for(true, timeout):
                raise TimeoutError(f"not within {timeout} s; log: {self.kinds()}")

    def wait_for(
        self, *kinds: str, call: Call | None = None, since: int = 0, timeout: float = 5.0
    ) -> Event:
        """Return the first event of ``kinds`` at or after ``log[since]``.

        ``call`` limits it to one call; TimeoutError after ``timeout`` seconds.
        """
        found: list[Event] = []

        def look() -> bool:
            found[:] = [e for e in self.log[since:] if e.kind in kinds and call in (None, e.call)]
            return bool(found)

        self.wait_until(look, timeout)
        return found[0]

    def wait_call(self, since: int = 0, timeout: float = 5.0) -> Call:
        """Wait up to ``timeout`` seconds for a call that the modem dials."""
        call = self.wait_for("dialled", since=since, timeout=timeout).call
        assert call is not None
        return call

    def kinds(self) -> list[tuple[str, str]]:
        """Return the log as (kind, detail) pairs."""
        with self._changed:
            return [(event.kind, event.detail) for event in self.log]

    def poke(self, modem: Address, timeout: float) -> bool:
        """POKE a socket: True if IAX2 is served there within ``timeout`` seconds."""
        with self._changed:
            since = len(self.log)
            header = HEADER.pack(FULL | next(self._numbers), 0, 0, 0, 0, IAX, POKE)
            self._socket.sendto(header, modem)
        with contextlib.suppress(TimeoutError):
            return bool(self.wait_for("pong", since=since, timeout=timeout))
        return False

    def send(self, call: Call, kind: int, subclass: int, data: bytes = b"") -> None:
        """Send a full frame that counts (section 8.1.1)."""
        with self._changed:
            stamp = int((time.monotonic() - call.began) * 1000)
            self._put(call, kind, subclass, stamp, data)
            call.oseq = (call.oseq + 1) & 0xFF

    def act(self, call: Call, action: str) -> None:
        """Do ``action`` (a Policy's, or ``release``) to a call that is not over."""
        with self._changed:
            if call.over:
                return
            # A call that is over stays known: frames still come to be acknowledged.
            call.over = action in ("reject", "release")
            done, kind, subclass, ies = ACTIONS[action]
            self._note(done, call.number, call)
            self.send(call, kind, subclass, ies)

    def _put(self, call: Call, kind: int, subclass: int, stamp: int, data: bytes = b"") -> None:
        source, target = FULL | call.ours, call.theirs
        header = HEADER.pack(source, target, stamp, call.oseq, call.iseq, kind, subclass)
        self._socket.sendto(header + data, call.address)

    def _note(self, kind: str, detail: str = "", call: Call | None = None) -> None:
        with self._changed:
            self.log.append(Event(kind, detail, call, time.monotonic()))
            self._changed.notify_all()

    def _new_call(self, address: Address, number: str) -> Call:
        ours = next(self._numbers)
        call = self._calls[ours] = Call(self, address, ours, number)
        return call

    def _run(self) -> None:
        while not self._closing:
            with self._changed:
                now = time.monotonic()
                while self._timers and self._timers[0][0] <= now:
                    heapq.heappop(self._timers)[2]()
                wait = self._timers[0][0] - now if self._timers else None
            self._socket.settimeout(wait)
            with contextlib.suppress(TimeoutError):
                data, address = self._socket.recvfrom(4096)
                # The frames that are not full ones are audio: nobody listens.
                if len(data) >= HEADER.size and data[0] & 0x80:
                    with self._changed:
                        self._frame(data, address)

    def _frame(self, data: bytes, address: Address) -> None:
        source, target, stamp, oseq, iseq, kind, subclass = HEADER.unpack_from(data)
        source, target, body = source & 0x7FFF, target & 0x7FFF, data[HEADER.size :]
        if kind == IAX and subclass == NEW:
            known = [(call.address, call.theirs) for call in self._calls.values()]
            if (address, source) not in known:
                self._dialled(self._new_call(address, text_ie(body, IE_CALLED)), source, stamp)
            return
        call = self._calls.get(target)
        if call is None:
            if kind == IAX and subclass == PONG:
                self._note("pong")
            return
        call.theirs = source
        if call.ring_seq >= 0 and (iseq - call.ring_seq) & 0x80 == 0:
            call.ring_seq = -1
            self._note("ringing", call.number, call)
        if kind == IAX and subclass in UNCOUNTED:
            return
        fresh = oseq == call.iseq
        if fresh:
            call.iseq = (call.iseq + 1) & 0xFF
        self._put(call, IAX, ACK, stamp)
        if fresh:
            self._event(call, kind, subclass, stamp, body)

    def _dialled(self, call: Call, source: int, stamp: int) -> None:
        call.theirs, call.iseq = source, 1
        self._put(call, IAX, ACK, stamp)
        policy = self.policies.get(call.number, self.default_policy)
        self._note("dialled", call.number, call)
        if policy.action != "reject":
            self.send(call, IAX, ACCEPT, ie(IE_FORMAT, ULAW))
            self.send(call, CONTROL, RINGING)
            call.ring_seq = call.oseq
        if policy.action != "ring":
            due = time.monotonic() + policy.after
            heapq.heappush(self._timers, (due, call.ours, lambda: self.act(call, policy.action)))

    def _event(self, call: Call, kind: int, subclass: int, stamp: int, body: bytes) -> None:
        if kind == DTMF:
            call.digits += chr(subclass)
            self._note("dtmf", chr(subclass), call)
        elif kind == CONTROL:
            names = {RINGING: "ringing", ANSWER: "answered", FLASH: "flash"}
            self._note(names.get(subclass, f"control {subclass}"), call.number, call)
        elif kind == IAX and subclass in (PING, LAGRQ):
            self._put(call, IAX, PONG if subclass == PING else LAGRP, stamp)
            call.oseq = (call.oseq + 1) & 0xFF
        elif kind == IAX and subclass == ACCEPT:
            self._note("accepted", call.number, call)
        elif kind == IAX and subclass in (REJECT, HANGUP):
            call.over = True
            name = "rejected" if subclass == REJECT else "hung_up"
            self._note(name, text_ie(body, IE_CAUSE), call)
