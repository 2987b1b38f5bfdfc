"""A person who does with a simulated handset what `learn-handset` asks for."""

from __future__ import annotations

from collections.abc import Callable

from hookflash.handset_events import Button
from hookflash.hid import learning
from hookflash.simulated.handset import SimulatedHandset
from hookflash_server.lesson import Pace, Person

QUICK = Pace(patience=2.0, settle=0.015, unanswered=0.1, follow=0.04, rest=0.02)
"""As fast as a simulated handset is; those that fall back after long need longer."""


class Obliging(Person):
    """Does what it is asked, and skips what the handset has not.

    before: called with each step, before it is done; it returns True to do nothing more of it.
    """

    def __init__(
        self, handset: SimulatedHandset, before: Callable[[str], bool] = lambda _: False
    ) -> None:
        self.handset = handset
        self.asked: list[str] = []
        self.told: list[str] = []
        self.skip: Callable[[], None]
        self.leave: Callable[[], None]
        self._before = before

    def begin(self, skip: Callable[[], None], leave: Callable[[], None]) -> None:
        self.skip, self.leave = skip, leave

    def ask(self, step: str, text: str) -> None:
        assert text
        self.asked.append(step)
        if not self._before(step) and not self._do(step):
            self.skip()

    def tell(self, text: str) -> None:
        self.told.append(text)

    def _do(self, step: str) -> bool:
        """Do it; False if the handset lacks what it takes."""
        handset, model = self.handset, self.handset.model
        if step in (learning.REST, learning.LAMP_ON):
            return True
        if step in (learning.LIFT_UNANSWERED, learning.LIFT):
            handset.lift()
            return True
        if step in (learning.DOWN_UNANSWERED, learning.DOWN):
            if not handset.is_lifted:
                return False
            handset.put_down()
            return True
        if step in (learning.MUTE, learning.UNMUTE):
            handset.mute()
            return True
        if step.startswith(learning.KEY):
            key = step.removeprefix(learning.KEY)
            if key in model.keys:
                handset.press(key)
            return key in model.keys
        button = "reject" if step == learning.REJECT else step.removeprefix(learning.BUTTON)
        if button in handset.inputs:
            handset.press_button(Button(button))
        return button in handset.inputs
