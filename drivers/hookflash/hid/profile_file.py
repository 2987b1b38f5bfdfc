"""A handset's profile as a TOML file: what `hookflash learn-handset` writes, and a desk may use.

    [profile]
    name = "my_handset"
    title = "My handset"
    source = "learned, 2026-11-23"
    mute = "level"

The keys are the fields of HandsetProfile; usages are numbers (0x000B00B0). Other tables, such as
the recording that the profile was learned from, are for people and are not read.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import BadSettings
from .profiles import HandsetProfile, KeepAlive, named

HOOKS = ("", "level", "toggle", "on_off")
MUTES = ("", "pulse", "level")
DISPLAYS = ("", "cx300")
MAX_BYTES = 1 << 20
"""A profile with its recording is some kilobytes."""


def choose(text: str) -> HandsetProfile:
    """A profile by its name in the table, or from a file (`*.toml`). BadSettings if there is none,
    or none that can be read."""
    return load(Path(text)) if text.endswith(".toml") else named(text)


def load(path: Path) -> HandsetProfile:
    """Read a profile. BadSettings names the file, the key and what it may be."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadSettings(f"profile {path}: too long for a profile")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadSettings(f"profile {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadSettings(f"profile {path}: not text in UTF-8; {error}") from error
    try:
        return loads(text)
    except (BadSettings, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"profile {path}: {error}") from error


def loads(text: str) -> HandsetProfile:
    """A profile from TOML. BadSettings for a wrong key or value, TOMLDecodeError for no TOML."""
    table = tomllib.loads(text).get("profile")
    if not isinstance(table, dict):
        raise BadSettings("it has no table [profile]")
    values = {}
    for key, value in table.items():
        if key not in _CHECKS:
            raise BadSettings(f"there is no key {key}; the keys are {', '.join(_CHECKS)}")
        values[key] = _CHECKS[key](key, value)
    for key in ("name", "title", "source"):
        if not values.get(key):
            raise BadSettings(f"{key} is missing")
    return HandsetProfile(**values)


def dumps(profile: HandsetProfile) -> str:
    """The table that `loads` reads; what is not peculiar is left out."""
    words = {key: getattr(profile, key) for key in ("name", "title", "source", "hook", "mute")}
    lines = ["[profile]", *(f"{key} = {quoted(word)}" for key, word in words.items() if word)]
    if profile.two_falls:
        lines.append("two_falls = true")
    if profile.keypad_first:
        lines.append(f"keypad_first = {_usage(profile.keypad_first)}")
    if profile.trusts_constant:
        lines.append("trusts_constant = true")
    if profile.startup:
        pairs = ", ".join(f"[{_usage(usage)}, {value}]" for usage, value in profile.startup)
        lines.append(f"startup = [{pairs}]")
    if profile.keep_alive:
        report, seconds = profile.keep_alive.report.hex(" "), profile.keep_alive.seconds
        lines.append(f'keep_alive = {{ report = "{report}", seconds = {seconds} }}')
    if profile.display:
        lines.append(f"display = {quoted(profile.display)}")
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'


def _usage(usage: int) -> str:
    return f"0x{usage:08X}"


# --- what a value may be --------------------------------------------------------------------------


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadSettings(f"{key} = {value!r} is no text")
    return value


def _one_of(*words: str) -> Callable[[str, Any], str]:
    def check(key: str, value: Any) -> str:
        if value not in words:
            raise BadSettings(f"{key} = {value!r}: must be one of {', '.join(filter(None, words))}")
        return str(value)

    return check


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadSettings(f"{key} = {value!r}: must be true or false")
    return value


def _number(key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 0xFFFFFFFF:
        raise BadSettings(f"{key} = {value!r}: must be a usage such as 0x000B00B0")
    return value


def _startup(key: str, value: Any) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list) or any(not isinstance(p, list) or len(p) != 2 for p in value):
        raise BadSettings(f"{key} = {value!r}: must be a list of [usage, value]")
    return tuple((_number(key, usage), _number(key, number)) for usage, number in value)


def _keep_alive(key: str, value: Any) -> KeepAlive:
    if not isinstance(value, dict) or set(value) != {"report", "seconds"}:
        raise BadSettings(f"{key} = {value!r}: must have report and seconds")
    report, seconds = value["report"], value["seconds"]
    try:
        data = bytes.fromhex(_text(key, report))
    except ValueError as error:
        raise BadSettings(f"{key}: report = {report!r} is not hexadecimal") from error
    if not data or isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise BadSettings(f"{key} = {value!r}: needs bytes, and seconds as a number")
    if not 1 <= seconds <= 3600:
        raise BadSettings(f"{key}: seconds = {seconds}: must be 1 to 3600")
    return KeepAlive(data, float(seconds))


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "name": _text,
    "title": _text,
    "source": _text,
    "hook": _one_of(*HOOKS),
    "mute": _one_of(*MUTES),
    "two_falls": _flag,
    "keypad_first": _number,
    "trusts_constant": _flag,
    "startup": _startup,
    "keep_alive": _keep_alive,
    "display": _one_of(*DISPLAYS),
}
