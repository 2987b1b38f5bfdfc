"""A hook switch that lies in one of two positions. Pure: time is passed in."""

from collections import deque
from dataclasses import dataclass

from ..events import Evidence
from ..handset_events import HandsetEvent, HandsetShared, Lifted, PutDown
from .hook import NEVER, Hook

FRESH = 0.5
"""Seconds after lighting Off-Hook in which a fall may be the device's doing and no hand's."""

AT_ONCE = 0.15
"""Seconds in which nobody puts down what he has just lifted: a fall so soon is the device's."""

FOLLOWS_WITHIN = 1.0
"""Seconds in which a device that follows our lamp shows that it does."""

AGAIN = 3.0
"""Seconds in which a person presses once more whose press was taken for another program's."""

PATIENT = 2
"""Times that somebody is taken for a program before he is taken for a person in a hurry."""

ECHO_WITHIN = 2.5
"""Seconds in which a device echoes a lamp, or takes back a lift that was not confirmed: some 0.05
for Plantronics and the CX300, 2.0 for a Jabra Engage 50."""

SHARED_HINT = (
    "another program writes to this handset's lamps; close it, or have it use another audio device"
)


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A change of which it shows by `until` whether it stays; `rise`: or else a fall."""

    rise: bool
    until: float
    detail: str


class LevelHook(Hook):
    """A hook that lies in one of two positions, for which HID says absolute."""

    def __init__(self) -> None:
        super().__init__()
        self._level = False
        self._busy = False
        self._lamp = False
        self._lit_at = NEVER
        self._lit_on_cradle = False
        self._echoes: deque[tuple[bool, float]] = deque()
        """The positions that a device which follows our lamp is still to tell, and until when."""
        self._told_lift = False
        self._fell_back = NEVER
        """When a lift of which we told fell back, not confirmed."""
        self._told_down = False
        self._up_again = False
        """Risen after a PutDown of which our lamp does not know yet."""
        self._silent = False
        """Not risen since we lit the lamp of a handset on its cradle."""
        self._repeats = False
        """It says again what it said, for no reason."""
        self._rewritten = False
        """The lamps were written again since Off-Hook was lit."""
        self._tells_busy = False
        self._taken_at = NEVER
        self._taken_in_a_row = 0
        self._busy_fell = NEVER
        self._busy_is_hook = False
        """Line Busy falls with each press: it proves nothing on this device."""
        self._doubt: _Doubt | None = None

    @property
    def lifted(self) -> bool:
        return self._level

    def baseline(self, value: int, busy: bool | None) -> None:
        self._level = value > 0
        if busy is not None:
            self._busy = busy

    def wrote(self, now: float, off_hook: bool) -> None:
        if off_hook == self._lamp:
            return
        unconfirmed = self._told_lift or (self._doubt is not None and self._doubt.rise)
        self._lamp = off_hook
        self._doubt = None
        self._drop_old_echoes(now)
        expected = self._echoes[-1][0] if self._echoes else self._level
        # A lift may be taken back before its lamp arrives.
        if off_hook != expected or (off_hook and unconfirmed):
            self._echoes.append((off_hook, now + ECHO_WITHIN))
        if off_hook:
            self._lit(now)
        else:
            self._put_out(now)
        self._told_lift = self._told_down = self._up_again = False
        self._fell_back = NEVER

    def _lit(self, now: float) -> None:
        self._lit_at = now
        self._lit_on_cradle = self._silent = not self._level
        self._rewritten = False
        if not self._level and now - self._fell_back <= ECHO_WITHIN:
            # Confirmed too late: a device that reverts comes back now, a person does not.
            self._doubt = _Doubt(False, now + FOLLOWS_WITHIN, "down before it was confirmed")

    def _put_out(self, now: float) -> None:
        if self._level and self._up_again:
            self._doubt = _Doubt(True, now + FOLLOWS_WITHIN, "up again while we hung up")

    def moved(
        self,
        now: float,
        value: int | None,
        busy: bool | None,
        detail: str,
        *,
        repeated: bool = False,
    ) -> list[HandsetEvent]:
        up = self._level if value is None else value > 0
        busy_rose, busy_fell = self._note_busy(now, busy)
        self._drop_old_echoes(now)
        if up == self._level:
            # Line Busy can only rise for a lamp: ours, or another program's.
            foreign = not (self._lamp or self._told_lift or self._echoes)
            if busy_rose and foreign:
                return [_shared(f"{detail}: line busy, and no lamp of ours")]
            if repeated and value is not None:
                self._said_again(now, detail)
            return []
        self._level = up
        # Not taken off the list: a hand, or a lift that is taken back, may have come before it.
        echo = any(position is up for position, _ in self._echoes)
        if up:
            return self._rise(now, echo, busy_rose, detail)
        return self._fall(now, echo, busy_fell, detail)

    def _drop_old_echoes(self, now: float) -> None:
        while self._echoes and self._echoes[0][1] < now:
            self._echoes.popleft()

    def _note_busy(self, now: float, busy: bool | None) -> tuple[bool, bool]:
        """Has it risen; has it fallen with this report or just before."""
        if busy is None:
            return False, False
        rose, fell = busy and not self._busy, self._busy and not busy
        self._busy = busy
        self._tells_busy |= busy and self._lamp
        if fell:
            self._busy_fell = now if self._lamp else NEVER
        elif busy:
            self._busy_fell = NEVER
        return rose, now - self._busy_fell < FOLLOWS_WITHIN

    def _said_again(self, now: float, detail: str) -> None:
        """A device that did not tell that it followed our lamp tells a press by what it was."""
        if not self._lamp or self._level:
            self._repeats = True
            return
        settled = now - self._lit_at >= FRESH and self._doubt is None and not self._told_down
        if settled and self._silent and not self._repeats:
            self._wait(now, f"{detail}: on hook once more")

    def _rise(self, now: float, echo: bool, busy_rose: bool, detail: str) -> list[HandsetEvent]:
        self._silent = False
        if self._lamp:  # our echo, or somebody picks up in a call that a page made
            self._doubt = None
            self._up_again = self._told_down
            return []
        if echo:  # of a lamp that is out again: then it falls at once
            self._doubt = _Doubt(True, now + FOLLOWS_WITHIN, detail)
            return []
        if busy_rose:
            return [_shared(f"{detail}: off hook and line busy, and no lamp of ours")]
        self._told_lift = True
        return [Lifted(Evidence("report", detail))]

    def _fall(self, now: float, echo: bool, busy_fell: bool, detail: str) -> list[HandsetEvent]:
        in_doubt, self._doubt = self._doubt is not None, None
        self._up_again = False
        if not self._lamp:
            if self._told_lift and not in_doubt:
                self._told_lift, self._fell_back = False, now
            return []
        if echo:  # of a lamp that is lit again: then it rises at once, unasked; some must be asked
            if now - self._lit_at < AT_ONCE:
                self.rewrite, self._rewritten = not self._rewritten, True
            return self._wait(now, detail)
        if self._taken_away(now, busy_fell):
            self.rewrite = True
            self._wait(now, detail)
            return [_shared(f"{detail}: on hook, and our lamp is lit")]
        if now - self._lit_at < FRESH:
            # Written again it would undo what a quick hand did: once, where it was hardly a hand.
            if self._lit_on_cradle or now - self._lit_at < AT_ONCE:
                self.rewrite, self._lit_on_cradle = not self._rewritten, False
                self._rewritten = True
            return self._wait(now, detail)
        self._told_down = True
        self._echoes.clear()
        return [PutDown(Evidence("report", detail))]

    def _taken_away(self, now: float, busy_fell: bool) -> bool:
        """Has another program put out our lamp? Of a press Line Busy knows only by our lamp."""
        if self.alone or self._busy_is_hook:
            return False
        if not busy_fell and (self._tells_busy or self.alone is None):
            return False
        in_a_row = self._taken_in_a_row + 1 if now - self._taken_at < AGAIN else 1
        if in_a_row > (PATIENT if busy_fell else 1):  # no: a person, who presses once more
            self._busy_is_hook = self.alone is None
            return False
        self._taken_at, self._taken_in_a_row = now, in_a_row
        return True

    def _wait(self, now: float, detail: str) -> list[HandsetEvent]:
        self._doubt = _Doubt(False, now + FOLLOWS_WITHIN, detail)
        return []

    def due(self) -> float | None:
        return self._doubt.until if self._doubt is not None else None

    def expired(self, now: float) -> list[HandsetEvent]:
        doubt = self._doubt
        if doubt is None or now < doubt.until:
            return []
        self._doubt = None
        evidence = Evidence("timer", f"{doubt.detail}: so for {FOLLOWS_WITHIN:g} s")
        if doubt.rise:
            self._told_lift = True
            return [Lifted(evidence)]
        self._told_down = True
        self._echoes.clear()
        return [PutDown(evidence)]


def _shared(detail: str) -> HandsetShared:
    return HandsetShared(Evidence("report", detail, certain=False), "", SHARED_HINT)
