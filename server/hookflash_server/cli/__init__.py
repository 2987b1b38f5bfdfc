"""The command line: `hookflash serve`, `hookflash devices`, `hookflash simulate modem`.

Each module adds a family of commands, and loads what a command needs only when it runs.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from hookflash import HookflashError, __version__

from . import asking, devices, serve, simulate
from .common import fail

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
        return fail(str(error))
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
    for family in (serve, asking, devices, simulate):
        family.add(commands)
    return parser
