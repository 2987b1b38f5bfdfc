"""`hookflash serve`: the agent."""

import argparse
import logging
from pathlib import Path

from hookflash import __version__

from .common import Commands, fail, stop_signal, verbosity, wait


def add(commands: Commands) -> None:
    """Add the command."""
    serve = commands.add_parser("serve", help="run the agent")
    serve.add_argument("--simulate", action="store_true", help="use a simulated modem (sim:)")
    serve.add_argument(
        "--line",
        metavar="URL",
        help="the modem: modem:, /dev/ttyACM0, COM3, socket://…; a telephone: hid:, usb: "
        "(without line and handset: what is plugged in)",
    )
    serve.add_argument("--handset", metavar="URL", help="the handset: hid:, hid:0b0e:0307, usb:")
    serve.add_argument("--port", type=_port, metavar="N", help="listen on this port (12307)")
    serve.add_argument("--config", type=Path, metavar="FILE", help="configuration (TOML)")
    verbosity(serve)
    serve.set_defaults(run=_serve)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; 0 to 65535, 0 is any free one")
    return int(text)


TOLD_ANYHOW = ("hookflash_server.presence", "hookflash_server.desk")
"""Loggers that tell what is plugged in and used, in a few lines that need no `-v`."""


def _serve(options: argparse.Namespace) -> int:
    from ..agent import Agent
    from ..config import ConfigError, load, with_options
    from ..web.serving import PortTaken

    url = "sim:" if options.simulate else options.line
    if options.simulate and options.line:
        return fail("--simulate and --line exclude each other")
    if not options.verbose:
        for name in TOLD_ANYHOW:
            logging.getLogger(name).setLevel(logging.INFO)
    stop = stop_signal()
    try:
        config = with_options(
            load(options.config) if options.config else None,
            line=url,
            handset=options.handset,
            port=options.port,
        )
        agent = Agent(config)
    except (ConfigError, PortTaken) as error:
        return fail(str(error))
    agent.start()
    print(f"hookflash {__version__} on http://127.0.0.1:{agent.port}", flush=True)
    wait(stop)
    agent.stop()
    return 0
