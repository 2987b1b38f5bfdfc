"""A line that does nothing by itself, and a desk on it: tests say what the devices do."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

from hookflash import (
    Capability,
    DeviceState,
    EndReason,
    HookflashError,
    Lamps,
    Line,
    Operation,
)
from hookflash.errors import Aborted, DeviceLost, LineClosed
from hookflash.events import (
    Answered,
    CallEnded,
    CallerId,
    Dialled,
    Evidence,
    LineEvent,
    LineLost,
    LineReady,
    Ring,
    RingingOut,
    RingStopped,
)
from hookflash_server.answers import Answer
from hookflash_server.desk import Desk, EventLog, OneKey, Source, Targets
from hookflash_server.desk.transitions import DeskState
from hookflash_server.verbs import Ask

from .fake_handset import FakeHandset

DEADLINE = 20.0
"""Seconds: far above what anything here takes."""

COMMANDS: dict[str, dict[str, str]] = {
    "dial_out": {"dial_number": "100"},
    "onekey_dial_out": {},
    "huang_up": {},
    "answer": {},
    "transfer_to": {"trans_number": "200"},
    "send_dtmf": {"dtmf": "1"},
}
"""The six commands with arguments, as a page may ask them."""

CODE = Evidence("result_code", "test")
GUESS = Evidence("timer", "test", certain=False)


class FakeLine(Line):
    """Takes down what it is asked; the test ends operations (`end`) and tells events (`tell`).

    stuck: operations stay without an end even when it is closed, as with a driver that hangs.
    takes: there is proof at once that the device takes what it is asked.
    """

    def __init__(self, name: str = "fake") -> None:
        super().__init__(name)
        self.stuck = False
        self.takes = False
        self.able = frozenset(Capability)
        self.asked: list[tuple[str, str]] = []
        self.closed = False
        self._operations: list[Operation] = []
        self._changed = threading.Condition()

    # --- what tests use -----------------------------------------------------------------------

    def wait_for(self, name: str, count: int = 1) -> Operation:
        """The `count`th operation of this name, once it has been asked for."""

        def named() -> list[Operation]:
            return [operation for operation in self._operations if operation.name == name]

        with self._changed:
            if not self._changed.wait_for(lambda: len(named()) >= count, DEADLINE):
                raise TimeoutError(f"no {name} number {count}; asked for {self.asked}")
            return named()[count - 1]

    def pending(self) -> list[Operation]:
        """The operations without an end."""
        with self._changed:
            return [operation for operation in self._operations if not operation.done()]

    def end(self, name: str, error: HookflashError | None = None) -> None:
        """End the oldest pending operation of this name, which may yet have to be asked for."""

        def found() -> Operation | None:
            return next((o for o in self._operations if o.name == name and not o.done()), None)

        with self._changed:
            operation = self._changed.wait_for(found, DEADLINE)
        if operation is None:
            raise TimeoutError(f"no {name} to end; asked for {self.asked}")
        if error is None:
            operation.set_result(None)
        else:
            operation.set_exception(error)

    def tell(self, *events: LineEvent) -> None:
        """Tell events, as the device's thread does."""
        for event in events:
            self._emit(event)

    def ready(self) -> None:
        """The device is there."""
        self._state = DeviceState.READY
        self.identity = "fake device"
        self.tell(LineReady(CODE, self.identity))

    def rings(self) -> None:
        """It rings, with nobody to hear it yet."""
        self._ringing.count = 1

    def lost(self, code: str = "device_lost", message: str = "it is gone") -> None:
        """The device is gone. What was asked of it is left to the test, or to `close`."""
        self._state = DeviceState.LOST
        self._emit(LineLost(Evidence("port", message), code, message), last=True)

    def lost_in(self, name: str) -> None:
        """The device is gone, and that ends this operation before the loss is told."""
        self.wait_for(name)
        self._state = DeviceState.LOST
        self.end(name, DeviceLost("it is gone"))
        self.lost()

    # --- what the desk uses -------------------------------------------------------------------

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self.able

    def open(self) -> Operation:
        self._state = DeviceState.OPENING
        return self._ask("open")

    def close(self, timeout: float = 2.0) -> None:  # noqa: ARG002  (nothing takes time here)
        self._state = DeviceState.CLOSED
        with self._changed:
            self.closed = True
            self._changed.notify_all()
        if not self.stuck:
            for operation in self.pending():
                operation.set_exception(Aborted(f"{operation.name} on {self.name}: closed"))

    def dial(self, number: str) -> Operation:
        return self._ask("dial", self._dialable(number))

    def answer(self) -> Operation:
        return self._ask("answer")

    def send_dtmf(self, keys: str) -> Operation:
        return self._ask("dtmf", keys)

    def flash(self) -> Operation:
        return self._ask("flash")

    def mute(self, on: bool) -> Operation:
        return self._ask("mute", "on" if on else "off")

    def transfer(self, digits: str) -> Operation:
        return self._ask("transfer", self._dialable(digits))

    def hang_up(self) -> Operation:
        for operation in self.pending():
            if operation.name == "hang_up":
                return operation
            if operation.name != "open":
                operation.abort()
        return self._ask("hang_up")

    def _ask(self, name: str, digits: str = "") -> Operation:
        operation = Operation(name, self.name)
        operation.taken = self.takes
        with self._changed:
            self.asked.append((name, digits))
            self._operations.append(operation)
            self._changed.notify_all()
        if self._state is DeviceState.LOST:
            operation.set_exception(DeviceLost(f"{name} on {self.name}: it is gone"))
        elif self._state is DeviceState.CLOSED:
            operation.set_exception(LineClosed(f"{name} on {self.name}: not open"))
        return operation

    # --- hooks of a real line, without use here -----------------------------------------------

    def _open(self) -> str:
        raise NotImplementedError

    def _close(self) -> None:
        """There is nothing to release."""

    def _dial(self, number: str, operation: Operation) -> None:
        raise NotImplementedError

    def _answer(self, operation: Operation) -> Evidence:
        raise NotImplementedError

    def _hang_up(self) -> None:
        raise NotImplementedError

    def _flash(self, operation: Operation) -> None:
        raise NotImplementedError

    def _send_keys(self, keys: str, operation: Operation) -> None:
        raise NotImplementedError

    def _interrupt(self) -> None:
        raise NotImplementedError


class DeskBench:
    """A real desk on fake lines and, with_handset, fake handsets, of which the first is ready."""

    def __init__(
        self,
        targets: Targets | None = None,
        one_key: OneKey | None = None,
        *,
        page_control: bool = True,
        with_line: bool = True,
        with_handset: bool = False,
        dial_after: float = 60.0,
    ) -> None:
        self.lines: list[FakeLine] = []
        self.handsets: list[FakeHandset] = []
        self.events = EventLog()
        self._opened = threading.Condition()
        self.desk = Desk(
            "1001",
            Source(self._make_line) if with_line else None,
            self.events,
            targets,
            one_key,
            page_control,
            Source(self._make_handset) if with_handset else None,
            dial_after,
        )
        self.desk.start()
        if with_handset:
            self.handset_opened().ready()

    def _make_line(self) -> FakeLine:
        line = FakeLine()
        with self._opened:
            self.lines.append(line)
            self._opened.notify_all()
        return line

    def _make_handset(self) -> FakeHandset:
        handset = FakeHandset()
        with self._opened:
            self.handsets.append(handset)
            self._opened.notify_all()
        return handset

    def handset_opened(self, count: int = 1) -> FakeHandset:
        """The `count`th handset, once the desk opens it and listens."""
        with self._opened:
            if not self._opened.wait_for(lambda: len(self.handsets) >= count, DEADLINE):
                raise TimeoutError(f"no handset number {count} was opened")
        self.status()
        return self.handsets[count - 1]

    @property
    def handset(self) -> FakeHandset:
        """The latest handset."""
        return self.handsets[-1]

    @property
    def lamps(self) -> Lamps:
        """What it shows, once all that was told or asked so far has been dealt with."""
        self.status()
        return self.handset.lamps

    def opened(self, count: int = 1) -> FakeLine:
        """The `count`th line, once the desk opens it."""
        with self._opened:
            if not self._opened.wait_for(lambda: len(self.lines) >= count, DEADLINE):
                raise TimeoutError(f"no line number {count} was opened")
        line = self.lines[count - 1]
        line.wait_for("open")
        return line

    @property
    def line(self) -> FakeLine:
        """The latest line."""
        return self.lines[-1]

    def ask(self, verb: str, **arguments: str) -> Future[Answer]:
        """Ask the desk; the answer is still to come."""
        return self.desk.ask(Ask(verb, arguments))

    def answer(self, verb: str, **arguments: str) -> Answer:
        """Ask the desk and wait for its answer."""
        return self.ask(verb, **arguments).result(DEADLINE)

    def status(self) -> dict[str, Any]:
        """The status, once all that was told or asked so far has been dealt with."""
        return dict(self.answer("status").data)

    def state(self) -> str:
        """The desk's state, likewise."""
        return str(self.status()["state"])

    def written(self, seq: int = 0) -> list[dict[str, Any]]:
        """The event log so far, once all that was told has been dealt with."""
        self.status()
        return [dict(event) for event in self.events.since(seq)[0]]

    def kinds(self) -> list[str]:
        """The kinds of the events so far."""
        return [event["kind"] for event in self.written()]

    def wait_written(self, kind: str) -> dict[str, Any]:
        """The first event of this kind, once it is written."""
        seq = 0
        while True:
            events, _ = self.events.since(seq, DEADLINE)
            if not events:
                raise TimeoutError(f"no {kind} was written: {self.kinds()}")
            for event in events:
                if event["kind"] == kind:
                    return dict(event)
            seq = events[-1]["seq"]

    def go(self, state: DeskState) -> FakeLine:
        """Bring the desk into a state on the shortest way; its line."""
        line = self.opened()
        if state is not DeskState.OFFLINE:
            line.ready()
        if state in (DeskState.DIALING, DeskState.RINGING_OUT):
            reply = self.ask("dial_out", dial_number="5551234")
            line.wait_for("dial")
            if state is DeskState.RINGING_OUT:
                line.tell(Dialled(CODE))
                line.end("dial")
                reply.result(DEADLINE)
        elif state in (DeskState.RINGING_IN, DeskState.ACTIVE):
            line.tell(Ring(CODE, 1))
            if state is DeskState.ACTIVE:
                line.tell(Answered(CODE))
        assert self.state() == state
        return line

    def close(self) -> None:
        """Stop the desk and wait for its end."""
        self.desk.stop()
        self.desk.wait_stopped(DEADLINE)


def said(reply: Future[Answer]) -> tuple[str, str]:
    """An answer's result and detail, once it is there."""
    answer = reply.result(DEADLINE)
    return (answer.result.value, answer.detail)


def ring(count: int = 1) -> Ring:
    return Ring(CODE, count)


def ended(reason: EndReason = EndReason.FAR_HANGUP) -> CallEnded:
    return CallEnded(CODE, reason)


def caller(number: str = "5551234", name: str = "", absent: str = "") -> CallerId:
    return CallerId(CODE, number, name, absent)


DIALLED, RINGING_OUT, ANSWERED = Dialled(CODE), RingingOut(CODE), Answered(CODE)
RING_STOPPED = RingStopped(GUESS)
