"""`hookflash simulate`: simulated devices for other programs."""

import argparse
import sys
import threading
from pathlib import Path

from .common import Commands, fail, stop_signal, verbosity, wait


def add(commands: Commands) -> None:
    """Add the command with its kinds of devices."""
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
    verbosity(modem)
    modem.set_defaults(run=_simulate_modem)
    usb = kinds.add_parser(
        "usb", help="devices plugged into this computer's own kernel; Linux, root, vhci-hcd"
    )
    usb.add_argument(
        "devices",
        nargs="+",
        metavar="DEVICE",
        help="modem[:FAMILY], handset[:MODEL], phone[:MODEL], each with @NUMBER (1001)",
    )
    usb.add_argument("--plan", type=Path, metavar="FILE", help="number plan (TOML)")
    verbosity(usb)
    usb.set_defaults(run=_simulate_usb)


def _simulate_modem(options: argparse.Namespace) -> int:
    if sys.platform == "win32":
        return fail("a tty needs Linux or macOS; here use `hookflash serve --simulate`")
    from hookflash.simulated import Exchange
    from hookflash.simulated.console import Console
    from hookflash.simulated.families import find_family
    from hookflash.simulated.faults import parse
    from hookflash.simulated.plan import load_plan
    from hookflash.simulated.pty import PtyModem

    faults, hangs_on = parse(options.fault)
    find_family(options.family)
    plan = load_plan(options.plan) if options.plan else None
    stop = stop_signal()
    exchange = Exchange(plan)
    modem = PtyModem(exchange, options.number, options.family)
    modem.modem.hangs_on = hangs_on or modem.modem.hangs_on
    modem.modem.faults |= faults
    print(modem.tty, flush=True)
    console = Console(exchange, options.number, lambda line: print(line, flush=True))
    threading.Thread(target=console.run, args=(sys.stdin,), daemon=True).start()
    wait(stop)
    modem.close()
    exchange.close()
    return 0


def _simulate_usb(options: argparse.Namespace) -> int:
    if sys.platform != "linux":
        return fail("a kernel that takes simulated USB devices needs Linux; here use sim: URLs")
    from hookflash.simulated.usb.command import plug_in

    stop = stop_signal()
    bench, console = plug_in(options.devices, options.plan, lambda line: print(line, flush=True))
    threading.Thread(target=console.run, args=(sys.stdin,), daemon=True).start()
    wait(stop)
    bench.close()
    bench.exchange.close()
    return 0
