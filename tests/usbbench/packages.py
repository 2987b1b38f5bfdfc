"""Debian packages, fetched and unpacked without being installed, and without root.

apt keeps the lists for this in a folder of the bench: those of the system may be old or, in a fresh
container, missing, and only root may renew them.
"""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from .errors import BenchError

_FETCHING = 600.0
"""Seconds that a download may take."""

_MERGED = ("bin", "sbin", "lib", "lib64")
"""Folders that are links into /usr on today's systems, but not yet in all packages."""


@dataclass(frozen=True)
class Package:
    """A package and its version."""

    name: str
    version: str


class Apt:
    """apt with lists of its own, below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._options = (
            f"-oDir::State::Lists={folder}/lists",
            f"-oDir::Cache={folder}/cache",
            "-oAPT::Sandbox::User=",
            "-oAcquire::Retries=3",
        )
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def update(self) -> None:
        """Fetch the lists."""
        self._run("apt-get", "-qq", "update")

    def dependencies(self, package: str) -> list[list[str]]:
        """What a package depends on: for each dependency the alternatives, the preferred first."""
        return read_dependencies(self._run("apt-cache", "--important", "depends", package))

    def download(self, names: Iterable[str], folder: Path) -> None:
        """Put the newest packages of these names into the folder."""
        self._run("apt-get", "-qq", "download", *names, folder=folder)

    def _run(self, *command: str, folder: Path | None = None) -> str:
        program, *arguments = command
        return run([program, *self._options, *arguments], folder=folder, seconds=_FETCHING)


def read_dependencies(said: str) -> list[list[str]]:
    """What `apt-cache depends` says; there a `|` leads the alternatives but for the last."""
    found: list[list[str]] = []
    goes_on = False
    for line in said.splitlines():
        kind, colon, name = line.strip().partition(": ")
        if not colon or kind.lstrip("|") not in ("Depends", "PreDepends"):
            continue
        name = name.strip("<>").partition(":")[0]
        if goes_on:
            found[-1].append(name)
        else:
            found.append([name])
        goes_on = kind.startswith("|")
    return found


def with_missing(
    apt: Apt, names: Iterable[str], installed: set[str], without: Iterable[str] = ()
) -> list[str]:
    """The packages, and what they need that this system has not; `without` are not needed here."""
    wanted = list(names)
    there = installed.union(without)
    for name in wanted:  # which grows as it goes
        for alternatives in apt.dependencies(name):
            if not there.intersection(alternatives) and not set(wanted) & set(alternatives):
                wanted.append(alternatives[0])
    return wanted


def installed() -> set[str]:
    """Names of the packages that this system has."""
    said = run(["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package}\\n"])
    lines = (line.split() for line in said.splitlines())
    return {words[1] for words in lines if words[0] == "installed"}


def describe(package: Path) -> Package:
    """The name and version of a package's file."""
    said = run(["dpkg-deb", "--show", "--showformat=${Package} ${Version}", str(package)])
    return Package(*said.split())


def unpack(package: Path, folder: Path) -> None:
    """Lay a package's files into the folder, with /usr merged."""
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        stream = cast("IO[bytes]", process.stdout)
        try:
            with tarfile.open(fileobj=stream, mode="r|") as files:
                # The distribution's own packages, with links that lead out of the folder.
                files.extraction_filter = _as_it_is
                for member in files:
                    member.name = merged(member.name)
                    if member.islnk():
                        member.linkname = merged(member.linkname)
                    if member.name:
                        files.extract(member, folder)
            stream.read()
        except tarfile.TarError as error:
            raise BenchError(f"unpack {package.name}: {error}; is the package damaged?") from error
        complaint = cast("IO[bytes]", process.stderr).read().decode(errors="replace").strip()
    if process.returncode:
        raise BenchError(f"unpack {package.name}: {complaint}")


def _as_it_is(member: tarfile.TarInfo, _path: str) -> tarfile.TarInfo:
    return member


def merged(name: str) -> str:
    """A path in a package, as it is when /usr is merged: `./lib/x` is `usr/lib/x`."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return "/".join(["usr", *parts] if parts and parts[0] in _MERGED else parts)


def run(command: list[str], *, folder: Path | None = None, seconds: float = 60.0) -> str:
    """What a program says; BenchError with its complaint if it fails."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=True
        )
    except FileNotFoundError as error:
        raise BenchError(
            f"{command[0]}: there is no such program; the bench is made of Debian packages and"
            " needs a Debian system"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{' '.join(command)}: not done after {seconds:.0f} s") from error
    except subprocess.CalledProcessError as error:
        raise BenchError(f"{' '.join(command)}: {error.stderr.strip()}") from error
    return done.stdout
