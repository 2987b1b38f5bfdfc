"""A desk's device: opened, and looked for again when it is lost."""

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

from hookflash import Device, HookflashError
from hookflash.events import Evidence, LineLost
from hookflash.handset_events import HandsetLost
from hookflash.inbox import Inbox

REOPEN_AFTER = (0.3, 1.0, 2.0)
"""Seconds until a lost or missing device is looked for again; the last one from then on."""

D = TypeVar("D", bound=Device[Any])
Item = Callable[[], None]


class Keeper(Generic[D]):
    """Keeps one device. All on the desk's thread.

    make: makes a new, unopened device. told: hears its events, never those of an earlier one; it
    answers a ready event with `ready` and a lost event with `lost`. lost_event: what it is told
    when not even a device can be made (a URL that means nothing, a library that is missing).
    """

    def __init__(
        self,
        make: Callable[[], D],
        inbox: Inbox[Item],
        told: Callable[[Any], None],
        lost_event: type[LineLost] | type[HandsetLost],
    ) -> None:
        self.device: D | None = None
        """The device, from its opening until it is lost."""
        self._make = make
        self._inbox = inbox
        self._told = told
        self._lost_event = lost_event
        self._attempts = 0
        self._stopped = False

    def open(self) -> None:
        """Make the device and begin to open it."""
        if self._stopped:
            return
        try:
            device = self._make()
        except HookflashError as error:
            self._told(self._lost_event(Evidence("port", str(error)), error.code, str(error)))
            return
        self.device = device
        device.subscribe(lambda event: self._inbox.post(partial(self._heard, device, event)))
        device.open()

    def ready(self) -> None:
        """It is there: should it be lost, it is looked for soon."""
        self._attempts = 0

    def lost(self, timeout: float = 2.0) -> None:
        """Release it, and look for it again; it has `timeout` seconds to let go."""
        device, self.device = self.device, None
        if device is not None:
            device.close(timeout)
        if not self._stopped:
            delay = REOPEN_AFTER[min(self._attempts, len(REOPEN_AFTER) - 1)]
            self._attempts += 1
            self._inbox.after(delay, self.open)

    def stop(self, timeout: float) -> None:
        """Leave it in order and release it, for good."""
        self._stopped = True
        if self.device is not None:
            self.device.close(timeout)

    def _heard(self, device: D, event: Any) -> None:
        if device is self.device:
            self._told(event)
