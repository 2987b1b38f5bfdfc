"""The sockets of a PC: what is plugged in is what the test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from hookflash.discovery import Found, Kind
from hookflash_server.presence import Discovery


class Sockets:
    """What is plugged in, and who watches."""

    def __init__(self, *found: Found) -> None:
        self._lock = threading.Lock()
        self._found = list(found)
        self._listeners: list[Callable[[], None]] = []
        self.looks = 0
        self.watching = False

    @property
    def discovery(self) -> Discovery:
        """How an agent learns of it."""
        return Discovery(self._look, lambda listener: _Watcher(self, listener))

    def plug(self, *found: Found) -> None:
        """Plug these in, and tell."""
        with self._lock:
            self._found += found
        self.tell()

    def unplug(self, *found: Found) -> None:
        """Pull these out, and tell."""
        with self._lock:
            for one in found:
                self._found.remove(one)
        self.tell()

    def tell(self) -> None:
        """Say that something may have changed."""
        for listener in list(self._listeners):
            listener()

    def watch(self, listener: Callable[[], None], on: bool) -> None:
        """From now on this listener is told, or no more."""
        self.watching = on
        (self._listeners.append if on else self._listeners.remove)(listener)

    def _look(self) -> Sequence[Found]:
        with self._lock:
            self.looks += 1
            return list(self._found)


class _Watcher:
    def __init__(self, sockets: Sockets, listener: Callable[[], None]) -> None:
        self._sockets = sockets
        self._listener = listener
        self._on = False

    def start(self) -> None:
        self._on = True
        self._sockets.watch(self._listener, True)

    def close(self) -> None:
        if self._on:
            self._on = False
            self._sockets.watch(self._listener, False)


def modem(url: str, serial: str = "", place: str = "1-1", **more: object) -> Found:
    """A modem that is plugged in; opened by this URL."""
    members: dict[str, object] = {"name": "USRobotics USR5637", "has_line": True} | more
    ids = {"vendor_id": 0x0BAF, "product_id": 0x0303, "profile": "usr5637"}
    return Found(Kind.MODEM, url, serial=serial, place=place, **(ids | members))  # type: ignore[arg-type]


def headset(url: str, serial: str = "", place: str = "1-2", **more: object) -> Found:
    """A headset, likewise."""
    members: dict[str, object] = {"name": "Jabra Evolve 65", "has_handset": True} | more
    ids = {"vendor_id": 0x0B0E, "product_id": 0x0311, "profile": "jabra"}
    return Found(Kind.HANDSET, url, serial=serial, place=place, **(ids | members))  # type: ignore[arg-type]
