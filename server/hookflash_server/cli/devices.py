"""`hookflash devices`, `udev-rules`: what is plugged in or known, and who may use it."""

import argparse
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from .common import Commands, fail, verbosity

T = TypeVar("T")


def add(commands: Commands) -> None:
    """Add the commands."""
    devices = commands.add_parser(
        "devices", help="what is plugged in, what is used of it and how, what is wrong"
    )
    which = devices.add_mutually_exclusive_group()
    which.add_argument(
        "--supported",
        action="store_true",
        help="instead: all that are known by their USB ids, plugged in or not",
    )
    which.add_argument("--watch", action="store_true", help="go on, and tell what comes and goes")
    devices.add_argument(
        "--config", type=Path, metavar="FILE", help="what this configuration uses of them (TOML)"
    )
    devices.add_argument("--json", action="store_true", help="for programs")
    verbosity(devices)
    devices.set_defaults(run=_devices)

    udev = commands.add_parser(
        "udev-rules", help="print the udev rules for the known devices; Linux only"
    )
    udev.add_argument(
        "--group", metavar="NAME", help="who may use them besides who sits here (dialout)"
    )
    verbosity(udev)
    udev.set_defaults(run=_udev_rules)


def _devices(options: argparse.Namespace) -> int:
    if options.supported:
        from ..device_list import as_json, as_text

        print(json.dumps(as_json(), indent=2) if options.json else as_text())
        return 0
    if options.watch:
        return _watch(options.json)
    from hookflash.discovery import plugged_in

    from .. import plugged_list, running_agent
    from ..config import ConfigError, load, with_options

    try:
        config = with_options(
            load(options.config) if options.config else None, line=None, port=None
        )
    except ConfigError as error:
        return fail(str(error))
    found = plugged_in()
    statuses = running_agent.statuses(config.port, [desk.extension for desk in config.desks])
    used = plugged_list.uses(config, found, statuses)
    if options.json:
        print(json.dumps(plugged_list.as_json(found, used), indent=2))
    else:
        print(plugged_list.as_text(found, used))
    return 0


def _watch(as_json: bool) -> int:
    """A line for each device that is there, comes or goes, until it is told to stop."""
    from ..plugged_list import changes_json, changes_text
    from ..presence import Change, Presence, of_this_pc

    changes: SimpleQueue[Change | None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: changes.put(None))
    presence = Presence(of_this_pc(), changes.put)
    presence.start()
    try:
        if not presence.found:
            print("nothing is plugged in; waiting, Ctrl-C ends", file=sys.stderr, flush=True)
        while (change := _next(changes)) is not None:
            for line in (changes_json if as_json else changes_text)(change):
                print(line, flush=True)
    finally:
        presence.close()
    return 0


def _next(changes: "SimpleQueue[T]") -> "T":
    if sys.platform != "win32":
        return changes.get()
    while True:  # there a wait without end cannot be interrupted by Ctrl-C
        with suppress(Empty):
            return changes.get(timeout=0.5)


def _udev_rules(options: argparse.Namespace) -> int:
    from hookflash.udev import GROUP, rules

    if sys.platform != "linux":
        return fail("udev-rules: udev is Linux's; here devices need no rules")
    print(rules(GROUP if options.group is None else options.group), end="")
    return 0
