"""A simulated modem behind a TCP port, as a serial server has it: for `socket://` lines."""

from __future__ import annotations

import contextlib
import socket
import threading

from hookflash.simulated import Exchange
from hookflash.simulated.modem import ModemTiming, SimulatedModem


class TcpModem:
    """One modem on a loopback port; `url` opens it. One program at a time, as on a serial line."""

    def __init__(
        self,
        exchange: Exchange,
        number: str = "1001",
        family: str = "v253",
        timing: ModemTiming | None = None,
    ) -> None:
        self.modem = SimulatedModem(exchange.line(number), self._output, family, timing)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._server.getsockname()[1]}"
        self._lock = threading.Lock()
        self._client: socket.socket | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="tcp modem", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take the device away: who has it open loses it."""
        with self._lock:
            self._closing = True
            if self._client is not None:
                with contextlib.suppress(OSError):  # its program closed it just now
                    self._client.shutdown(socket.SHUT_RDWR)
        # Only a connection wakes a thread blocked in accept().
        with contextlib.suppress(OSError):
            socket.create_connection(self._server.getsockname(), 1).close()
        self._thread.join()
        line = self.modem.line
        with line.exchange.lock:
            line.on_hook()
            line.phone = None

    def _output(self, data: bytes) -> None:
        client = self._client
        if client is not None:
            with contextlib.suppress(OSError):  # nobody reads: lost, as on a serial line
                client.sendall(data)

    def _run(self) -> None:
        with self._server:
            while True:
                client, _ = self._server.accept()
                with client:
                    with self._lock:
                        if self._closing:
                            return
                        self._client = client
                    self._serve(client)
                    self._client = None

    def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(ConnectionError):
            while data := client.recv(4096):
                self.modem.feed(data)
        self.modem.port_closed()
