"""One open Yealink phone for all who use it: its handset and its line."""

import threading
from collections.abc import Callable

from ..hid.port import HidPort
from .yealink_link import Link

_links: dict[str, Link] = {}
_links_lock = threading.Lock()
_opening = threading.Lock()


def connect(open_port: Callable[[], HidPort]) -> Link:
    """The link to the phone that `open_port` opens; the one that stands, if it is open already.

    open_port: where it has a method `path`, that tells what it will open (empty: it does not know):
    a USB interface that is claimed cannot be opened again. PortError, PortBusy as it raises them.
    """
    with _opening:  # two at once would both find it closed
        path = _path_of(open_port)
        with _links_lock:
            link = _standing(path)
            if link is not None:
                link.count(1)
                return link
        port = open_port()
        with _links_lock:
            link = _standing(port.info.path)
            if link is None:
                link = _links[port.info.path] = Link(port, _gone)
            else:
                port.close()
            link.count(1)
            return link


def release(link: Link) -> None:
    """Give a link back; the last user closes the phone."""
    with _links_lock:
        if link.count(-1) > 0:
            return
        _forget(link)
    link.close()


def _standing(path: str) -> Link | None:
    """The link to what is at a path, if one can be used. With the lock held."""
    link = _links.get(path)
    return link if link is not None and link.lost is None else None


def _path_of(open_port: Callable[[], HidPort]) -> str:
    path = getattr(open_port, "path", None)
    return str(path()) if path is not None else ""


def _gone(link: Link) -> None:
    with _links_lock:
        _forget(link)


def _forget(link: Link) -> None:
    """Connect anew next time. With the lock held."""
    if _links.get(link.info.path) is link:
        del _links[link.info.path]
