"""Number plans in files: who answers how on the simulated exchange."""

import re
import tomllib
from pathlib import Path

from ..errors import PortError
from .exchange import ACTIONS, FarEnd


def load_plan(path: Path) -> dict[str, FarEnd]:
    """Read a number plan (TOML): a table `[numbers]` of `"pattern" = {does = …, after = …}`.

    Patterns are regular expressions for a whole number, first match wins; see FarEnd for the rest.
    PortError names the file, the entry and what is allowed.
    """
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise PortError(f"number plan {path}: {error}") from error
    numbers = data.get("numbers")
    if not isinstance(numbers, dict) or set(data) != {"numbers"}:
        raise PortError(f"number plan {path}: it must hold one table, [numbers], and no more")
    plan: dict[str, FarEnd] = {}
    for pattern, entry in numbers.items():
        try:
            re.compile(pattern)
            far = FarEnd(**entry)
        except (re.error, TypeError) as error:
            raise PortError(
                f"number plan {path}, {pattern!r}: {error}; allowed are does, after, talk, keys"
            ) from error
        if far.does not in ACTIONS:
            raise PortError(
                f"number plan {path}, {pattern!r}: does = {far.does!r} is none of "
                + ", ".join(ACTIONS)
            )
        plan[pattern] = far
    return plan
