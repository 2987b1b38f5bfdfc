"""Number plans in files: who answers how on the simulated exchange."""

import re
import tomllib
from pathlib import Path
from typing import Any

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
    return {pattern: _far_end(path, pattern, entry) for pattern, entry in numbers.items()}


def _far_end(path: Path, pattern: str, entry: Any) -> FarEnd:
    problem = _problem(pattern, entry)
    if problem:
        raise PortError(f"number plan {path}, {pattern!r}: {problem}")
    return FarEnd(**entry)


def _problem(pattern: str, entry: Any) -> str:
    """What is wrong with an entry, and what is allowed; empty if it is right."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"this is no regular expression: {error}"
    known = {"does", "after", "talk", "keys"}
    if not isinstance(entry, dict) or not set(entry) <= known:
        return "it must be a table of does, after, talk and keys"
    if entry.get("does", "answer") not in ACTIONS:
        return f"does = {entry['does']!r} is none of {', '.join(ACTIONS)}"
    for name in ("after", "talk"):
        value = entry.get(name, 0)
        if not isinstance(value, int | float) or not 0 <= value <= 86_400:
            return f"{name} = {value!r} is no number of seconds (0 to 86400)"
    keys = entry.get("keys", "")
    if not isinstance(keys, str) or not set(keys) <= set("0123456789*#"):
        return f"keys = {keys!r} holds something else than 0-9 * #"
    return ""
