"""A stage: threads that take turns and a clock that stands while anybody has something to do.

Code that uses `threading` and `time` runs on it unchanged, with real threads of which one runs at
a time. A whole conversation with its time-outs so takes a millisecond, comes out the same each
time, and may be interrupted wherever a lock is taken or released: races are found and replayed.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

T = TypeVar("T")

STEPS = 100_000
"""Turns after which a play is taken to have no end."""

START = 1000.0
"""The clock at the beginning; not 0, which many take for never."""


class Stuck(AssertionError):
    """Everybody waits for somebody else, or nobody comes to an end."""


class _Killed(BaseException):
    """The play is over: ends a thread wherever it waits."""


class Task:
    """A thread of the play."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.gate = threading.Lock()
        self.gate.acquire()
        self.waits = 0
        """Counts its waits, so that what ends one does not end the next."""
        self.blocked = False
        self.woken = False
        self.done = False
        self.joined: list[Task] = []


class Stage:
    """Runs a play. preempt: asked at each point where a thread may be interrupted."""

    def __init__(self, preempt: Callable[[], bool] = lambda: False, steps: int = STEPS) -> None:
        self.now = START
        self.errors: list[tuple[str, BaseException]] = []
        """What threads died of."""
        self.left: list[str] = []
        """Threads that were still there at the end."""
        self._preempt = preempt
        self._steps = steps
        self._ready: deque[Task] = deque()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._main = Task("main")
        self._current = self._main
        self._tasks: list[Task] = [self._main]
        self._threads: list[threading.Thread] = []
        self._killing = False
        self._stuck = ""

    # --- for the play -------------------------------------------------------------------------

    def run(self, play: Callable[[], T]) -> T:
        """Run `play` as the main thread, then end whatever else still runs."""
        try:
            return play()
        finally:
            self.left = [task.name for task in self._tasks if not (task.done or task is self._main)]
            self._killing = True
            for task in self._tasks:
                if not task.done and task is not self._main:
                    task.gate.release()
                    self._main.gate.acquire()
            for thread in self._threads:
                thread.join()

    def at(self, due: float, action: Callable[[], None]) -> None:
        """Do something when the clock reads `due`; it must not wait nor take a lock."""
        heapq.heappush(self._timers, (due, next(self._order), action))

    def sleep(self, seconds: float) -> None:
        """Let time pass for this thread."""
        self.block([], self.now + seconds)

    def spawn(self, name: str, target: Callable[[], object]) -> Task:
        """Start a thread."""
        task = Task(name)
        self._tasks.append(task)

        def body() -> None:
            task.gate.acquire()
            try:
                if not self._killing:
                    target()
            except _Killed:
                pass
            except BaseException as error:  # noqa: BLE001  (told by the play, whatever it is)
                self.errors.append((name, error))
            self._end(task)

        thread = threading.Thread(target=body, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
        self._ready.append(task)
        return task

    # --- for the locks ------------------------------------------------------------------------

    @property
    def current(self) -> Task:
        """The thread whose turn it is."""
        return self._current

    @property
    def over(self) -> bool:
        """The play has ended, well or not: threads only unwind, and locks mean nothing."""
        return self._killing or bool(self._stuck)

    def may_switch(self) -> None:
        """A point where another thread may come first."""
        if self._ready and not self.over and self._preempt():
            self._ready.append(self._current)
            self._next(self._current)

    def block(self, queue: list[Task], deadline: float | None = None) -> bool:
        """Wait in `queue` until woken; False if the deadline came first."""
        me = self._current
        self._check(me)
        me.waits += 1
        me.blocked, me.woken = True, False
        queue.append(me)
        if deadline is not None:
            self.at(deadline, partial(self._time_out, me, me.waits))
        self._next(me)
        if me in queue:
            queue.remove(me)
        return me.woken

    def wake(self, task: Task) -> None:
        """End a thread's wait."""
        if task.blocked:
            task.blocked, task.woken = False, True
            self._ready.append(task)

    # --- whose turn it is ---------------------------------------------------------------------

    def _time_out(self, task: Task, number: int) -> None:
        if task.blocked and task.waits == number:
            task.blocked = False
            self._ready.append(task)

    def _next(self, me: Task) -> None:
        following = self._choose()
        if following is not me:
            self._current = following
            following.gate.release()
            me.gate.acquire()
            self._current = me
        self._check(me)

    def _check(self, me: Task) -> None:
        if me is not self._main and self._killing:
            raise _Killed
        if me is self._main and self._stuck:
            raise Stuck(self._stuck) from (self.errors[0][1] if self.errors else None)

    def _choose(self) -> Task:
        self._steps -= 1
        if self._steps < 0:
            return self._give_up("no end in sight")
        while not self._ready:
            if not self._timers:
                return self._give_up("everybody waits")
            due, _, action = heapq.heappop(self._timers)
            self.now = max(self.now, due)
            try:
                action()
            except BaseException as error:  # noqa: BLE001  (told by the play, whatever it is)
                self.errors.append(("timer", error))
                return self._give_up(f"{error!r} in something timed")
        return self._ready.popleft()

    def _give_up(self, why: str) -> Task:
        waiting = ", ".join(task.name for task in self._tasks if task.blocked)
        self._stuck = f"{why}; waiting: {waiting}"
        self._main.blocked = False
        return self._main

    def _end(self, task: Task) -> None:
        task.done = True
        for other in task.joined:
            self.wake(other)
        following = self._main if self._killing else self._choose()
        self._current = following
        following.gate.release()
