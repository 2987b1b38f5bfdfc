"""The command line: `hookflash serve`, `hookflash modem-info`, `hookflash simulate modem`."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from hookflash import HookflashError, __version__

log = logging.getLogger(__name__)

TRAFFIC = 5
"""Level of the bytes on the wire, below DEBUG."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status: 0 done, 1 it failed, 2 the call is wrong."""
    options = _parser().parse_args(arguments)
    level = {0: logging.WARNING, 1: logging.INFO, 2: logging.DEBUG}.get(options.verbose, TRAFFIC)
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except HookflashError as error:
        return _fail(str(error))
    except BrokenPipeError:  # whoever reads it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing fails at exit
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hookflash", description="Web pages dial, answer and transfer on a real telephone."
    )
    parser.add_argument("--version", action="version", version=f"hookflash {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the agent")
    serve.add_argument("--simulate", action="store_true", help="use a simulated modem (sim:)")
    serve.add_argument(
        "--line", metavar="URL", help="the modem: /dev/ttyACM0, COM3, socket://…; a telephone: hid:"
    )
    serve.add_argument("--handset", metavar="URL", help="the handset: hid:, hid:0b0e:0307")
    serve.add_argument("--port", type=_port, metavar="N", help="listen on this port (12307)")
    serve.add_argument("--config", type=Path, metavar="FILE", help="configuration (TOML)")
    _verbosity(serve)
    serve.set_defaults(run=_serve)

    info = commands.add_parser("modem-info", help="ask a modem what it is; it does not dial")
    info.add_argument(
        "--line", metavar="URL", required=True, help="the modem: /dev/ttyACM0, COM3, socket://…"
    )
    info.add_argument("--json", action="store_true", help="for programs")
    _verbosity(info)
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
    _verbosity(handset)
    handset.set_defaults(run=_handset_info)

    learn = commands.add_parser(
        "learn-handset", help="record a handset step by step; makes the profile that it needs"
    )
    learn.add_argument(
        "--handset", metavar="URL", default="hid:", help="hid:0b0e:0307; the one there is"
    )
    learn.add_argument("--write", type=Path, metavar="FILE", help="write it there (TOML)")
    _verbosity(learn)
    learn.set_defaults(run=_learn_handset)

    devices = commands.add_parser("devices", help="the devices that are known by their USB ids")
    devices.add_argument(
        "--supported", action="store_true", required=True, help="all of them, plugged in or not"
    )
    devices.add_argument("--json", action="store_true", help="for programs")
    _verbosity(devices)
    devices.set_defaults(run=_devices)

    udev = commands.add_parser(
        "udev-rules", help="print the udev rules for the known devices; Linux only"
    )
    udev.add_argument(
        "--group", metavar="NAME", help="who may use them besides who sits here (dialout)"
    )
    _verbosity(udev)
    udev.set_defaults(run=_udev_rules)

    simulate = commands.add_parser("simulate", help="simulated devices for other programs")
    kinds = simulate.add_subparsers(required=True, metavar="DEVICE")
    modem = kinds.add_parser("modem", help="a modem on a pty; prints the tty")
    modem.add_argument("--number", default="1001", help="its number on the exchange (1001)")
    modem.add_argument(
        "--family", "--dialect", metavar="NAME", default="v253", help="which modem (v253)"
    )
    modem.add_argument(
        "--fault", metavar="NAME", action="append", default=[], help="what is wrong with it"
    )
    modem.add_argument("--plan", type=Path, metavar="FILE", help="number plan (TOML)")
    _verbosity(modem)
    modem.set_defaults(run=_simulate_modem)
    return parser


def _verbosity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-v",
        "--verbose",
        action="count",
        default=0,
        help="tell more: requests and events; twice: details; three times: every byte",
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; 0 to 65535, 0 is any free one")
    return int(text)


def _serve(options: argparse.Namespace) -> int:
    from .agent import Agent
    from .config import ConfigError, load, with_options
    from .web.serving import PortTaken

    url = "sim:" if options.simulate else options.line
    if options.simulate and options.line:
        return _fail("--simulate and --line exclude each other")
    stop = _stop_signal()
    try:
        config = with_options(
            load(options.config) if options.config else None,
            line=url,
            handset=options.handset,
            port=options.port,
        )
        agent = Agent(config)
    except (ConfigError, PortTaken) as error:
        return _fail(str(error))
    agent.start()
    print(f"hookflash {__version__} on http://127.0.0.1:{agent.port}", flush=True)
    _wait(stop)
    agent.stop()
    return 0


def _modem_info(options: argparse.Namespace) -> int:
    from .modem_info import as_json, as_text, look

    looked = look(options.line)
    print(json.dumps(as_json(looked), indent=2) if options.json else as_text(looked))
    return 0


def _handset_info(options: argparse.Namespace) -> int:
    from hookflash.errors import BadDescriptor
    from hookflash.hid.profile_file import choose

    from .handset_info import as_json, as_text, look_at_file, look_at_handset

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

    from .learn_handset import Terminal, to_file
    from .lesson import learn

    if options.write and options.write.exists():
        return _fail(f"learn-handset: {options.write} exists; name another file, or remove it")
    # What is asked is not what comes out: `> FILE` is to have the profile alone.
    person = Terminal(lambda text: print(text, file=sys.stderr, flush=True), sys.stdin)
    try:
        text = to_file(learn(open_hid_port(options.handset), person))
    except KeyboardInterrupt:
        return _fail("learn-handset: stopped; nothing was learned")
    if not options.write:
        print(text, end="")
        return 0
    try:
        options.write.write_text(text, encoding="utf-8")
    except OSError as error:
        print(text, end="")
        return _fail(f"learn-handset: {options.write}: {error.strerror}; it is printed instead")
    return 0


def _devices(options: argparse.Namespace) -> int:
    from .device_list import as_json, as_text

    print(json.dumps(as_json(), indent=2) if options.json else as_text())
    return 0


def _udev_rules(options: argparse.Namespace) -> int:
    from hookflash.udev import GROUP, rules

    if sys.platform != "linux":
        return _fail("udev-rules: udev is Linux's; here devices need no rules")
    print(rules(GROUP if options.group is None else options.group), end="")
    return 0


def _simulate_modem(options: argparse.Namespace) -> int:
    if sys.platform == "win32":
        return _fail("a tty needs Linux or macOS; here use `hookflash serve --simulate`")
    from hookflash.simulated import Exchange
    from hookflash.simulated.console import Console
    from hookflash.simulated.families import find_family
    from hookflash.simulated.faults import parse
    from hookflash.simulated.plan import load_plan
    from hookflash.simulated.pty import PtyModem

    faults, hangs_on = parse(options.fault)
    find_family(options.family)
    plan = load_plan(options.plan) if options.plan else None
    stop = _stop_signal()
    exchange = Exchange(plan)
    modem = PtyModem(exchange, options.number, options.family)
    modem.modem.hangs_on = hangs_on or modem.modem.hangs_on
    modem.modem.faults |= faults
    print(modem.tty, flush=True)
    console = Console(exchange, options.number, lambda line: print(line, flush=True))
    threading.Thread(target=console.run, args=(sys.stdin,), daemon=True).start()
    _wait(stop)
    modem.close()
    exchange.close()
    return 0


def _stop_signal() -> threading.Event:
    """Set by Ctrl-C and SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _wait(stop: threading.Event) -> None:
    if sys.platform != "win32":
        stop.wait()
        return
    while not stop.wait(0.5):  # there a wait without end cannot be interrupted by Ctrl-C
        pass


def _fail(message: str) -> int:
    print(f"hookflash: {message}", file=sys.stderr)
    return 1
