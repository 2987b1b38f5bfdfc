"""From what a line says to what the desk answers and writes down. Pure."""

from typing import Any

from hookflash import HookflashError
from hookflash.errors import Aborted, CallFailed, DeviceLost, NotSupported
from hookflash.events import LineEvent

from ..answers import Answer, Result, failed


def answer_for(error: BaseException) -> Answer:
    """The answer for what a line's operation raised."""
    match error:
        case DeviceLost():
            return Answer(Result.EXT_OFFLINE, error.code, str(error))
        case NotSupported():
            return Answer(Result.CLIENT_TYPE_ERROR, error.code, str(error))
        case CallFailed():
            return failed(error.reason, str(error))
        case Aborted():
            return failed(error.code, "a hang-up or the end of the call came first")
        case HookflashError():
            return failed(error.code, str(error))
    return failed("internal_error", repr(error))


def details_of(event: LineEvent) -> dict[str, Any]:
    """What an event tells beyond the call's own record."""
    names = ("count", "reason", "tone", "key", "identity")
    return {name: getattr(event, name) for name in names if hasattr(event, name)}
