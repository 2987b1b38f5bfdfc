"""The life of a device, the same for every kind: opened once, used, then lost or closed.

The base owns what is hard: the thread, that a loss is told once and never for our own close, that
`close` releases the device whatever happens. Implementers write `_open`, `_close`, `_interrupt`.
"""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import partial
from typing import Generic, TypeVar

from .errors import DeviceLost, HookflashError, LineClosed, Recovering, WrongState
from .events import DeviceEvent
from .operation import Body, Operation, Worker

log = logging.getLogger(__name__)

Event = TypeVar("Event", bound=DeviceEvent)


class DeviceState(StrEnum):
    """Is the device there?"""

    NEW = "new"
    OPENING = "opening"
    READY = "ready"
    LOST = "lost"
    CLOSED = "closed"


class Device(ABC, Generic[Event]):
    """A device. Open it once; a lost or closed one stays so: make a new one.

    Events go to the listeners in the order in which the device told them, on the device's threads:
    a listener must return at once and never wait for the device.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.identity = ""
        """What the device calls itself; known once it is open."""
        self.notes: tuple[str, ...] = ()
        """What it lacks or does otherwise than asked for, in words; known once it is open."""
        self._lock = threading.RLock()
        self._worker = Worker(name)
        self._listeners: list[Callable[[Event], None]] = []
        self._state = DeviceState.NEW
        self._recovering = False

    # --- what users call ----------------------------------------------------------------------

    @property
    def state(self) -> DeviceState:
        """Is the device there?"""
        return self._state

    @property
    def recovering(self) -> bool:
        """True while a device that did not answer is being brought back."""
        return self._recovering

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Hear the device's events; returns the callable that ends it."""
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe

    def open(self) -> Operation:
        """Open the device and set it up: its ready event or its lost event follows."""
        with self._lock:
            if self._state is not DeviceState.NEW:
                raise WrongState(f"open {self.name}: it was opened before; make a new one")
            self._state = DeviceState.OPENING
            self._worker.start()
            return self._submit("open", self._do_open, patient=True)

    def close(self, timeout: float = 2.0) -> None:
        """Leave the device in order (a line on hook) and release it.

        May be called twice, after an unplug, and from any thread. A device that does not answer
        within `timeout` seconds is released all the same, which drops DTR.
        """
        with self._lock:
            first = self._state is not DeviceState.CLOSED
            started = self._state is not DeviceState.NEW
            was_ready = self._state is DeviceState.READY
            was_opening = self._state is DeviceState.OPENING
            self._state = DeviceState.CLOSED
        if not started:
            return
        if first:
            self._worker.abort()
            self._interrupt()
            if was_opening:  # nothing to put in order yet, and a deaf device is not waited for
                self._close()
            self._worker.end(partial(self._do_close, was_ready))
        if not self._worker.join(timeout):
            log.warning("close %s: no answer within %.1f s, released without", self.name, timeout)
            self._close()

    # --- hooks for implementers ---------------------------------------------------------------

    @abstractmethod
    def _open(self) -> str:
        """Open the device and set it up; return what it calls itself."""

    @abstractmethod
    def _close(self) -> None:
        """Release the device. Called from any thread, maybe twice; never writes to it."""

    @abstractmethod
    def _interrupt(self) -> None:
        """Wake whatever waits for the device, so that it sees that its operation is aborted."""

    @abstractmethod
    def _leave(self) -> None:
        """Put a device in order that is about to be closed."""

    @abstractmethod
    def _forget(self) -> None:
        """The device is lost: what was known of its state is void. Called with the lock held."""

    @abstractmethod
    def _ready_event(self, identity: str) -> Event:
        """The event that tells that the device is ready."""

    @abstractmethod
    def _lost_event(self, cause: HookflashError) -> Event:
        """The event that tells that the device is lost."""

    # --- what implementers tell ---------------------------------------------------------------

    def _emit(self, event: Event, *, last: bool = False, level: int = logging.INFO) -> None:
        """Tell the listeners, in one order for all; once the device is lost only its `last`."""
        with self._lock:
            if self._state is DeviceState.LOST and not last:
                log.debug("%s: lost, so not told: %s", self.name, event)
                return
            log.log(level, "%s: %s", self.name, event)
            for listener in list(self._listeners):
                try:
                    listener(event)
                except Exception:  # a listener's defect must not end the device's thread
                    log.exception("%s: a listener failed at %s", self.name, event)

    def _note(self, notes: Iterable[str]) -> None:
        """Keep what there is to say of the device, and log it."""
        self.notes = tuple(notes)
        for note in self.notes:
            log.warning("%s: %s", self.name, note)

    def _tell_lost(self, cause: HookflashError) -> None:
        """The device is gone, or never came: told once, and never for our own close."""
        with self._lock:
            if self._state in (DeviceState.LOST, DeviceState.CLOSED):
                return
            # One that never came is looked for again and again: that is no news for the log.
            level = logging.DEBUG if self._state is DeviceState.OPENING else logging.INFO
            self._state = DeviceState.LOST
            self._forget()
        self._interrupt()
        self._close()  # what it may yet say is not listened to
        self._emit(self._lost_event(cause), last=True, level=level)

    def _submit(self, name: str, body: Body, *, patient: bool = False) -> Operation:
        """Have the device's thread do it; an operation that has failed already if it cannot."""
        with self._lock:
            if self._state in (DeviceState.NEW, DeviceState.CLOSED):
                return _refused(name, self.name, LineClosed(f"{name} on {self.name}: not open"))
            if self._state is DeviceState.LOST:
                return _refused(name, self.name, DeviceLost(f"{name} on {self.name}: it is gone"))
            if self._recovering and not patient:
                why = "it did not answer and is being brought back; try again in a few seconds"
                return _refused(name, self.name, Recovering(f"{name} on {self.name}: {why}"))
            return self._worker.submit(name, body, patient=patient)

    # --- the device's own thread --------------------------------------------------------------

    def _do_open(self, operation: Operation) -> None:
        try:
            identity = self._open()
        except HookflashError as error:
            self._close()
            self._tell_lost(error)
            raise
        with self._lock:
            if self._state is not DeviceState.OPENING:
                operation.check()
                raise DeviceLost(f"open {self.name}: the device went away")
            self._state = DeviceState.READY
            self.identity = identity
            # Told with the lock held, so that a loss at this moment is told after it.
            self._emit(self._ready_event(identity))

    def _do_close(self, was_ready: bool) -> None:
        try:
            if was_ready:
                self._leave()
        except HookflashError as error:
            log.warning("close %s: not left in order: %s", self.name, error)
        finally:
            self._close()


def _refused(name: str, device: str, error: HookflashError) -> Operation:
    operation = Operation(name, device)
    operation.set_exception(error)
    return operation
