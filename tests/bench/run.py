"""Entry of `make bench`: puts `tests` on the module path and runs the measurements."""

import sys
from pathlib import Path


def main() -> int:
    """Run them; the exit status."""
    # In place of this folder, which must not stand in for other modules of the same name.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from bench.measure import main as measure

    return measure()


if __name__ == "__main__":
    sys.exit(main())
