"""The configuration file (TOML): its shape, its limits, and errors that name the cure."""

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field, inspect

from hookflash import COUNTRIES, LineSettings
from hookflash.errors import BadSettings
from hookflash.hid.profile_file import choose
from hookflash.hid.profiles import HandsetProfile

from .web.access import Caller, origin_of

AUTO = "auto:"
"""URL of the only line, or the only handset, that is plugged in."""

DEFAULT_PORT = 12307
"""The port that the plug-in's document names."""

_EXTENSION = r"^[0-9A-Za-z_-]{1,20}\Z"
_DIGITS = r"^\+?[0-9*#]{1,32}\Z"
_ORIGIN = r"^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?\Z"
_COMMAND = r"^AT[ -~]{1,38}\Z"
_PREFIX = r"^[0-9*#]{0,8}\Z"
_GCI = r"^[0-9A-F]{2}\Z"
_PATTERNS = {
    _EXTENSION: 'a text of 1 to 20 letters, digits, - or _, such as "1001"',
    _DIGITS: "a text of 1 to 32 digits, * or #, with or without a leading +",
    _ORIGIN: 'an exact origin in lower case without a path, such as "https://crm.example"',
    _COMMAND: 'a command line of at most 40 characters that begins with AT, such as "AT+GCI=B4"',
    _PREFIX: "a text of at most 8 digits",
    _GCI: 'two hex digits in upper case, such as "B4"',
}
Extension = Annotated[str, Meta(pattern=_EXTENSION)]
Digits = Annotated[str, Meta(pattern=_DIGITS)]
Origin = Annotated[str, Meta(pattern=_ORIGIN)]
Command = Annotated[str, Meta(pattern=_COMMAND)]
Milliseconds = Annotated[int, Meta(ge=0, le=30_000)]


class LineConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[desks.line]`: the device and its figures; what is not given follows the country.

    Without a country the figures are those of North America, and the modem's own is left alone.
    """

    url: str = ""
    country: (
        Literal["us", "ca", "gb", "de", "fr", "it", "es", "nl", "ch", "at", "eu", "au", "cn"] | None
    ) = None
    dialect: Literal["auto", "v253", "rockwell", "data"] = "auto"
    # Shorter than 40 ms no exchange sees, longer than 1,500 hangs up.
    flash_ms: Annotated[int, Meta(ge=40, le=1500)] | None = None
    tone_ms: Annotated[int, Meta(ge=50, le=1000)] | None = None
    second_dial_tone_ms: Milliseconds | None = None
    transfer_settle_ms: Milliseconds | None = None
    refuse_ms: Milliseconds | None = None
    ring_gone_ms: Annotated[int, Meta(ge=1000, le=30_000)] | None = None
    ring_burst_ms: Annotated[int, Meta(ge=100, le=5000)] | None = None
    answer_detection: Literal["off", "ringback", "modem", "quiet"] | None = None
    ringback_gone_ms: Annotated[int, Meta(ge=2000, le=25_000)] | None = None
    command_gap_ms: Annotated[int, Meta(ge=0, le=1000)] | None = None
    health_check_s: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    distinctive_ring: bool | None = None
    gci: Annotated[str, Meta(pattern=_GCI)] | None = None
    charset: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    international: Annotated[str, Meta(pattern=_PREFIX)] | None = None
    init: tuple[Command, ...] | None = None

    def settings(self) -> LineSettings:
        """The country's figures, with those that the file gives."""
        own = {
            name: value
            for name, value in msgspec.structs.asdict(self).items()
            if value is not None and name not in ("url", "country", "dialect")
        }
        if self.country is None:
            return replace(COUNTRIES["us"], **({"gci": ""} | own))
        return replace(COUNTRIES[self.country], **own)


class HandsetConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[desks.handset]`: what a person holds.

    dial_after_ms: a lifted handset dials so long after the last digit; 0: only `#` or a send button
    dials. profile: a handset profile by name, or the file of one (`*.toml`); empty: by its USB ids.
    """

    url: str = ""
    profile: str = ""
    dial_after_ms: Milliseconds = 4000

    def chosen(self) -> HandsetProfile | None:
        """The profile that is named here; BadSettings if there is none."""
        return choose(self.profile) if self.profile else None


class OneKeyConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[desks.one_key]`: a number, or a list file; neither: the last number dialled."""

    number: Digits = ""
    list: str = ""


class DeskConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[desks]]`."""

    extension: Extension = "1001"
    page_control: bool = True
    line: LineConfig = field(default_factory=LineConfig)
    handset: HandsetConfig = field(default_factory=HandsetConfig)
    one_key: OneKeyConfig = field(default_factory=OneKeyConfig)


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file.

    access: `open`, or the exact origins (`https://crm.example`) whose pages may ask.
    queues, extensions, ivrs: names that pages transfer to -> digits that the exchange takes.
    """

    port: Annotated[int, Meta(ge=0, le=65535)] = DEFAULT_PORT
    language: Literal["zh", "en"] = "zh"
    access: Literal["open"] | tuple[Origin, ...] = "open"
    state_dir: str = ""
    desks: tuple[DeskConfig, ...] = (DeskConfig(),)
    queues: dict[str, Digits] = {}
    extensions: dict[str, Digits] = {}
    ivrs: dict[str, Digits] = {}

    def state_path(self) -> Path:
        """Where the agent remembers things between runs."""
        return Path(self.state_dir).expanduser() if self.state_dir else default_state_dir()


class ConfigError(Exception):
    """The configuration cannot be used; the message names file, key and what is allowed."""


def load(path: Path) -> Config:
    """Read a configuration file. Relative paths in it count from its folder."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    return parse(data, path)


def parse(data: bytes, path: Path) -> Config:
    """Turn a file's content into a configuration, or raise ConfigError."""
    try:
        config = msgspec.toml.decode(data, type=Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explained(str(error))}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: this is not TOML: {error}") from error
    extensions = [desk.extension for desk in config.desks]
    if not extensions:
        raise ConfigError(f"{path}: desks: at least one [[desks]] is needed, or leave it out")
    if twice := {name for name in extensions if extensions.count(name) > 1}:
        raise ConfigError(f"{path}: desks.extension: {twice.pop()!r} is given twice")
    for number, desk in enumerate(config.desks):
        try:
            desk.line.settings()
        except BadSettings as error:
            raise ConfigError(f"{path}: desks[{number}].line: {error}") from error
        if desk.one_key.number and desk.one_key.list:
            raise ConfigError(f"{path}: desks[{number}].one_key: give a number or a list, not both")
    for number, origin in enumerate(config.access if config.access != "open" else ()):
        # Compared as text later, and browsers leave the default port out.
        if (known := origin_of(Caller(origin=origin))) != origin:
            cure = f"browsers write it {known}" if known else "there is no such port"
            raise ConfigError(f"{path}: access[{number}]: {origin}: {cure}")
    desks = tuple(_resolved(desk, path.parent) for desk in config.desks)
    for number, desk in enumerate(desks):
        try:
            desk.handset.chosen()
        except BadSettings as error:
            raise ConfigError(f"{path}: desks[{number}].handset: {error}") from error
    state_dir = str(_in(path.parent, config.state_dir)) if config.state_dir else ""
    return msgspec.structs.replace(config, desks=desks, state_dir=state_dir)


def _resolved(desk: DeskConfig, folder: Path) -> DeskConfig:
    change = msgspec.structs.replace
    if desk.one_key.list:
        listed = str(_in(folder, desk.one_key.list))
        desk = change(desk, one_key=change(desk.one_key, list=listed))
    if desk.handset.profile.endswith(".toml"):
        profile = str(_in(folder, desk.handset.profile))
        desk = change(desk, handset=change(desk.handset, profile=profile))
    return desk


def _in(folder: Path, name: str) -> Path:
    return folder / Path(name).expanduser()


def _explained(message: str) -> str:
    """Say it as `key: what is wrong; allowed is what`."""
    text, _, place = message.partition(" - at `")
    path = place.rstrip("`").removeprefix("$")
    kind = _type_at(path)
    key = path.lstrip(".")
    text = re.sub(r" matching regex '.*'", " of the right form", text)
    if text.startswith("Object contains unknown field") and isinstance(kind, inspect.StructType):
        wrong = text.removeprefix("Object contains unknown field ").strip("`")
        allowed = ", ".join(field.encode_name for field in kind.fields)
        return f"{key}{'.' if key else ''}{wrong}: there is no such key; allowed here are {allowed}"
    return f"{key or 'the file'}: {text[0].lower()}{text[1:]}; allowed is {_allowed(kind)}"


def _type_at(path: str) -> inspect.Type:
    """The type that stands at a place such as `.desks[0].line.flash_ms`."""
    kind: inspect.Type = inspect.type_info(Config)
    for part in re.findall(r"\.(\w+)|(\[[^]]*\])", path):
        if isinstance(kind, inspect.UnionType):  # of access, its list is what has parts
            kind = next(one for one in kind.types if isinstance(one, inspect.VarTupleType))
        if part[0] and isinstance(kind, inspect.StructType):
            kind = next(field.type for field in kind.fields if field.encode_name == part[0])
        elif isinstance(kind, inspect.VarTupleType):
            kind = kind.item_type
        elif isinstance(kind, inspect.DictType):
            kind = kind.value_type
    return kind


def _allowed(kind: inspect.Type) -> str:
    """What may stand there, in words."""
    match kind:
        case inspect.UnionType(types):
            return " or ".join(_allowed(one) for one in types if type(one) is not inspect.NoneType)
        case inspect.IntType(ge=low, le=high):
            return f"a whole number from {low} to {high}"
        case inspect.BoolType():
            return "true or false"
        case inspect.LiteralType(values):
            return " or ".join(f'"{value}"' for value in values)
        case inspect.StrType(pattern=str(pattern)):
            return _PATTERNS[pattern]
        case inspect.StrType():
            return "a text"
        case inspect.VarTupleType(item):
            return f"a list, each entry {_allowed(item)}"
        case inspect.DictType(value_type=value):
            return f"a table, each value {_allowed(value)}"
    return "a table"


def default_state_dir() -> Path:
    """The platform's place for a program's state."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "hookflash"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "hookflash"
    return Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local" / "state")) / "hookflash"


def with_options(
    config: Config | None, *, line: str | None, handset: str | None = None, port: int | None
) -> Config:
    """The configuration with the command line's options on top; devices are the first desk's.

    The only desk, if nobody names a device for it, uses what is plugged in.
    """
    config = config or Config()
    if port is not None:
        config = msgspec.structs.replace(config, port=port)
    first, *others = config.desks
    if line is not None:
        first = msgspec.structs.replace(first, line=msgspec.structs.replace(first.line, url=line))
    if handset is not None:
        own = msgspec.structs.replace(first.handset, url=handset)
        first = msgspec.structs.replace(first, handset=own)
    if not others and not first.line.url and not first.handset.url:
        first = _with_what_is_there(first)
    return msgspec.structs.replace(config, desks=(first, *others))


def _with_what_is_there(desk: DeskConfig) -> DeskConfig:
    change = msgspec.structs.replace
    return change(desk, line=change(desk.line, url=AUTO), handset=change(desk.handset, url=AUTO))
