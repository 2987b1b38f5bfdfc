"""The names of `threading`, `time` and `queue` on a stage, and hookflash played there."""

from __future__ import annotations

import inspect
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any, TypeVar

from .stage import Stage, Task

T = TypeVar("T")


class Lock:
    """A lock of a stage. again: its owner may take it again."""

    def __init__(self, stage: Stage, *, again: bool = False) -> None:
        self._stage = stage
        self._again = again
        self._owner: Task | None = None
        self._depth = 0
        self._queue: list[Task] = []

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        stage, me = self._stage, self._stage.current
        if stage.over:
            return True
        if self._again and self._owner is me:
            self._depth += 1
            return True
        stage.may_switch()
        deadline = stage.now + timeout if timeout >= 0 else None
        while self._owner is not None:
            if not blocking or (deadline is not None and stage.now >= deadline):
                return False
            stage.block(self._queue, deadline)
        self._owner, self._depth = me, 1
        return True

    def release(self) -> None:
        if self._stage.over:
            return
        if self._owner is not self._stage.current:
            raise RuntimeError("a lock is released by who does not have it")
        self._depth -= 1
        if self._depth == 0:
            self.give_away()
            self._stage.may_switch()

    def give_away(self) -> int:
        """Release it all the way without giving up the turn; how often it was taken."""
        depth, self._owner, self._depth = self._depth, None, 0
        if self._queue:
            self._stage.wake(self._queue.pop(0))
        return depth

    def take_back(self, depth: int) -> None:
        """Undo `give_away`."""
        self.acquire()
        self._depth = depth

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class Condition:
    """A condition of a stage."""

    def __init__(self, stage: Stage, lock: Lock | None = None) -> None:
        self._stage = stage
        self._lock = lock or Lock(stage, again=True)
        self._queue: list[Task] = []

    def __enter__(self) -> bool:
        return self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def wait(self, timeout: float | None = None) -> bool:
        stage = self._stage
        deadline = None if timeout is None else stage.now + max(timeout, 0.0)
        depth = self._lock.give_away()
        woken = stage.block(self._queue, deadline)
        self._lock.take_back(depth)
        return woken

    def wait_for(self, true: Callable[[], T], timeout: float | None = None) -> T:
        deadline = None if timeout is None else self._stage.now + timeout
        while not (result := true()):
            left = None if deadline is None else deadline - self._stage.now
            if left is not None and left <= 0:
                break
            self.wait(left)
        return result

    def notify(self, n: int = 1) -> None:
        for task in self._queue[:n]:
            self._queue.remove(task)
            self._stage.wake(task)

    def notify_all(self) -> None:
        self.notify(len(self._queue))


class Event:
    """An event of a stage."""

    def __init__(self, stage: Stage) -> None:
        self._changed = Condition(stage)
        self._set = False

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        with self._changed:
            self._set = True
            self._changed.notify_all()

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        with self._changed:
            return self._changed.wait_for(self.is_set, timeout)


class Thread:
    """A thread of a stage."""

    def __init__(
        self,
        stage: Stage,
        target: Callable[..., object],
        name: str = "",
        args: tuple[Any, ...] = (),
        daemon: bool = True,  # noqa: ARG002  (they all end with the play)
    ) -> None:
        self.name = name
        self._stage = stage
        self._target = lambda: target(*args)
        self.task: Task | None = None

    def start(self) -> None:
        self.task = self._stage.spawn(self.name, self._target)

    @property
    def ident(self) -> int | None:
        return None if self.task is None else id(self.task)

    def is_alive(self) -> bool:
        return self.task is not None and not self.task.done

    def join(self, timeout: float | None = None) -> None:
        task, deadline = self.task, None if timeout is None else self._stage.now + timeout
        if task is not None and not task.done:
            self._stage.block(task.joined, deadline)


class SimpleQueue:
    """A queue of a stage."""

    def __init__(self, stage: Stage) -> None:
        self._changed = Condition(stage)
        self._items: deque[Any] = deque()

    def put(self, item: Any) -> None:
        with self._changed:
            self._items.append(item)
            self._changed.notify()

    def get(self) -> Any:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items))
            return self._items.popleft()


class Staged:
    """`threading`, `time` and `queue`, as far as hookflash uses them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._threads: list[Thread] = []
        self.time = SimpleNamespace(monotonic=lambda: stage.now, sleep=stage.sleep)
        self.queue = SimpleNamespace(SimpleQueue=lambda: SimpleQueue(stage))
        self.threading = SimpleNamespace(
            Lock=lambda: Lock(stage),
            RLock=lambda: Lock(stage, again=True),
            Condition=lambda lock=None: Condition(stage, lock),
            Event=lambda: Event(stage),
            Thread=self._thread,
            current_thread=self._current_thread,
        )

    def _thread(self, **kwargs: Any) -> Thread:
        thread = Thread(self._stage, **kwargs)
        self._threads.append(thread)
        return thread

    def _current_thread(self) -> Thread | None:
        current = self._stage.current
        return next((thread for thread in self._threads if thread.task is current), None)


@contextmanager
def staged(stage: Stage) -> Iterator[Staged]:
    """Have all of hookflash that is loaded use the stage's threads and clock."""
    names = Staged(stage)
    for module, name in _users():
        setattr(module, name, getattr(names, name))
    for function, defaults in _bound():
        replaced = (names.time.monotonic if d is time.monotonic else d for d in defaults)
        function.__defaults__ = tuple(replaced)
    try:
        yield names
    finally:
        for module, name in _users():
            setattr(module, name, _REAL[name])
        for function, defaults in _bound():
            function.__defaults__ = defaults


_REAL: dict[str, ModuleType] = {"threading": threading, "time": time, "queue": queue}


@cache
def _users() -> tuple[tuple[ModuleType, str], ...]:
    """The modules that use these names."""
    return tuple(
        (module, name)
        for module in _modules()
        for name, real in _REAL.items()
        if getattr(module, name, None) is real
    )


@cache
def _bound() -> tuple[tuple[Any, tuple[Any, ...]], ...]:
    """Initialisers to which the real clock was bound when their module was loaded."""
    kinds = (
        kind for module in _modules() for _, kind in inspect.getmembers(module, inspect.isclass)
    )
    functions = {kind.__init__ for kind in kinds if inspect.isfunction(kind.__init__)}
    bound = ((function, function.__defaults__ or ()) for function in functions)
    return tuple((function, values) for function, values in bound if time.monotonic in values)


def _modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.split(".")[0] == "hookflash"]
