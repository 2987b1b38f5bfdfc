"""What the commands have in common: verbosity, how they end, and being told to stop."""

import argparse
import signal
import sys
import threading
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""Where a command is added."""


def verbosity(parser: argparse.ArgumentParser) -> None:
    """Add `-v`."""
    parser.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=0,
        help="tell more: requests and events; twice: details; three times: every byte",
    )


def stop_signal() -> threading.Event:
    """Set by Ctrl-C and SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def wait(stop: threading.Event) -> None:
    """Wait until it is set."""
    if sys.platform != "win32":
        stop.wait()
        return
    while not stop.wait(0.5):  # there a wait without end cannot be interrupted by Ctrl-C
        pass


def fail(message: str) -> int:
    """Say why the command failed; its exit status."""
    print(f"hookflash: {message}", file=sys.stderr)
    return 1
