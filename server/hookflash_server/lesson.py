"""Recording a handset step by step: a person lifts, puts down and presses; what comes is kept.

What the recording shows is found by `hookflash.hid.learning`.
"""

import queue
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from hookflash.catalog import usb_text
from hookflash.errors import Aborted, CommandTimeout, DeviceLost, HookflashError, NotSupported
from hookflash.handset import DARK, Lamps
from hookflash.handset_events import Button
from hookflash.hid import learning
from hookflash.hid.descriptor import parse
from hookflash.hid.handshake import Reading
from hookflash.hid.port import HidPort
from hookflash.hid.profiles import profile_of
from hookflash.hid.recording import Entry, Recording
from hookflash.hid.report import ReportType
from hookflash.hid.roles import Role
from hookflash.hid.telephony import understand

IN_CALL = Lamps(off_hook=True)
MUTED = Lamps(off_hook=True, muted=True)
RINGING = Lamps(ringing=True)

KEYS = "1234567890*#"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. patience: how long a person may take. settle: quiet after which a press is over.
    unanswered: how long it is watched what the handset does with a lift that nobody answers.
    follow: the same for a lamp that nobody asked for. rest: before the first step."""

    patience: float = 60.0
    settle: float = 0.6
    unanswered: float = 3.0
    follow: float = 1.5
    rest: float = 1.0


class Person(ABC):
    """Who does what is asked. Says `next` to go on without it: the handset lacks it."""

    @abstractmethod
    def begin(self, skip: Callable[[], None], leave: Callable[[], None]) -> None:
        """The questions follow. skip: go on without this one. leave: nobody is there any more."""

    @abstractmethod
    def ask(self, step: str, text: str) -> None:
        """Do this. Returns at once."""

    @abstractmethod
    def tell(self, text: str) -> None:
        """Good to know."""


def learn(port: HidPort, person: Person, pace: Pace | None = None) -> Recording:
    """Go through all steps with this handset; the recording. The port is closed whatever happens.

    NotSupported if it has nothing that could be learned, CommandTimeout if it says nothing at all,
    DeviceLost if it is unplugged, Aborted if the person has gone.
    """
    try:
        lesson = _Lesson(port, person, pace or Pace())
    except BaseException:
        port.close()
        raise
    return lesson.run()


class _Lesson:
    """One handset, one person. Only the reader runs on a thread of its own."""

    def __init__(self, port: HidPort, person: Person, pace: Pace) -> None:
        info = port.info
        self._name = f"{usb_text(info.vendor_id, info.product_id)} {info.product}".strip()
        self._port = port
        self._person = person
        self._pace = pace
        self._clock = time.monotonic
        self._began = self._clock()
        self._descriptor = parse(port.descriptor, self._name)
        self._layout = understand(self._descriptor, learning.TRUSTING)
        self._startup = profile_of(info.vendor_id, info.product_id).startup
        if not self._layout.usable:
            raise NotSupported(f"learn-handset {self._name}: {self._layout.reason}")
        self._recording = Recording(self._name, port.descriptor)
        self._said: dict[int, Reading] = {}
        """What each report said last, by id."""
        self._held = False
        self._events: queue.SimpleQueue[tuple[float, bytes | str | HookflashError]] = (
            queue.SimpleQueue()
        )

    def run(self) -> Recording:
        reader = threading.Thread(target=self._read, name="learn-handset", daemon=True)
        reader.start()
        try:
            self._person.begin(lambda: self._put("skip"), lambda: self._put("left"))
            self._steps()
        finally:
            self._leave()
            reader.join(2.0)
        return self._recording

    def _leave(self) -> None:
        """All lamps dark, as far as it still can be told; the port closed."""
        try:
            self._show(DARK)
        except HookflashError as error:
            self._note("note", f"lamps not put out: {error}")
        finally:
            self._port.close()

    # --- the steps ----------------------------------------------------------------------------

    def _steps(self) -> None:
        self._start_up()
        self._step(learning.REST, "Put the handset down, and leave it alone.")
        self._watch(self._pace.rest)
        self._show(DARK)
        self._lift_unanswered()
        self._lamp_alone()
        self._in_call()
        self._refuse()

    def _start_up(self) -> None:
        """What this make is known to want before it talks."""
        for usage, value in self._startup:
            for report in self._descriptor.reports():
                fields = [one for one in report.fields if usage in one.usages]
                if not fields or report.report_type is ReportType.INPUT:
                    continue
                data = report.encode({fields[0]: value})
                if report.report_type is ReportType.OUTPUT:
                    self._port.write(data)
                    self._note("out", data)
                else:
                    self._send_feature(data)

    def _send_feature(self, data: bytes) -> None:
        try:
            self._port.send_feature(data)
            self._note("feature", data)
        except NotSupported as error:
            self._note("note", f"feature refused: {error}")

    def _lift_unanswered(self) -> None:
        asked = "Lift the handset, or press its call key once. It gets no answer; do no more."
        if not self._ask(learning.LIFT_UNANSWERED, asked):
            raise CommandTimeout(
                f"learn-handset {self._name}: it said nothing when it was lifted; look whether "
                "another program uses it, and plug it in anew"
            )
        self._watch(self._pace.unanswered)
        asked = "Put it down. If it has no cradle, just press Enter."
        self._ask(learning.DOWN_UNANSWERED, asked)
        self._watch(self._pace.settle)

    def _lamp_alone(self) -> None:
        self._step(learning.LAMP_ON, "Leave it alone: its lamps are tried.")
        self._show(IN_CALL)
        self._watch(self._pace.follow)
        self._step(learning.LAMP_OFF, "")
        self._show(DARK)
        self._watch(self._pace.follow)

    def _in_call(self) -> None:
        self._ask(
            learning.LIFT, "Lift it again, or press its call key once.", lambda: self._show(IN_CALL)
        )
        if Role.KEYPAD in self._layout.inputs:
            for key in KEYS:
                has = self._ask(learning.KEY + key, f"Press the key {key}.")
                if not has and key == KEYS[0]:
                    break
        if Role.MUTE in self._layout.inputs:
            self._ask(learning.MUTE, "Press the mute key once.", lambda: self._show(MUTED))
            # A press soon after this is taken for a headset that refuses.
            self._watch(self._pace.settle)
            self._ask(learning.UNMUTE, "Press it once more.", lambda: self._show(IN_CALL))
        for button in Button:
            if button is not Button.REJECT and Role(button) in self._layout.inputs:
                words = button.replace("_", " ")
                self._ask(learning.BUTTON + button, f"Press the {words} key once.")
        asked = "Put it down, or press its call key once."
        self._ask(learning.DOWN, asked, lambda: self._show(DARK))

    def _refuse(self) -> None:
        self._show(RINGING)
        asked = "It rings, if it can. Refuse the call with the key for that; do not lift."
        self._ask(learning.REJECT, asked, lambda: self._show(DARK))
        self._show(DARK)

    # --- asking and watching ------------------------------------------------------------------

    def _step(self, step: str, text: str) -> None:
        self._note("step", step)
        if text:
            self._person.ask(step, text)

    def _ask(self, step: str, text: str, answer: Callable[[], None] | None = None) -> bool:
        """Ask, and wait until the handset said something new and it is over; `answer` at once.

        To refuse a call some say nothing new, but that twice: there any report will do.

        False: the person went on without it, or had no patience.
        """
        self._step(step, f"{text} (Enter: it has none.)")
        end = self._clock() + self._pace.patience
        while (event := self._next(end)) is not None:
            if event == "skip":
                self._note("note", "skipped")
                return False
            if isinstance(event, bytes) and (self._changes(event) or step == learning.REJECT):
                if answer is not None:
                    answer()
                self._watch(self._pace.settle)
                return True
        self._note("note", "nothing came")
        self._person.tell("Nothing came; going on.")
        return False

    def _watch(self, seconds: float) -> None:
        """Record what comes until there was quiet for so long, and no key is held down."""
        end = self._clock() + seconds
        limit = end + self._pace.patience
        while True:
            event = self._next(end)
            now = self._clock()
            if isinstance(event, bytes) and self._changes(event):
                end = max(end, now + min(seconds, self._pace.settle))
            elif event is None and (not self._held or now > limit):
                return
            elif event is None:
                end = now + self._pace.settle

    def _next(self, end: float) -> bytes | str | None:
        """What comes next, recorded; None if that is not before `end`."""
        while True:
            left = end - self._clock()
            try:
                # In small pieces, for Windows lets nobody interrupt a long wait.
                at, event = self._events.get(timeout=max(0.0, min(left, 0.5)))
            except queue.Empty:
                if left <= 0.5:
                    return None
            else:
                return self._taken(at, event)

    def _taken(self, at: float, event: bytes | str | HookflashError) -> bytes | str:
        if isinstance(event, HookflashError):
            raise DeviceLost(
                f"learn-handset {self._name}: the handset went away; nothing was learned; plug it "
                "in and begin again"
            ) from event
        if event == "left":
            raise Aborted(f"learn-handset {self._name}: nobody answers; nothing was learned")
        if isinstance(event, bytes):
            self._recording.entries.append(Entry(at - self._began, "in", event))
        return event

    def _changes(self, data: bytes) -> bool:
        """Does this report say something new of the handset's? Notes whether keys are down."""
        report = self._descriptor.report(ReportType.INPUT, data[0])
        reading = self._layout.reading(report.decode(data)) if report else None
        if reading is None or self._said.get(data[0]) == reading:
            return False
        self._said[data[0]] = reading
        self._held = any(said.keys or any(said.buttons.values()) for said in self._said.values())
        return True

    # --- the device ---------------------------------------------------------------------------

    def _show(self, lamps: Lamps) -> None:
        values = self._layout.shown(lamps)
        for report in self._descriptor.reports():
            here = {one: values[one] for one in report.fields if one in values}
            if here and report.report_type is ReportType.OUTPUT:
                data = report.encode(here)
                self._port.write(data)
                self._note("out", data)

    def _read(self) -> None:
        try:
            while report := self._port.read():
                self._put(report)
        except HookflashError as error:
            self._put(error)

    def _put(self, event: bytes | str | HookflashError) -> None:
        self._events.put((self._clock(), event))

    def _note(self, kind: str, what: bytes | str) -> None:
        at = self._clock() - self._began
        data, text = (what, "") if isinstance(what, bytes) else (b"", what)
        self._recording.entries.append(Entry(at, kind, data, text))
