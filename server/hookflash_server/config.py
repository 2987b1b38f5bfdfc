"""The configuration file (TOML): its shape, its limits, and errors that name the cure."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from hookflash import COUNTRIES, LineSettings

DEFAULT_PORT = 12307
"""The port that the plug-in's document names."""

Extension = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,20}$")]
Digits = Annotated[str, Meta(pattern=r"^\+?[0-9*#]{1,32}$")]
Origin = Annotated[str, Meta(pattern=r"^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?$")]
Command = Annotated[str, Meta(pattern=r"^AT[ -~]{1,38}$")]
Milliseconds = Annotated[int, Meta(ge=0, le=30_000)]


class LineConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[desks.line]`: the device and its figures; what is not given follows the country."""

    url: str = ""
    country: Literal["us", "ca", "gb", "eu", "cn"] = "us"
    dialect: Literal["auto", "v253", "data"] = "auto"
    # Shorter than 40 ms no exchange sees, longer than 1,500 hangs up.
    flash_ms: Annotated[int, Meta(ge=40, le=1500)] | None = None
    tone_ms: Annotated[int, Meta(ge=50, le=1000)] | None = None
    second_dial_tone_ms: Milliseconds | None = None
    transfer_settle_ms: Milliseconds | None = None
    refuse_ms: Milliseconds | None = None
    ring_gone_ms: Annotated[int, Meta(ge=1000, le=30_000)] | None = None
    command_gap_ms: Annotated[int, Meta(ge=0, le=1000)] | None = None
    international: Annotated[str, Meta(pattern=r"^[0-9*#]{0,8}$")] | None = None
    init: tuple[Command, ...] | None = None

    def settings(self) -> LineSettings:
        """The country's figures, with those that the file gives."""
        own = {
            name: value
            for name, value in msgspec.structs.asdict(self).items()
            if value is not None and name not in ("url", "country", "dialect")
        }
        return replace(COUNTRIES[self.country], **own)


class OneKeyConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[desks.one_key]`: a number, or a list file; neither: the last number dialled."""

    number: Digits = ""
    list: str = ""


class DeskConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[desks]]`."""

    extension: Extension = "1001"
    page_control: bool = True
    line: LineConfig = field(default_factory=LineConfig)
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
        if desk.one_key.number and desk.one_key.list:
            raise ConfigError(f"{path}: desks[{number}].one_key: give a number or a list, not both")
    desks = tuple(_resolved(desk, path.parent) for desk in config.desks)
    return msgspec.structs.replace(config, desks=desks)


def _resolved(desk: DeskConfig, folder: Path) -> DeskConfig:
    if not desk.one_key.list:
        return desk
    listed = str(folder / Path(desk.one_key.list).expanduser())
    return msgspec.structs.replace(desk, one_key=msgspec.structs.replace(desk.one_key, list=listed))


def _explained(message: str) -> str:
    """Say it as `key: what is wrong; what is allowed`."""
    text, _, place = message.partition(" - at `$")
    key = place.rstrip("`").lstrip(".")
    if text.startswith("Object contains unknown field"):
        allowed = ", ".join(_fields_at(key))
        wrong = text.removeprefix("Object contains unknown field ").strip("`")
        key = f"{key}.{wrong}" if key else wrong
        return f"{key}: there is no such key; allowed here are {allowed}"
    return f"{key}: {text}" if key else text


def _fields_at(key: str) -> list[str]:
    """The keys that are allowed in the table at this place."""
    kind: Any = Config
    for part in filter(None, key.split(".")):
        name = part.partition("[")[0]
        kind = {"desks": DeskConfig, "line": LineConfig, "one_key": OneKeyConfig}.get(name, kind)
    return list(kind.__struct_fields__)


def default_state_dir() -> Path:
    """The platform's place for a program's state."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "hookflash"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "hookflash"
    return Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local" / "state")) / "hookflash"


def with_options(config: Config | None, *, line: str | None, port: int | None) -> Config:
    """The configuration with the command line's options on top: the line is the first desk's."""
    config = config or Config()
    if port is not None:
        config = msgspec.structs.replace(config, port=port)
    if line is not None:
        first, *others = config.desks
        first = msgspec.structs.replace(first, line=msgspec.structs.replace(first.line, url=line))
        config = msgspec.structs.replace(config, desks=(first, *others))
    return config
