"""A session: the port that is open now and the conversation over it; both can be made anew."""

import logging
import threading
from collections.abc import Callable

from ..errors import DeviceLost, LineClosed
from .codes import Token
from .conversation import Conversation
from .place import Place
from .port import Port

log = logging.getLogger(__name__)


class Session:
    """Connects, disconnects and connects again; `close` ends it for good, from any thread.

    open_port: opens the port; called again after each disconnection.
    unsolicited, lost: as for Conversation; a disconnection of ours is no loss.
    """

    def __init__(
        self,
        name: str,
        open_port: Callable[[], Port],
        unsolicited: Callable[[Token], None],
        lost: Callable[[DeviceLost], None],
        gap: float,
    ) -> None:
        self.name = name
        self._open_port = open_port
        self._unsolicited = unsolicited
        self._lost = lost
        self._gap = gap
        self._lock = threading.Lock()
        self._talk: Conversation | None = None
        self._closed = False
        self.place: Place | None = None
        """Where the device was plugged in when it was last connected."""

    @property
    def closed(self) -> bool:
        """It was closed for good."""
        return self._closed

    @property
    def talk(self) -> Conversation:
        """The conversation; DeviceLost while there is none."""
        if self._talk is None:
            raise DeviceLost(f"{self.name}: not connected")
        return self._talk

    @property
    def crossing(self) -> bool:
        """See Conversation."""
        return self._talk is not None and self._talk.crossing

    def connect(self) -> None:
        """Open the port. PortError if that fails, LineClosed if the session was closed."""
        port = self._open_port()
        with self._lock:
            if not self._closed:
                self.place = port.place or self.place
                self._talk = Conversation(port, self._unsolicited, self._lost, self._gap)
                return
        port.close()
        raise LineClosed(f"open {self.name}: closed meanwhile")

    def disconnect(self) -> None:
        """Release the port; whoever waits for the device is told that it was closed."""
        talk = self._talk
        if talk is not None:
            talk.close()

    def close(self) -> None:
        """Disconnect, and never connect again."""
        with self._lock:
            self._closed = True
        self.disconnect()

    def wake(self) -> None:
        """Have whoever waits look whether its operation was aborted."""
        talk = self._talk
        if talk is not None:
            talk.wake()
