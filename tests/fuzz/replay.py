"""Plays inputs without libFuzzer: `python -m fuzz.replay [--count] NAME FILE...`.

By itself it tells each input's story and what came of it. --count SECONDS: nothing but the lines of
the target's modules that the inputs together ran, as many as can be played in that time.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path


def main() -> int:
    """Exit status 1 if an input is a finding."""
    parser = argparse.ArgumentParser(prog="fuzz.replay")
    parser.add_argument("--count", type=float, metavar="SECONDS")
    parser.add_argument("name")
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args()
    if options.count is not None:
        return count(options.name, options.files, options.count)
    return max(play(options.name, path.read_bytes()) for path in options.files)


def play(name: str, data: bytes) -> int:
    """Play one input, and print what happened; 1 if it is a finding."""
    from .targets import TARGETS

    target = TARGETS[name]
    print(f"{name}: {data!r}")
    if target.story is not None:
        print(*target.story(data), sep="\n")
    try:
        target.case(data)
    except BaseException:  # noqa: BLE001  (whatever it is, it is the finding)
        traceback.print_exc(file=sys.stdout)
        return 1
    print("all is well")
    return 0


def count(name: str, files: Iterable[Path], seconds: float) -> int:
    """Print lines run and lines there are, of each module that the target covers."""
    import coverage

    spec = find_spec("hookflash")  # without importing it: that is counted as well
    assert spec is not None
    assert spec.origin is not None
    home = Path(spec.origin).parent
    counter = coverage.Coverage(data_file=None, include=[f"{home}/*"])
    counter.start()
    from .targets import TARGETS

    target = TARGETS[name]
    until = time.monotonic() + seconds
    for path in sorted(files, key=lambda path: path.stat().st_size):
        with suppress(Exception):  # a finding ran its lines as well
            target.case(path.read_bytes())
        if time.monotonic() > until:
            break
    counter.stop()
    for module in target.covers:
        _, lines, _, missing, _ = counter.analysis2(str(home / module))
        print(f"{module} {len(lines) - len(missing)} {len(lines)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
