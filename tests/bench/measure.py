"""All measurements, one after the other, and the report."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import descriptor, handset, jsonp, process, roundtrip
from bench.children import Children
from bench.table import Row, markdown

NOTES = """\
Ours and the peer take turns in the same run. `9 x 150`: 9 rounds of 150 samples; p50 and p99 are
medians over the rounds (p99 of all samples where a round has fewer than 100). The modem is a
program of its own that echoes and answers OK at once, in one write; its time is in both columns.
JSONP: a fresh TCP connection for each request, dialect "data"; "gap 0" is command_gap_ms = 0, the
default is 100 ms after each result. The bare loop parses nothing but the number, writes, waits for
OK and answers fixed bytes. AT: pyserial is write and read_until; python-gsmmodem-new has the echo
off, as it sets it itself. HID descriptors: bytes to fields, in one process; hid-parser makes no
field beyond the usages that are given, which is less work and a wrong layout. Handset: in one
process, through a port that costs nothing; the lamp is lit from the event's listener. MB is 2^20
bytes. Wake-ups are voluntary context switches."""

_PARTS: dict[str, Callable[..., list[Row]]] = {
    "JSONP request to tty": jsonp.measure,
    "AT round trip": roundtrip.measure,
    "HID descriptors": descriptor.measure,
    "handset": handset.measure,
    "start": process.measure_start,
    "memory and wake-ups": process.measure_memory_and_idle,
}


def main() -> int:
    """Measure and print; 0 when all could be measured, whatever the figures are."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began, load = time.monotonic(), os.getloadavg()
    rows: list[Row] = []
    problems: list[str] = []
    try:
        for name, part in _PARTS.items():
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                try:
                    with Children(Path(folder)) as children:
                        rows += part(children, quick=options.quick)
                except Exception as error:  # noqa: BLE001 - the other figures are wanted all the same
                    problems.append(f"{name}: {type(error).__name__}: {error}")
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    facts = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load_before": [round(figure, 2) for figure in load],
        "load_after": [round(figure, 2) for figure in os.getloadavg()],
        "seconds": round(time.monotonic() - began),
        "command": " ".join(["python", *sys.orig_argv[1:]]),
    }
    print(f"{markdown(rows)}\n\n{NOTES}\n")
    print(
        f"Python {facts['python']}, {facts['system']}, {facts['cores']} cores, load average "
        f"{load[0]:.2f} before and {os.getloadavg()[0]:.2f} after, {facts['seconds']} s: "
        f"`{facts['command']}`"
    )
    if options.json:
        document = {"facts": facts, "rows": [row.members() for row in rows], "problems": problems}
        options.json.write_text(json.dumps(document, indent=2) + "\n")
    for problem in problems:
        print(f"not measured: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py", description="Measure hookflash.")
    parser.add_argument("--quick", action="store_true", help="few samples: does it work at all?")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser
