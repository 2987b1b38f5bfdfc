"""A handset behind C-Media's CM109, a sound chip whose pins read a keypad.

Its ids are those of plain sound sticks too, where the same pins may key a radio's transmitter. So
it is only ever opened by a URL that names it and its keypad.
SOURCE: CM109 data sheet v1.3a, 7.3.1 and 7.4; linux drivers/input/misc/cm109.c.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from ..device import DeviceState
from ..errors import DeviceLost
from ..handset import Feature, Handset, Lamps
from ..hid.port import HidInfo, HidPort
from ..inbox import Timer
from ..operation import Action
from .keypads import KEYPADS
from .keyscan import ALL_COLUMNS, KeyScan
from .yealink_hands import Hands

log = logging.getLogger(__name__)

BUZZER = 0x20
"""In output byte 0. Its bits 7 and 6 are 0: bytes 1 and 2 are the pins' levels and directions."""

PINS_ARE_OTHERS = 0xC0
"""In input byte 0: byte 1 is not the pins."""

RING_ON, RING_OFF = 1.0, 4.0
"""Seconds. The buzzer sounds as long as it is told to, so the bursts are ours (mainland China)."""

POLL_SECONDS = 0.05
"""Between looks while a key is down. A second one in its row would not be told of by itself."""

STEP_SECONDS = 0.1
"""How long a report may take: three of the device's intervals (bInterval, 32 ms)."""

STEPS = 3
"""So many writes without a report, and a pass is given up."""

ENDS_WITHIN = 2.0
"""Seconds that the reader may take to notice that its port was closed."""

FEATURES = frozenset(
    {Feature.HOOK, Feature.KEYPAD, Feature.REJECT, Feature.DROP, Feature.RINGER}
)  # fmt: skip


class Cm109Handset(Handset):
    """A handset behind a port. Its hook is two keys, and it has no lamp.

    open_port: opens the port; called on the handset's own thread. keypad: how its keys lie, a name
    of `keypads.KEYPADS`.

    At rest nothing is asked and the device says nothing. A pass over the columns asks for the pins
    after each write (GET_REPORT, which HID 1.11, 7.2.1 has every device answer); where the device
    does not answer that, it waits for the report that it sends by itself.
    """

    def __init__(self, name: str, open_port: Callable[[], HidPort], keypad: str) -> None:
        super().__init__(name)
        self._open_port = open_port
        self._keypad = KEYPADS[keypad]
        self._scan = KeyScan()
        self._hands = Hands(hook=False)
        self._port: HidPort | None = None
        self._reader: threading.Thread | None = None
        self._answers = True
        """It answers GET_REPORT, as far as is known."""
        self._pins = ALL_COLUMNS
        """As they were told last."""
        self._late = 0
        """Reports that did not come, in a row."""
        self._buzzes = False
        self._next: Timer[Action] | None = None
        """What the scan does when the time is up."""
        self._ring: Timer[Action] | None = None

    @property
    def features(self) -> frozenset[Feature]:
        return FEATURES

    @property
    def info(self) -> HidInfo | None:
        """What the device is; None before it is open."""
        return self._port.info if self._port is not None else None

    # --- opening, closing ---------------------------------------------------------------------

    def _open(self) -> str:
        port = self._open_port()
        with self._lock:
            closed = self._state is not DeviceState.OPENING
            if not closed:
                self._port = port
        if closed:
            port.close()
            raise DeviceLost(f"open {self.name}: it was closed meanwhile")
        self._write()
        self._reader = threading.Thread(
            target=self._read, args=(port,), name=f"usb {self.name}", daemon=True
        )
        self._reader.start()
        self._later(0.0, self._look)
        return port.info.product or f"{port.info.vendor_id:04x}:{port.info.product_id:04x}"

    def _close(self) -> None:
        with self._lock:
            port, self._port = self._port, None
            for timer in (self._next, self._ring):
                if timer is not None:
                    timer.cancel()
        if port is not None:
            port.close()
        if self._reader is not None and self._reader is not threading.current_thread():
            self._reader.join(ENDS_WITHIN)

    def _leave(self) -> None:
        """Silent, and its pins as they are after plugging in: none is driven."""
        if self._port is not None:
            self._port.write(bytes(5))

    def _interrupt(self) -> None:
        """Nothing waits for longer than a transfer's deadline."""

    # --- what comes from the device -----------------------------------------------------------

    def _read(self, port: HidPort) -> None:
        """The reader's thread: ends when the port is closed or the device gone."""
        try:
            while data := port.read():
                log.debug("%s > %s", self.name, data.hex(" "))
                self._worker.post(partial(self._guarded, partial(self._hear, data)))
        except DeviceLost as error:
            self._worker.post(partial(self._tell_lost, error))  # after all that it told before

    def _hear(self, data: bytes) -> None:
        pins = _pins(data)
        if pins is not None:
            self._heard(pins)

    def _heard(self, pins: int) -> None:
        """What the pins say; a pass over the columns follows from it, as long as a key is down."""
        while True:
            self._pins = pins
            driven = self._scan.driven
            for code in self._scan.heard(time.monotonic(), pins):
                self._press(code)
            if self._scan.driven == driven:  # nothing is down, or a report from before
                return
            self._late = 0
            self._write()
            if not self._scan.scans:
                self._later(POLL_SECONDS, self._look)
                return
            answer = self._ask()
            if answer is None:
                self._later(STEP_SECONDS, self._lack)
                return
            pins = answer

    def _press(self, code: int) -> None:
        key = self._keypad.get(code)
        if key is None:
            log.debug("%s: no key has the scan code %02x", self.name, code)
            return
        events = self._hands.key(key, f"{code:02x}")
        with self._lock:
            self._lifted = self._hands.lifted
        for event in events:
            self._emit(event)

    def _look(self) -> None:
        """Between two passes, and first of all: is a key down?"""
        pins = self._ask()
        if pins is not None:
            self._heard(pins)

    def _lack(self) -> None:
        """The report of a column did not come."""
        if self._scan.concerns(self._pins):  # nothing has changed: keys join this column and that
            self._heard(self._pins)
            return
        self._late += 1
        if self._late < STEPS:
            self._later(STEP_SECONDS, self._lack)
        else:
            log.warning("%s: it does not tell of its pins when asked; keys may be lost", self.name)
            self._scan.rest()
        self._write()

    def _ask(self) -> int | None:
        """The pins now; None if the device does not answer, or of another column."""
        port = self._port
        if not self._answers or port is None:
            return None
        pins = _pins(port.get_input(0, 5))
        if pins is not None and self._scan.concerns(pins):
            return pins
        log.debug("%s: it does not answer GET_REPORT; its own reports are waited for", self.name)
        self._answers = False
        return None

    # --- what it is told ----------------------------------------------------------------------

    def _show(self, lamps: Lamps) -> None:
        self._hands.wrote(lamps)
        with self._lock:
            self._lifted = self._hands.lifted
        if lamps.ringing == (self._ring is not None):
            return
        if lamps.ringing:
            self._buzz(True)
        elif self._ring is not None:
            self._ring.cancel()
            self._ring = None
            self._buzzes = False
            self._write()

    def _buzz(self, on: bool) -> None:
        """One burst of ringing, or the silence after it; over and over."""
        self._buzzes = on
        self._write()
        turn = partial(self._guarded, partial(self._buzz, not on))
        with self._lock:
            if self._port is not None:
                self._ring = self._worker.after(RING_ON if on else RING_OFF, turn)

    def _write(self) -> None:
        """Drive the columns that are to be driven, and the buzzer. DeviceLost if it is gone."""
        port, columns = self._port, self._scan.driven
        if port is None:
            raise DeviceLost(f"write {self.name}: it is gone")
        report = bytes((0, BUZZER if self._buzzes else 0, columns, columns, 0))
        port.write(report)
        log.debug("%s < %s", self.name, report.hex(" "))

    # --- its thread ---------------------------------------------------------------------------

    def _later(self, seconds: float, action: Action) -> None:
        """What the scan does next, unless something else comes first."""
        with self._lock:
            if self._next is not None:
                self._next.cancel()
            if self._port is not None:
                self._next = self._worker.after(seconds, partial(self._guarded, action))

    def _guarded(self, action: Action) -> None:
        """On the handset's thread: a device that is gone is lost."""
        if self._state is not DeviceState.READY:
            return
        try:
            action()
        except DeviceLost as error:
            self._tell_lost(error)


def _pins(data: bytes) -> int | None:
    """Of an input report, first byte 0; None if it does not tell them."""
    return data[2] if len(data) >= 3 and not data[1] & PINS_ARE_OTHERS else None
