"""From what a device says to what the desk answers and writes down. Pure."""

from dataclasses import fields
from typing import Any

from hookflash import HookflashError
from hookflash.errors import Aborted, CallFailed, DeviceLost, NotSupported, Recovering
from hookflash.events import DeviceEvent

from ..answers import Answer, Result, failed

_ELSEWHERE = frozenset({"evidence", "number", "name", "absent"})
"""Members of events that stand in the call's record, or beside the details."""


def answer_for(error: BaseException) -> Answer:
    """The answer for what a line's operation raised."""
    match error:
        case DeviceLost() | Recovering():
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


def details_of(event: DeviceEvent) -> dict[str, Any]:
    """What an event tells beyond the call's own record."""
    names = [field.name for field in fields(event)]
    return {name: getattr(event, name) for name in names if name not in _ELSEWHERE}
