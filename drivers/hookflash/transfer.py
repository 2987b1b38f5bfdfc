"""A blind transfer on a line with a hookflash: flash, dial tone or a pause, digits, a pause.

Hanging up then connects the two others; the line does that itself.
"""

import logging
from typing import Protocol

from .errors import Aborted, CallFailed, HookflashError
from .operation import Operation
from .settings import LineSettings

log = logging.getLogger(__name__)

TONE_LAG = 1.0
"""Seconds by which a device may report a tone late: after a flash back from a busy target, its busy
tone must not be taken for the caller's end."""


class Flashing(Protocol):
    """What a transfer needs of a line: hooks of Line, named there."""

    name: str
    settings: LineSettings

    def _flash(self, operation: Operation) -> None: ...

    def _send_keys(self, keys: str, operation: Operation) -> None: ...

    def _await_second_dial_tone(self, operation: Operation) -> None: ...

    def _transfer_refused(self) -> str: ...


def blind_transfer(line: Flashing, digits: str, operation: Operation) -> None:
    """All but the hanging up. CallFailed if the target is busy: the caller is taken back."""
    line._flash(operation)
    operation.taken = True
    try:
        line._await_second_dial_tone(operation)
        line._send_keys(digits, operation)
        operation.pause(
            line.settings.transfer_settle_ms / 1000, lambda: bool(line._transfer_refused())
        )
        if tone := line._transfer_refused():
            raise CallFailed(f"transfer on {line.name}: the line answers {tone}", tone)
    except Aborted:
        raise
    except HookflashError:
        _flash_back(line, operation)
        raise


def _flash_back(line: Flashing, operation: Operation) -> None:
    """Take the caller back, who would wait on hold for nothing."""
    try:
        line._flash(operation)
    except HookflashError as error:
        log.warning("transfer on %s: the caller is still on hold: %s", line.name, error)
    operation.pause(TONE_LAG)
