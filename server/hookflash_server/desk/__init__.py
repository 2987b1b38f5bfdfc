"""The desk: one line, perhaps one handset, and the call in progress. Verbs in, events out."""

from .desk import Desk
from .events import EventLog
from .keeper import Source
from .onekey import OneKey
from .targets import Targets

__all__ = ["Desk", "EventLog", "OneKey", "Source", "Targets"]
