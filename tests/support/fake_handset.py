"""A handset that does nothing by itself: tests say what a person does, and see the lamps."""

from __future__ import annotations

from hookflash import Button, DeviceState, Feature, Handset, HookflashError, Lamps, Operation
from hookflash.events import Evidence
from hookflash.handset_events import (
    ButtonPressed,
    HandsetEvent,
    HandsetLost,
    HandsetReady,
    HandsetShared,
    KeyPressed,
    Lifted,
    MutePressed,
    PutDown,
)

REPORT = Evidence("report", "test")


class FakeHandset(Handset):
    """Tells what the test says and keeps all that it was told to show."""

    def __init__(self, name: str = "fake handset") -> None:
        super().__init__(name)
        self.shown: list[Lamps] = []
        self.closed = False

    # --- what tests use -----------------------------------------------------------------------

    def tell(self, *events: HandsetEvent) -> None:
        """Tell events, as the device's thread does."""
        for event in events:
            self._emit(event)

    def ready(self, *, lifted: bool = False) -> None:
        """The device is there."""
        self._state, self._lifted = DeviceState.READY, lifted
        self.identity = "fake device"
        self.tell(HandsetReady(REPORT, self.identity))

    def lost(self, code: str = "device_lost") -> None:
        """The device is gone."""
        self._state, self._lifted = DeviceState.LOST, False
        self._emit(HandsetLost(Evidence("port", code), code, "it is gone"), last=True)

    def lift(self) -> None:
        self._lifted = True
        self.tell(Lifted(REPORT))

    def put_down(self) -> None:
        """As a person does; a fall with dark lamps is none, so it is not told."""
        told, self._lifted = self.lamps.off_hook, False
        if told:
            self.tell(PutDown(REPORT))

    def keys(self, keys: str) -> None:
        self.tell(*(KeyPressed(REPORT, key) for key in keys))

    def press(self, *buttons: Button) -> None:
        self.tell(*(ButtonPressed(REPORT, button) for button in buttons))

    def press_mute(self, muted: bool) -> None:
        self.tell(MutePressed(REPORT, muted))

    def shared(self, program: str) -> None:
        self.tell(HandsetShared(REPORT, program, f"{program} uses this handset too; close it"))

    # --- what the desk uses -------------------------------------------------------------------

    @property
    def features(self) -> frozenset[Feature]:
        return frozenset({Feature.HOOK, Feature.KEYPAD})

    def open(self) -> Operation:
        self._state = DeviceState.OPENING
        return Operation("open", self.name)

    def close(self, timeout: float = 2.0) -> None:  # noqa: ARG002  (nothing takes time here)
        self._state = DeviceState.CLOSED
        self.closed = True

    def show(self, lamps: Lamps) -> None:
        if lamps != self._lamps:
            self._lamps = lamps
            self.shown.append(lamps)

    # --- hooks of a real handset, without use here --------------------------------------------

    def _show(self, lamps: Lamps) -> None:
        raise NotImplementedError

    def _open(self) -> str:
        raise NotImplementedError

    def _close(self) -> None:
        """There is nothing to release."""

    def _interrupt(self) -> None:
        raise NotImplementedError


class NoHandset(HookflashError):
    """Not even a handset to try could be made."""

    code = "no_handset"
