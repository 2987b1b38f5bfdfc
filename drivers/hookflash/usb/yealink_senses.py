"""What a Yealink phone tells when it is asked, made into what has changed. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from .yealink_models import Hook, Model, missed
from .yealink_packet import Command, Packet


@dataclass(frozen=True, slots=True)
class Told:
    """Something has changed. detail: the reply's bytes, for the evidence."""

    what: ClassVar[str]
    detail: str


@dataclass(frozen=True, slots=True)
class HookTold(Told):
    """Its handset, or the telephone that hangs on it, was lifted or put down."""

    what = "hook"
    lifted: bool


@dataclass(frozen=True, slots=True)
class RingTold(Told):
    """The line begins to ring, or a burst of it ends."""

    what = "ring"
    on: bool


@dataclass(frozen=True, slots=True)
class KeyTold(Told):
    """A key was pressed: its name, as the model's table has it."""

    what = "key"
    key: str


@dataclass(frozen=True, slots=True)
class SideTold(Told):
    """The telephone that hangs on it is on the line now, or on the PC: the link tells it."""

    what = "side"
    on_line: bool


class Senses:
    """One phone's. The first reply of each kind is where things stand, and tells nothing.

    A B3G's hook: one source takes 1 for lifted, two for lying. It is taken to lie at first, for a
    telephone does nearly always. What cannot be otherwise corrects that: a key pressed while the
    telephone hangs on the PC shows that it is lifted, and a line that begins to ring while it hangs
    there that it lies. Wrong until then if it was lifted when it was opened.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self.lifted: bool | None = None
        """None: not asked yet, or it has no hook."""
        self.rings = False
        self._resting: int | None = None
        """B3G: the value while it lies, as far as known."""
        self._value = 0
        self._number: int | None = None
        """Of the last key event."""
        self.overrun = False
        """The last look at the key events came too late for some."""

    @property
    def asks(self) -> tuple[Command, ...]:
        """What it is to be asked, time and again; the key events last."""
        match self._model.hook:
            case Hook.HOOK:
                return (Command.HOOK, Command.EVENTS)
            case Hook.HANDSET:
                return (Command.HANDSET, Command.EVENTS)
            case _:
                return (Command.EVENTS,)

    def state(self, reply: Packet) -> list[Told]:
        """What a reply to one of `asks` says of hook and ring."""
        data, told = reply.data, list[Told]()
        command = reply.command
        if command == Command.HOOK:
            told += self._hook(not data[0] & 0x10, reply)
        elif command == Command.HANDSET:
            told += self._ring(bool(data[0] & 0x01), reply)
            told += self._hook(bool(data[0] & 0x02), reply)
        elif command == Command.EVENTS and self._model.hook is Hook.EVENTS:
            told += self._ring(bool(data[1] & 0x01), reply)
            self._value = data[2] & 0x01
            if self._resting is None:
                self._resting = self._value
            told += self._hook(self._value != self._resting, reply)
        return told

    def slots(self, reply: Packet) -> list[int]:
        """Where the key events are kept that a reply to EVENTS says are new, in order."""
        now, last = reply.data[0], self._number
        self._number = now
        slots = missed(last, now) if last is not None else []
        self.overrun = slots is None
        return slots or []

    def key(self, reply: Packet) -> list[Told]:
        """What a reply to SCAN_CODE says: nothing for a key that was let go."""
        name = self._model.keys.get(reply.data[0])
        return [KeyTold(str(reply), name)] if name is not None else []

    def proves_lifted(self, reply: Packet) -> list[Told]:
        """A key of a telephone that is on the PC was pressed: so it is lifted."""
        if self._model.hook is not Hook.EVENTS or self._resting != self._value:
            return []
        self._resting = 1 - self._value
        return self._hook(True, reply)

    def proves_lying(self, reply: Packet) -> list[Told]:
        """The line on which the telephone hangs began to ring: so it lies."""
        if self._model.hook is not Hook.EVENTS or not self.lifted:
            return []
        self._resting = self._value
        return self._hook(False, reply)

    def _hook(self, lifted: bool, reply: Packet) -> list[Told]:
        before, self.lifted = self.lifted, lifted
        return [HookTold(str(reply), lifted)] if before not in (None, lifted) else []

    def _ring(self, on: bool, reply: Packet) -> list[Told]:
        before, self.rings = self.rings, on
        return [RingTold(str(reply), on)] if before != on else []
