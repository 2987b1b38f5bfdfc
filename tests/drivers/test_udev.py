"""The udev rules: made from the table, printed, installed. What they do is judged by udevadm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from hookflash.catalog import CATALOG
from hookflash.errors import BadSettings
from hookflash.udev import FILE, OWN_FILE, cure, handset_rule, modem_rule, phone_rule, rules
from hookflash_server import cli

FOLDER = Path(__file__).parents[2] / "udev"
SHIPPED = FOLDER / Path(FILE).name

#: What brltty's rules take (Autostart/Udev/device.rules.in of 2020, and 1a86:7523 of Ubuntu's):
#: serial converters by id, and makers of braille displays.
BRAILLE_CONVERTERS = {
    (0x0403, 0x6001),
    (0x045E, 0x930A),
    (0x045E, 0x930B),
    (0x0483, 0xA1D3),
    (0x0921, 0x1200),
    (0x10C4, 0xEA60),
    (0x10C4, 0xEA80),
    (0x1209, 0xABC0),
    (0x16C0, 0x05E1),
    (0x1A86, 0x7523),
}
BRAILLE_MAKERS = {0x0452, 0x06B0, 0x0798, 0x0904, 0x0F4E, 0x1148, 0x1C71, 0x1FE4, 0x4242, 0xC251}

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="udev is Linux's")


def test_the_file_is_what_is_made_of_the_table() -> None:
    assert SHIPPED.read_text(encoding="utf-8") == rules(), (
        "udev/70-hookflash.rules is behind; hookflash udev-rules > udev/70-hookflash.rules"
    )


def test_no_device_has_two_rules() -> None:
    lines = [line for line in rules().splitlines() if "ENV{HOOKFLASH_DEVICE}=" in line]
    told = [line for line in lines if not line.startswith("#")]
    assert len(told) == len(set(told))
    assert handset_rule(0x0B0E, None) in told
    assert handset_rule(0x0B0E, 0x0307) not in told, "the vendor's rule has it"


def test_brltty_takes_nothing_of_the_table() -> None:
    vendors = {row.vendor for row in CATALOG if row.product is None}
    ids = {(row.vendor, row.product) for row in CATALOG}
    assert not ids & BRAILLE_CONVERTERS
    assert not vendors & {vendor for vendor, _ in BRAILLE_CONVERTERS}
    assert not {row.vendor for row in CATALOG} & BRAILLE_MAKERS


@pytest.mark.parametrize("group", ["", "Dial", 'x", MODE="0666', "a b", "x\n", "-x", "é"])
def test_what_is_no_group(group: str) -> None:
    with pytest.raises(BadSettings, match="no group's name"):
        rules(group)


@on_linux
def test_the_command_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["udev-rules"]) == 0
    assert capsys.readouterr().out == rules()
    assert cli.main(["udev-rules", "--group", "hookflash"]) == 0
    assert capsys.readouterr().out == rules("hookflash")
    assert 'GROUP="hookflash"' in rules("hookflash")
    assert cli.main(["udev-rules", "--group", "a b"]) == 1
    assert "no group's name" in capsys.readouterr().err


def test_elsewhere_than_on_linux(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = SimpleNamespace(**(vars(sys) | {"platform": "darwin"}))
    monkeypatch.setattr("hookflash_server.cli.devices.sys", elsewhere)
    assert cli.main(["udev-rules"]) == 1
    assert "udev is Linux's" in capsys.readouterr().err


def test_the_cure_names_the_rules_and_the_line_that_they_lack() -> None:
    assert "install the udev rules" in cure("hid", 0x0B0E, 0x0307)
    assert OWN_FILE not in cure("hid", 0x0B0E, 0x0307)
    unknown = cure("hid", 0x1234, 0x5678)
    assert OWN_FILE in unknown
    assert handset_rule(0x1234, 0x5678) in unknown
    assert modem_rule(0x0B0E, 0x0307) in cure("modem", 0x0B0E, 0x0307), "known, as a handset"
    assert "install the udev rules" in cure("usb", 0x6993, 0xB001)
    assert OWN_FILE not in cure("usb", 0x6993, 0xB001)
    assert phone_rule(0x1234, 0x5678) in cure("usb", 0x1234, 0x5678)


def test_a_cm109_is_left_to_the_administrator() -> None:
    assert phone_rule(0x6993, 0xB001) in rules()
    assert "0d8c" not in rules()
    told = cure("usb", 0x0D8C, 0x000E)
    assert "the udev rules leave it alone" in told
    assert phone_rule(0x0D8C, 0x000E) in told


def run_install(environment: dict[str, str], *group: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(FOLDER / "install.sh"), *group],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | environment,
        check=False,
        capture_output=True,
        text=True,
    )


@on_linux
@pytest.mark.parametrize("group", ["dialout", "hookflash"])
def test_a_packager_installs_below_a_folder(tmp_path: Path, group: str) -> None:
    done = run_install({"DESTDIR": str(tmp_path)}, group)
    assert done.returncode == 0, done.stderr
    file = Path(f"{tmp_path}{FILE}")
    assert file.read_text(encoding="utf-8") == rules(group)
    assert file.stat().st_mode & 0o777 == 0o644
    assert done.stdout == f"Installed {file}, for who sits here and for the group {group}\n"


@on_linux
def test_a_packager_s_folder_and_a_group_that_is_none(tmp_path: Path) -> None:
    environment = {"DESTDIR": str(tmp_path), "UDEV_RULES_DIR": "/usr/lib/udev/rules.d"}
    assert run_install(environment).returncode == 0
    assert (tmp_path / "usr/lib/udev/rules.d" / SHIPPED.name).is_file()
    done = run_install({"DESTDIR": str(tmp_path / "other")}, "a/b")
    assert (done.returncode, done.stderr) == (1, "install-udev: a/b is no group's name\n")
    assert not (tmp_path / "other").exists()


@on_linux
def test_an_administrator_installs(tmp_path: Path) -> None:
    """As root without a group of that name; as anybody else without the right to."""
    done = run_install({"UDEV_RULES_DIR": str(tmp_path)}, "no_such_group")
    assert done.returncode == 1
    if os.geteuid() == 0:
        assert "groupadd --system no_such_group" in done.stderr
    else:
        assert "only root may write" in done.stderr
    assert list(tmp_path.iterdir()) == []
