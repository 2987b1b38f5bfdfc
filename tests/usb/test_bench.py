"""The bench is what it says: a kernel with a USB host controller, udev with our rules, people."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import hookflash
from hookflash.udev import rules
from usbbench.guest import PERSON


def test_the_kernel_has_a_usb_controller_without_wires() -> None:
    hubs = {path.name for path in Path("/sys/devices/platform/vhci_hcd.0").glob("usb[0-9]*")}
    assert hubs == {"usb1", "usb2"}  # for high speed and below, and for super speed
    assert Path("/sys/devices/platform/vhci_hcd.0/attach").exists()


def test_udev_has_seen_the_controller() -> None:
    said = subprocess.run(
        ["udevadm", "info", "--query=property", "/sys/bus/usb/devices/usb1"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert "ID_VENDOR_ID=1d6b" in said  # by udev's builtin usb_id, so its rules were run


def test_our_rules_are_installed_and_no_other_local_ones() -> None:
    (installed,) = Path("/etc/udev/rules.d").iterdir()
    assert installed.name == "70-hookflash.rules"
    assert installed.read_text() == rules()


def test_udev_acts_on_seats() -> None:
    folder = Path("/usr/lib/udev/rules.d")
    assert (folder / "73-seat-late.rules").exists()
    assert Path("/run/systemd/seats").is_dir()


def test_a_person_without_rights_can_use_the_package(patience: float) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import hookflash, os; print(os.getuid(), hookflash.__file__)"],
        user=PERSON,
        group=PERSON,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=15 * patience,
        check=True,
    )
    assert said.stdout.rstrip().split(maxsplit=1) == [str(PERSON), hookflash.__file__]


def test_what_is_written_stays_in_the_guest() -> None:
    probe = Path(__file__).with_name("written-in-the-guest")
    probe.write_text("")
    probe.unlink()
    mounted = Path("/proc/self/mounts").read_text().splitlines()
    (root,) = [line.split() for line in mounted if line.split()[1] == "/"]
    assert root[2] == "overlay"


def test_results_reach_the_host(results: Path) -> None:
    assert os.path.ismount(results)
    (results / "bench.txt").write_text("written in the guest\n")


@pytest.mark.parametrize("module", ["cdc_acm", "usbhid", "yealink", "cm109", "ftdi_sio"])
def test_a_module_that_a_telephone_needs_is_there(module: str, patience: float) -> None:
    subprocess.run(["modprobe", "--dry-run", module], check=True, timeout=15 * patience)
