"""Which devices are plugged in, and plugging and unplugging as they happen."""

from .choice import auto_handset, auto_line
from .found import Found, Kind
from .look import plugged_in
from .watcher import Watcher

__all__ = ["Found", "Kind", "Watcher", "auto_handset", "auto_line", "plugged_in"]
