"""A desk's device: opened, and looked for again when it is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from hookflash import Device, HookflashError
from hookflash.errors import NothingPluggedIn, NotSupported, SeveralPluggedIn
from hookflash.events import Evidence, LineLost
from hookflash.handset_events import HandsetLost
from hookflash.inbox import Inbox, Timer

REOPEN_AFTER = (0.3, 1.0, 2.0)
"""Seconds until a lost or missing device is looked for again; the last one from then on, unless its
source says more seldom."""

SETTLING = 3.0
"""Seconds after something was plugged in in which what is missing is looked for often: its node
may be there before the rights to open it, or its modem before it listens."""

WHILE_SETTLING = 0.3
"""Seconds between two looks in that time."""

NOT_THERE = (NothingPluggedIn.code, SeveralPluggedIn.code, NotSupported.code)
"""What plugging in or pulling out changes, and nothing else."""

D = TypeVar("D", bound=Device[Any])
D_co = TypeVar("D_co", bound=Device[Any], covariant=True)
Item = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Source(Generic[D_co]):
    """Where a device comes from.

    make: makes a new, unopened device. seldom: seconds between two looks for what has not been
    plugged in for long: where plugging in is told (`Keeper.look`), the timer is only a net.
    """

    make: Callable[[], D_co]
    seldom: float = 0.0


class Keeper(Generic[D]):
    """Keeps one device. All on the desk's thread.

    told: hears its events, never those of an earlier one; it answers a ready event with `ready` and
    a lost event with `lost`. lost_event: what it is told when not even a device can be made (a URL
    that means nothing, nothing plugged in, a library that is missing).
    """

    def __init__(
        self,
        source: Source[D],
        inbox: Inbox[Item],
        told: Callable[[Any], None],
        lost_event: type[LineLost] | type[HandsetLost],
    ) -> None:
        self.device: D | None = None
        """The device, from its opening until it is lost."""
        self._source = source
        self._inbox = inbox
        self._told = told
        self._lost_event = lost_event
        self._attempts = 0
        self._not_there = False
        """Nothing that could be used is plugged in; else something keeps it from being used, of
        whose end nobody tells."""
        self._next: Timer[Item] | None = None
        self._settling: Timer[Item] | None = None
        self._stopped = False

    def open(self) -> None:
        """Make the device and begin to open it; nothing if there is one."""
        self._wait_no_more()
        if self._stopped or self.device is not None:
            return
        try:
            device = self._source.make()
        except HookflashError as error:
            self._not_there = error.code in NOT_THERE
            self._told(self._lost_event(Evidence("port", str(error)), error.code, str(error)))
            return
        self.device = device
        device.subscribe(lambda event: self._inbox.post(partial(self._heard, device, event)))
        device.open()

    def look(self) -> None:
        """Something was plugged in or out: look for what is missing now, and often for a while.

        A device that is just being opened is left to it: if it fails, the next try is soon.
        """
        self._attempts = 0
        if self._settling is not None:
            self._settling.cancel()
        self._settling = self._inbox.after(SETTLING, self._settled)
        self.open()

    @property
    def settling(self) -> bool:
        """Something was plugged in or out just now; what keeps a device away may pass by itself."""
        return self._settling is not None

    def ready(self) -> None:
        """It is there: should it be lost, it is looked for soon."""
        self._attempts = 0

    def lost(self, timeout: float = 2.0) -> None:
        """Release it, and look for it again; it has `timeout` seconds to let go."""
        device, self.device = self.device, None
        if device is not None:
            device.close(timeout)
        if not self._stopped:
            self._wait_no_more()
            self._next = self._inbox.after(self._pause(), self.open)

    def stop(self, timeout: float) -> None:
        """Leave it in order and release it, for good."""
        self._stopped = True
        if self.device is not None:
            self.device.close(timeout)

    def _wait_no_more(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _pause(self) -> float:
        if self._settling is not None:
            return WHILE_SETTLING
        self._attempts += 1
        if self._attempts > len(REOPEN_AFTER) and self._not_there:
            return max(REOPEN_AFTER[-1], self._source.seldom)
        return REOPEN_AFTER[min(self._attempts, len(REOPEN_AFTER)) - 1]

    def _settled(self) -> None:
        self._settling = None

    def _heard(self, device: D, event: Any) -> None:
        if device is not self.device:
            return
        if isinstance(event, self._lost_event):
            self._not_there = event.code in NOT_THERE
        self._told(event)
