"""Serving the application on both loopback addresses, with limits, on waitress."""

import errno
import logging
import select
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from waitress.server import create_server
from waitress.trigger import trigger
from waitress.wasyncore import close_all

log = logging.getLogger(__name__)

THREADS = 16
"""Requests answered at the same time; each command that waits for its device holds one."""

LOOP_TIMEOUT = 10 if sys.platform != "win32" else 1
"""Seconds between looks at idle connections. An idle agent must not keep a processor awake."""

LIMITS: dict[str, Any] = {
    "connection_limit": 200,
    "channel_timeout": 15,
    "cleanup_interval": 5,
    "max_request_header_size": 8192,
    "max_request_body_size": 4096,
    "backlog": 128,
}
"""A browser opens six connections to a name; commands are short and have no body."""


class PortTaken(Exception):
    """Another program listens on our port."""


def bind(port: int) -> list[socket.socket]:
    """Sockets on 127.0.0.1 and, where there is IPv6, ::1; both on the same port (0: any free)."""
    first = _bind(socket.AF_INET, "127.0.0.1", port)
    sockets = [first]
    try:
        sockets.append(_bind(socket.AF_INET6, "::1", first.getsockname()[1]))
    except PortTaken:
        first.close()
        raise
    except OSError as error:
        log.info("no IPv6 loopback (%s): pages that call localhost get 127.0.0.1", error)
    return sockets


def _bind(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            # SO_REUSEADDR would let a second program share the port there.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        # Until it listens, a second agent that starts in this instant could bind it, too.
        listener.listen(LIMITS["backlog"])
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(
                f"port {port} on {address} is taken: is another agent or the old plug-in running? "
                "Stop it, or choose another port with --port"
            ) from error
        raise
    return listener


class Server:
    """Serves a WSGI application on sockets of ours, on threads of its own, until closed."""

    def __init__(self, app: Callable[..., Any], sockets: list[socket.socket]) -> None:
        self._map: Any = {}
        self._stopper: Any = trigger(self._map)  # wakes the server's loop from another thread
        self._server = create_server(
            app,
            map=self._map,
            sockets=sockets,
            threads=THREADS,
            ident=None,
            asyncore_loop_timeout=LOOP_TIMEOUT,
            asyncore_use_poll=hasattr(select, "poll"),
            **LIMITS,
        )
        self._thread = threading.Thread(target=self._server.run, name="http", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def close(self) -> None:
        """Close all connections and end the threads. May be called twice, and before `start`."""
        if self._thread.is_alive():
            self._stopper.pull_trigger(lambda: close_all(self._map, ignore_all=True))
            self._thread.join()
        else:
            close_all(self._map, ignore_all=True)
        self._server.task_dispatcher.shutdown(timeout=1)
