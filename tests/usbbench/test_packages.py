"""Packages are unpacked as the guest needs them, with what the system lacks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from usbbench.errors import BenchError
from usbbench.packages import Apt, describe, merged, read_dependencies, run, unpack, with_missing

APT_CACHE = """\
kmod
  Depends: libc6
  PreDepends: init-system-helpers
 |Depends: libssl3
 |Depends: libssl1.1
  Depends: <libcrypto>
    libssl-dev
  Depends: python3:any
  Conflicts: <module-init-tools>
"""


def test_dependencies_are_read_with_their_alternatives() -> None:
    assert read_dependencies(APT_CACHE) == [
        ["libc6"],
        ["init-system-helpers"],
        ["libssl3", "libssl1.1", "libcrypto"],
        ["python3"],
    ]


class FakeApt(Apt):
    """Knows dependencies without asking apt."""

    def __init__(self, known: dict[str, list[list[str]]]) -> None:
        self._known = known

    def dependencies(self, package: str) -> list[list[str]]:
        return self._known[package]


def test_what_the_system_lacks_comes_too_and_what_that_needs() -> None:
    apt = FakeApt(
        {
            "udev": [["libc6"], ["libkmod2"], ["adduser", "systemd-sysusers"]],
            "kmod": [["libkmod2"]],
            "libkmod2": [["libzstd1", "libzstd-old"], ["libssl3"]],
            "libzstd1": [["libc6"]],
        }
    )
    names = with_missing(apt, ["udev", "kmod"], {"libc6", "libssl3", "systemd-sysusers"})
    assert names == ["udev", "kmod", "libkmod2", "libzstd1"]
    without = with_missing(apt, ["kmod"], {"libssl3"}, without=["libzstd-old"])
    assert without == ["kmod", "libkmod2"]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("./lib/modules/6.1/x.ko", "usr/lib/modules/6.1/x.ko"),
        ("./sbin/depmod", "usr/sbin/depmod"),
        ("./bin", "usr/bin"),
        ("./usr/lib/x", "usr/lib/x"),
        ("./etc/lib/x", "etc/lib/x"),
        ("./", ""),
    ],
)
def test_old_folders_are_laid_below_usr(name: str, place: str) -> None:
    assert merged(name) == place


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="a system without Debian's packages")
def test_a_package_is_unpacked(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("DEBIAN", "bin", "usr/bin", "lib/udev/rules.d"):
        (source / name).mkdir(parents=True)
    (source / "DEBIAN/control").write_text(
        "Package: kmod\nVersion: 1:30-1\nArchitecture: all\nMaintainer: A <a@example.org>\n"
        "Description: a test\n"
    )
    (source / "bin/kmod").write_text("program\n")
    (source / "bin/kmod").chmod(0o755)
    (source / "usr/bin/lsmod").symlink_to("/bin/kmod")
    (source / "lib/udev/rules.d/80-x.rules").write_text("# rule\n")
    package = tmp_path / "kmod.deb"
    run(["dpkg-deb", "--root-owner-group", "--build", str(source), str(package)])
    (tmp_path / "layer/usr/bin").mkdir(parents=True)

    unpack(package, tmp_path / "layer")

    said = describe(package)
    assert (said.name, said.version) == ("kmod", "1:30-1")
    layer = tmp_path / "layer"
    assert [path.name for path in layer.iterdir()] == ["usr"]
    assert (layer / "usr/bin/kmod").stat().st_mode & 0o777 == 0o755
    assert str((layer / "usr/bin/lsmod").readlink()) == "/bin/kmod"
    assert (layer / "usr/lib/udev/rules.d/80-x.rules").read_text() == "# rule\n"
    # Everybody in the guest has to get through.
    assert (layer / "usr/lib/udev").stat().st_mode & 0o777 == 0o755

    package.write_bytes(package.read_bytes()[:-200])
    with pytest.raises(BenchError, match=r"unpack kmod\.deb"):
        unpack(package, tmp_path / "broken")


def test_a_program_that_fails_or_is_missing_is_told() -> None:
    with pytest.raises(BenchError, match="no-such-program: there is no such program"):
        run(["no-such-program"])
    with pytest.raises(BenchError, match="false: "):
        run(["false"])
    with pytest.raises(BenchError, match="sleep 60: not done after 0 s") as told:
        run(["sleep", "60"], seconds=0.1)
    assert isinstance(told.value.__cause__, subprocess.TimeoutExpired)
