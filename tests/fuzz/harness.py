"""One target under libFuzzer: `python -m fuzz.harness NAME [libFuzzer's options]`."""

from __future__ import annotations

import sys

import atheris

atheris.enabled_hooks.add("str")
with atheris.instrument_imports(include=["hookflash"], enable_loader_override=False):
    from fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until libFuzzer ends the process."""
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name].case)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
