"""`hookflash modem-info`, `handset-info`, `learn-handset`: what one device is."""

import argparse
import json
import sys
from pathlib import Path

from .common import Commands, fail, verbosity


def add(commands: Commands) -> None:
    """Add the commands."""
    info = commands.add_parser("modem-info", help="ask a modem what it is; it does not dial")
    info.add_argument(
        "--line", metavar="URL", required=True, help="the modem: /dev/ttyACM0, COM3, socket://…"
    )
    info.add_argument("--json", action="store_true", help="for programs")
    verbosity(info)
    info.set_defaults(run=_modem_info)

    handset = commands.add_parser(
        "handset-info", help="what a handset says of itself, and whether it can be used"
    )
    source = handset.add_mutually_exclusive_group()
    source.add_argument(
        "--descriptor",
        metavar="FILE",
        help="a report descriptor's raw bytes, as in /sys/class/hidraw/*/device; - is stdin",
    )
    source.add_argument(
        "--handset", metavar="URL", default="hid:", help="hid:0b0e:0307, sim-hid:; the one there is"
    )
    handset.add_argument(
        "--profile",
        metavar="FILE",
        help="a profile: *.toml, or a name; else by its USB ids",
    )
    handset.add_argument("--json", action="store_true", help="for programs")
    verbosity(handset)
    handset.set_defaults(run=_handset_info)

    learn = commands.add_parser(
        "learn-handset", help="record a handset step by step; makes the profile that it needs"
    )
    learn.add_argument(
        "--handset", metavar="URL", default="hid:", help="hid:0b0e:0307; the one there is"
    )
    learn.add_argument("--write", type=Path, metavar="FILE", help="write it there (TOML)")
    verbosity(learn)
    learn.set_defaults(run=_learn_handset)


def _modem_info(options: argparse.Namespace) -> int:
    from ..modem_info import as_json, as_text, look

    looked = look(options.line)
    print(json.dumps(as_json(looked), indent=2) if options.json else as_text(looked))
    return 0


def _handset_info(options: argparse.Namespace) -> int:
    from hookflash.errors import BadDescriptor
    from hookflash.hid.profile_file import choose

    from ..handset_info import as_json, as_text, look_at_file, look_at_handset

    profile = choose(options.profile) if options.profile else None
    try:
        if options.descriptor is None:
            looked = look_at_handset(options.handset, profile)
        else:
            looked = look_at_file(options.descriptor, profile)
    except BadDescriptor as error:
        if options.json:
            print(json.dumps({"usable": False, "reason": str(error)}, indent=2))
        raise
    print(json.dumps(as_json(looked), indent=2) if options.json else as_text(looked))
    return 0


def _learn_handset(options: argparse.Namespace) -> int:
    from hookflash.opening import open_hid_port

    from ..learn_handset import Terminal, to_file
    from ..lesson import learn

    if options.write and options.write.exists():
        return fail(f"learn-handset: {options.write} exists; name another file, or remove it")
    # What is asked is not what comes out: `> FILE` is to have the profile alone.
    person = Terminal(lambda text: print(text, file=sys.stderr, flush=True), sys.stdin)
    try:
        text = to_file(learn(open_hid_port(options.handset), person))
    except KeyboardInterrupt:
        return fail("learn-handset: stopped; nothing was learned")
    if not options.write:
        print(text, end="")
        return 0
    try:
        options.write.write_text(text, encoding="utf-8")
    except OSError as error:
        print(text, end="")
        return fail(f"learn-handset: {options.write}: {error.strerror}; it is printed instead")
    return 0
