"""What the bench boots: a kernel and programs out of Debian packages, made once and kept.

FOLDER/made.json    versions of the packages, and of this module
FOLDER/kernel       the kernel: ELF, or the package's bzImage where that cannot be unpacked
FOLDER/layer/       udev, kmod and the kernel's modules, laid over the host's files in the guest
FOLDER/busybox      the shell of the first seconds
"""

from __future__ import annotations

import fcntl
import json
import lzma
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from . import kernel, packages
from .errors import BenchError

FORMAT = 4
"""Raised when what is kept has to be made anew."""

METAPACKAGE = "linux-image-amd64"
"""Depends on the newest kernel of the distribution."""

PROGRAMS = ("udev", "kmod")
PRIVATE = "libsystemd-shared"
"""systemd's own library: where udev uses it, it has to be of the same version."""
PEERS = ("dbus-daemon", "modemmanager", "uhubctl")
"""Other programs that have to do with our devices."""
WITHOUT = ("polkitd",)
"""What those are said to need, and do not: a daemon that nobody asks here."""
FILES = ("systemd", "busybox-static")
"""Only files of these are used: the rules for seats, and one program that needs no library."""

NEEDED_TO_BOOT = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
"""Modules without which the host's files cannot be reached; they go into the initramfs."""

MODULES = (
    "kernel/drivers/usb/class",
    "kernel/drivers/usb/core",
    "kernel/drivers/usb/host",
    "kernel/drivers/usb/serial",
    "kernel/drivers/usb/usbip",
    "kernel/drivers/hid",
    "kernel/drivers/input",
    "kernel/sound/usb",
)
"""Folders whose modules a PC would load for a telephone that is plugged in."""


@dataclass(frozen=True)
class Prepared:
    """What the bench boots."""

    folder: Path
    release: str
    """The kernel's, `6.1.0-18-amd64`: the name of its modules' folder."""

    @property
    def kernel(self) -> Path:
        """The kernel's image."""
        return self.folder / "kernel"

    @property
    def layer(self) -> Path:
        """Files to be laid over the host's."""
        return self.folder / "layer"

    @property
    def busybox(self) -> bytes:
        """A program that needs no library: the shell of the first seconds."""
        return (self.folder / "busybox").read_bytes()

    def modules_to_boot(self) -> list[tuple[str, bytes]]:
        """Names and contents of the first modules, in the order of loading."""
        root = self.layer / "usr/lib/modules" / self.release
        needs = kernel.read_dependencies((root / "modules.dep").read_text())
        modules = []
        for path in kernel.loading_order(NEEDED_TO_BOOT, needs):
            data = (root / path).read_bytes()
            if path.endswith(".xz"):  # busybox may be built without it
                data = lzma.decompress(data)
            modules.append((kernel.module_name(path), data))
        return modules


def prepare(folder: Path) -> Prepared:
    """What is kept in the folder, made anew if it is missing or old."""
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / "lock"):
        made = folder / "made.json"
        kept = json.loads(made.read_text()) if made.exists() else {}
        if kept.get("format") != FORMAT:
            made.unlink(missing_ok=True)
            kept = _make(folder)
            made.write_text(json.dumps(kept, indent=1))
        return Prepared(folder, kept["release"])


def _make(folder: Path) -> dict[str, object]:
    if os.uname().machine != "x86_64":
        raise BenchError(f"usb bench: needs an x86-64 PC, and this is {os.uname().machine}")
    apt = packages.Apt(folder / "apt")
    apt.update()
    image = _image(apt)
    there = packages.installed() - {*PROGRAMS, PRIVATE}
    names = packages.with_missing(apt, (*PROGRAMS, *PEERS), there, WITHOUT)
    # On the same filesystem, so that what is ready is moved into place.
    with tempfile.TemporaryDirectory(dir=folder) as name:
        work = Path(name)
        apt.download([image, *names, *FILES], work)
        files = {packages.describe(path): path for path in work.glob("*.deb")}
        parts = {package.name: path for package, path in files.items()}
        for package in (image, *names, "systemd"):
            packages.unpack(parts[package], work / "layer")
        packages.unpack(parts["busybox-static"], work / "busybox")
        release = _place_kernel(work / "layer", work / "kernel")
        for target, source in (
            ("layer", work / "layer"),
            ("kernel", work / "kernel"),
            ("busybox", work / "busybox/usr/bin/busybox"),
        ):
            _remove(folder / target)
            source.rename(folder / target)
    shutil.rmtree(folder / "apt")
    return {
        "format": FORMAT,
        "release": release,
        "packages": sorted((asdict(package) for package in files), key=lambda each: each["name"]),
    }


def _image(apt: packages.Apt) -> str:
    for alternatives in apt.dependencies(METAPACKAGE):
        for name in alternatives:
            if name.startswith("linux-image-"):
                return name
    raise BenchError(f"{METAPACKAGE}: depends on no kernel; the bench needs Debian's packages")


def _place_kernel(layer: Path, target: Path) -> str:
    """Unpack the image, keep the modules that are of use, index them; the release's name."""
    (packed,) = (layer / "boot").glob("vmlinuz-*")
    release = packed.name.removeprefix("vmlinuz-")
    image = packed.read_bytes()
    target.write_bytes(kernel.uncompressed(image) or image)
    shutil.rmtree(layer / "boot")
    root = layer / "usr/lib/modules" / release
    _depmod(layer, release)
    needs = kernel.read_dependencies((root / "modules.dep").read_text())
    first = kernel.loading_order(NEEDED_TO_BOOT, needs)
    keep = kernel.within(MODULES, needs) | set(first)
    for path in needs.keys() - keep:
        (root / path).unlink()
    _depmod(layer, release)
    return release


def _depmod(layer: Path, release: str) -> None:
    """Index the modules with the layer's own kmod, for the kernel's package has no index."""
    libraries = layer / "usr/lib/x86_64-linux-gnu"
    command = ["depmod", "-b", str(layer / "usr"), release]
    done = subprocess.run(
        command,
        check=False,
        executable=layer / "usr/bin/kmod",  # which does what it is called
        env={"LD_LIBRARY_PATH": str(libraries)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise BenchError(f"{' '.join(command)}: {done.stderr.strip()}")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Held by one process at a time; another waits."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
