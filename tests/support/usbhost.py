"""A USB host in a few lines: it speaks USB/IP over a socket and looks at devices as Linux does."""

from __future__ import annotations

import errno
import socket
import struct
from dataclasses import dataclass

from hookflash.simulated.usb.connection import Connection
from hookflash.simulated.usb.function import Function
from support.lines import PATIENCE

STALL, RESET = -errno.EPIPE, -errno.ECONNRESET


@dataclass(frozen=True, slots=True)
class Done:
    """How a transfer ended: data of an IN one, bytes taken of an OUT one."""

    status: int
    data: bytes = b""
    sent: int = 0


class UsbHost:
    """The host's end. Answers are kept until they are waited for."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.end.settimeout(PATIENCE)
        self._seq = 0
        self._ways: dict[int, bool] = {}
        self.done: dict[int, Done] = {}
        self.unlinked: dict[int, int] = {}

    def submit(
        self, endpoint: int, length: int = 0, data: bytes = b"", setup: bytes = bytes(8)
    ) -> int:
        """Begin a transfer; its number. endpoint: with bit 7 for IN."""
        self._seq += 1
        is_in = bool(endpoint & 0x80)
        self._ways[self._seq] = is_in
        head = struct.pack(">5I", 1, self._seq, 1, is_in, endpoint & 0x7F)
        body = struct.pack(">IiiiI8s", 0, length if is_in else len(data), 0, 0, 0, setup)
        self.end.sendall(head + body + data)
        return self._seq

    def unlink(self, victim: int) -> int:
        """Give a transfer up; the status of the answer."""
        self._seq += 1
        self.end.sendall(struct.pack(">6I24x", 2, self._seq, 1, 0, 0, victim))
        seq = self._seq
        while seq not in self.unlinked:
            self._receive()
        return self.unlinked.pop(seq)

    def wait(self, seq: int) -> Done:
        """Wait for a transfer's end."""
        while seq not in self.done:
            self._receive()
        return self.done.pop(seq)

    def read(self, endpoint: int, length: int = 64) -> bytes:
        """One transfer's data."""
        done = self.wait(self.submit(endpoint, length))
        assert done.status == 0
        return done.data

    def write(self, endpoint: int, data: bytes) -> Done:
        return self.wait(self.submit(endpoint, data=data))

    def control(
        self,
        request_type: int,
        request: int,
        value: int = 0,
        index: int = 0,
        asked: int | bytes = 0,
    ) -> Done:
        """A control transfer. asked: room for an answer, or the data that is sent."""
        length = asked if isinstance(asked, int) else len(asked)
        setup = struct.pack("<BBHHH", request_type, request, value, index, length)
        data = asked if isinstance(asked, bytes) else b""
        return self.wait(self.submit(request_type & 0x80, length, data, setup))

    def descriptor(self, kind: int, index: int = 0, length: int = 255) -> bytes:
        """A standard descriptor."""
        done = self.control(0x80, 6, kind << 8 | index, 0, length)
        assert done.status == 0
        return done.data

    def settle(self) -> None:
        """Wait until the device has all that was begun."""
        assert self.control(0x80, 0, 0, 0, 2).status == 0

    def configure(self) -> bytes:
        """Find the device as Linux does, with the look at address 0; its configuration."""
        assert self.descriptor(1, length=64)[:2] == bytes([18, 1])
        (total,) = struct.unpack_from("<H", self.descriptor(2, length=9), 2)
        configuration = self.descriptor(2, length=total)
        assert self.control(0x00, 9, 1).status == 0
        return configuration

    def _receive(self) -> None:
        head = self._exactly(48)
        kind, seq = struct.unpack_from(">II", head)
        status, actual = struct.unpack_from(">ii", head, 20)
        if kind == 4:
            self.unlinked[seq] = status
            return
        assert kind == 3
        assert seq not in self.done
        is_in = self._ways.pop(seq)
        data = self._exactly(actual) if is_in else b""
        self.done[seq] = Done(status, data, 0 if is_in else actual)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            try:
                more = self.end.recv(count - len(data))
            except ConnectionError as error:  # it had not read all
                raise EOFError("the device is gone") from error
            if not more:
                raise EOFError("the device is gone")
            data += more
        return data


class Plugged:
    """A function that is plugged into a UsbHost."""

    def __init__(self, function: Function, faults: tuple[str, ...] = ()) -> None:
        ours, theirs = socket.socketpair()
        self.function = function
        self.host = UsbHost(theirs)
        self.connection = Connection(function, ours, faults)
        self.connection.start()

    def __enter__(self) -> Plugged:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.host.end.close()

    def ended(self) -> None:
        """Wait until the device's side has ended."""
        self.connection.join(PATIENCE)


class HostedBench:
    """Takes the place of vhci: every device that is attached gets a host here."""

    def __init__(self) -> None:
        self.hosts: list[UsbHost] = []

    def attach(self, device: socket.socket, name: str, wanted: str = "") -> str:
        """As vhci.attach; it configures the device at once."""
        del name
        host = UsbHost(device.dup())
        self.hosts.append(host)
        host.configure()
        return wanted or f"1-{len(self.hosts)}"

    def wait_free(self, place: str) -> None:
        """It is."""

    def close(self) -> None:
        for host in self.hosts:
            host.end.close()


__all__ = ["RESET", "STALL", "Done", "HostedBench", "Plugged", "UsbHost"]
