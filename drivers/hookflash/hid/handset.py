"""A USB handset: any device that declares the HID telephony page."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial

from ..device import DeviceState
from ..errors import DeviceLost, NotSupported
from ..events import Evidence
from ..handset import DARK, Feature, Handset, Lamps
from ..handset_events import HandsetEvent, HandsetShared
from ..inbox import Timer
from ..operation import Action
from .cx300 import Display
from .handshake import SETTLES_WITHIN, Handshake, Reading
from .levelhook import SHARED_HINT
from .link import Heard, Link, Listener, connect, release
from .port import HidInfo, HidPort
from .profiles import HandsetProfile, profile_of
from .report import Field, ReportType
from .roles import Role
from .telephony import Layout, understand

log = logging.getLogger(__name__)

UNKNOWN_PROGRAM = "another program"
"""What uses the handset besides us, where the system does not tell."""


class HidHandset(Handset):
    """A handset behind a HID port.

    open_port: opens the port; called on the handset's own thread. profile: what its descriptor
    cannot say; None: what the table has for its USB ids.
    others: tells who else has the device at a path open, as `name (pid n)` each; None: not known.
    """

    def __init__(
        self,
        name: str,
        open_port: Callable[[], HidPort],
        profile: HandsetProfile | None = None,
        others: Callable[[str], list[str] | None] | None = None,
    ) -> None:
        super().__init__(name)
        self._open_port = open_port
        self._wanted_profile = profile
        self._others = others
        self._link: Link | None = None
        self._profile = profile
        self._layout: Layout | None = None
        self._handshake = Handshake()
        self._display: Display | None = None
        self._heard: deque[Heard] = deque()
        self._said: dict[int, Mapping[Field, int]] = {}
        """The last values of each input report."""
        self._woken = threading.Event()
        """Set when the wait for the device's first state is to end."""
        self._unlisten: Callable[[], None] = lambda: None
        self._due: Timer[Action] | None = None
        self._sharing: set[str] = set()
        self._lit = False
        """Its lamps were written: what they say is ours."""

    @property
    def features(self) -> frozenset[Feature]:
        return self._layout.features if self._layout is not None else frozenset()

    @property
    def layout(self) -> Layout | None:
        """What its descriptor means; None before it is open."""
        return self._layout

    @property
    def profile(self) -> HandsetProfile | None:
        """The profile in use; None before it is open, unless one was given."""
        return self._profile

    @property
    def info(self) -> HidInfo | None:
        """What the device is; None before it is open."""
        return self._link.info if self._link is not None else None

    # --- opening, closing ---------------------------------------------------------------------

    def _open(self) -> str:
        link = connect(self._open_port)
        with self._lock:
            self._link = link
        info = link.info
        profile = self._wanted_profile or profile_of(info.vendor_id, info.product_id)
        layout = understand(link.descriptor, profile)
        if not layout.usable:
            raise NotSupported(f"open {self.name}: {link.name} is no handset: {layout.reason}")
        self._profile, self._layout = profile, layout
        self._note(layout.notes)
        self._handshake = Handshake(layout.hook, layout.mute, two_falls=profile.two_falls)
        self._display = Display() if profile.display else None
        self._unlisten = link.listen(Listener(self._hear, self._lose))
        self._start_up(link, profile)
        self._settle(link, layout)
        self._worker.post(self._opened)
        return info.product or f"{info.vendor_id:04x}:{info.product_id:04x}"

    def _start_up(self, link: Link, profile: HandsetProfile) -> None:
        """What the profile has it told first; a device that does not take it works all the same."""
        for usage, value in profile.startup:
            for field in _writable(link, usage):
                try:
                    if field.report_type is ReportType.FEATURE:
                        link.set_feature({field: value})
                    else:
                        link.set({field: value}, rewrite=True)
                except NotSupported as error:
                    log.warning("%s: %s", self.name, error)
        if profile.keep_alive is not None:
            self._keep_alive()

    def _settle(self, link: Link, layout: Layout) -> None:
        """Learn how it lies: ask it, or hear what it tells of itself."""
        ids = {field.report_id: None for field in layout.inputs[Role.HOOK]}
        ids |= {field.report_id: None for fields in layout.inputs.values() for field in fields}
        readings: list[Reading] = []
        for report_id in ids:
            values = link.ask(report_id)
            reading = layout.reading(values)
            if reading is None:  # who does not answer the first only costs time with the others
                break
            readings.append(reading)
            self._said[report_id] = values
        self._handshake.begin(time.monotonic(), readings)
        if not readings:
            self._woken.wait(SETTLES_WITHIN)
        if link.lost is not None:
            raise link.lost
        self._note_state()
        self._listen()

    def _opened(self) -> None:
        """Ready: from now on events may be told."""
        if self._state is not DeviceState.READY:
            return
        self._look_for_others("open")
        # What a crashed program left lit; not in another's call, which would end by it.
        if self._lamps != DARK or not self._sharing:
            self._do_show()

    def _close(self) -> None:
        with self._lock:
            link, self._link = self._link, None
            timer, self._due = self._due, None
        if timer is not None:
            timer.cancel()
        if link is not None:
            self._unlisten()
            release(link)

    def _leave(self) -> None:
        if self._lit:  # else they are another program's, and so is the call that they keep
            super()._leave()

    def _interrupt(self) -> None:
        self._woken.set()

    # --- what comes from the device -----------------------------------------------------------

    def _hear(self, heard: Heard) -> None:
        self._heard.append(heard)
        self._worker.post(self._listen)

    def _lose(self, cause: DeviceLost) -> None:
        self._woken.set()
        self._worker.post(partial(self._tell_lost, cause))  # after all that it reported before

    def _listen(self) -> None:
        """Judge the reports that came, in order."""
        layout = self._layout
        if layout is None or self._state not in (DeviceState.OPENING, DeviceState.READY):
            return
        while self._heard:
            heard = self._heard.popleft()
            reading = layout.reading(heard.values)
            if reading is not None:
                self._judge(heard, reading)

    def _judge(self, heard: Heard, reading: Reading) -> None:
        report_id = heard.data[0]
        repeated = heard.values == self._said.get(report_id)
        self._said[report_id] = heard.values
        detail = heard.data.hex(" ")
        if self._handshake.suspects(reading):
            self._programs()
        self._after(self._handshake.report(heard.at, reading, detail, repeated=repeated))

    def _time_is_up(self) -> None:
        if self._state is DeviceState.READY:
            self._after(self._handshake.expired(time.monotonic()))

    def _after(self, events: list[HandsetEvent]) -> None:
        """Do and tell what follows from a report or a timer."""
        if self._handshake.rewrite:  # first, for the device is waiting
            self._do_show()
        self._note_state()
        for event in events:
            if isinstance(event, HandsetShared):
                self._look_for_others(event.evidence.detail, event)
            else:
                self._emit(event)

    def _note_state(self) -> None:
        """How it lies now, and when to look again."""
        due = self._handshake.due()
        with self._lock:
            self._lifted = self._handshake.lifted
            if self._due is not None:
                self._due.cancel()
            self._due = None
            if due is not None and self._link is not None:
                self._due = self._worker.after(due - time.monotonic(), self._time_is_up)

    # --- lamps --------------------------------------------------------------------------------

    def _show(self, lamps: Lamps) -> None:
        link, layout = self._link, self._layout
        if link is None or layout is None:
            raise DeviceLost(f"show on {self.name}: it is gone")
        began = time.monotonic()
        self._lit = True
        link.set(layout.shown(lamps), rewrite=self._handshake.rewrite)
        self._handshake.wrote(began, lamps)
        self._note_state()
        self._write_display(link, lamps)

    def _write_display(self, link: Link, lamps: Lamps) -> None:
        if self._display is None:
            return
        try:
            for report in self._display.reports(lamps):
                link.send(report)
        except NotSupported as error:
            log.warning("%s: its display is not used: %s", self.name, error)
            self._display = None

    def _keep_alive(self) -> None:
        link, profile = self._link, self._profile
        if link is None or profile is None or profile.keep_alive is None:
            return
        try:
            link.send_feature(profile.keep_alive.report)
        except NotSupported as error:
            log.warning("%s: %s; not sent again", self.name, error)
            return
        except DeviceLost as error:
            log.debug("%s: %s", self.name, error)  # the link tells of it
            return
        self._worker.after(profile.keep_alive.seconds, self._keep_alive)

    # --- other programs -----------------------------------------------------------------------

    def _look_for_others(self, why: str, seen: HandsetShared | None = None) -> None:
        """Tell of programs that use the device too, each once; `seen`: one shows itself."""
        programs = self._programs()
        if seen is not None and not programs:
            programs = [UNKNOWN_PROGRAM]
        for program in programs:
            if program in self._sharing:
                continue
            self._sharing.add(program)
            evidence = seen.evidence if seen is not None else Evidence("port", why)
            self._emit(HandsetShared(evidence, program, SHARED_HINT))

    def _programs(self) -> list[str]:
        """Who else has it open, as far as can be told; the handshake is told that as well."""
        link = self._link
        if link is None or self._others is None:
            return []
        programs = self._others(link.info.path)
        self._handshake.alone(None if programs is None else not programs)
        return programs or []


def _writable(link: Link, usage: int) -> list[Field]:
    return [
        field
        for field in link.descriptor.fields
        if usage in field.usages
        and not field.constant
        and field.report_type is not ReportType.INPUT
    ]
