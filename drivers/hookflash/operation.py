"""Operations: what is asked of a line now and done on the line's own thread, one at a time."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from .errors import Aborted, CommandTimeout, HookflashError
from .inbox import Inbox, Timer

log = logging.getLogger(__name__)

START_WITHIN = 3.5
"""Seconds an operation may wait for its turn. Later it fails: keys that are sent after somebody
was told that they were not are wrong keys."""


class Operation(Future[None]):
    """A queued, running or finished operation of a line.

    `wait()` gives its outcome. `taken` turns True as soon as there is proof that the device took
    the command, which for a slow dial is long before the outcome. A hang-up overtakes it: then
    the outcome is Aborted.
    """

    def __init__(self, name: str, device: str) -> None:
        super().__init__()
        self.name = name
        self.device = device
        self.taken = False
        self.aborted = False
        self._changed = threading.Condition()
        # A Future that is not running yet can be cancelled, and then takes no outcome.
        self.set_running_or_notify_cancel()

    def wait(self, timeout: float | None = None) -> None:
        """Wait for the end, `timeout` seconds at most (then TimeoutError); raise what it raised."""
        self.result(timeout)

    def abort(self) -> None:
        """Tell the operation to give up; it does so at its next pause."""
        with self._changed:
            self.aborted = True
            self._changed.notify_all()

    def nudge(self) -> None:
        """Wake a pause, so that it looks at its condition again."""
        with self._changed:
            self._changed.notify_all()

    def pause(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Pause inside the operation until `until()` or for `seconds`; tell which by True, False.

        Raises Aborted as soon as the operation is told to give up.
        """
        with self._changed:
            met = self._changed.wait_for(lambda: self.aborted or until(), seconds)
        self.check()
        return met

    def check(self) -> None:
        """Raise Aborted if the operation was told to give up."""
        if self.aborted:
            raise Aborted(f"{self.name} on {self.device}: given up, something came first")


Body = Callable[[Operation], None]
Action = Callable[[], None]


class Worker:
    """The thread that owns a device: does operations and timed actions, one at a time."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._inbox: Inbox[Action] = Inbox()
        self._lock = threading.Lock()
        self._operations: list[Operation] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"line {device}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, name: str, body: Body, *, patient: bool = False) -> Operation:
        """Queue an operation; unless patient, it fails if its turn comes too late."""
        operation = Operation(name, self._device)
        start_by = float("inf") if patient else time.monotonic() + START_WITHIN
        with self._lock:
            self._operations.append(operation)
        self._inbox.post(partial(self._perform, operation, body, start_by))
        return operation

    def post(self, action: Action) -> None:
        """Queue something to do that nobody waits for."""
        self._inbox.post(action)

    def after(self, seconds: float, action: Action) -> Timer[Action]:
        """Do something when `seconds` have passed."""
        return self._inbox.after(seconds, action)

    def abort(self, *spared: str) -> None:
        """Tell all operations, queued and running, to give up, but for those with these names."""
        for operation in self._current():
            if operation.name not in spared:
                operation.abort()

    def nudge(self) -> None:
        """Have the running operation's pause look at its condition."""
        for operation in self._current():
            operation.nudge()

    def end(self, last: Action) -> None:
        """Do `last` after all that is queued, and end."""

        def finish() -> None:
            try:
                last()
            finally:
                self._ended.set()

        self._inbox.post(finish)

    def join(self, timeout: float) -> bool:
        """Wait for the end; True when it came. From the thread itself: nothing to wait for."""
        return threading.current_thread() is self._thread or self._ended.wait(timeout)

    def _current(self) -> list[Operation]:
        with self._lock:
            return list(self._operations)

    def _run(self) -> None:
        while not self._ended.is_set():
            action = self._inbox.get()
            try:
                action()
            except Exception:  # a defect of ours must not end the device's thread
                log.exception("%s: a defect of ours", self._device)

    def _perform(self, operation: Operation, body: Body, start_by: float) -> None:
        what = f"{operation.name} on {self._device}"
        failure: HookflashError | None = None
        try:
            operation.check()
            if time.monotonic() > start_by:
                raise CommandTimeout(f"{what}: not begun, the device was busy until now")
            body(operation)
        except HookflashError as error:
            failure = error
            level = logging.DEBUG if operation.name == "open" else logging.INFO  # its event tells
            log.log(level, "%s failed: %s", what, error)
        except Exception as error:  # a defect of ours must not end the device's thread
            log.exception("%s: a defect of ours", what)
            failure = HookflashError(f"{what}: {error!r}")
            failure.__cause__ = error
        with self._lock:
            self._operations.remove(operation)
        if failure is None:
            operation.set_result(None)
        else:
            operation.set_exception(failure)
