"""Where a modem is plugged in: found, reset and switched in a made-up /sys and /dev."""

from __future__ import annotations

import errno
import os
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from hookflash.errors import CommandTimeout, NotSupported, PortError
from hookflash.modem import Place, SerialPort
from hookflash.modem.port import _place_of
from support.lines import PATIENCE
from support.scripted import ScriptedModem
from support.usbtree import MODEM, UsbTree

if sys.platform != "linux":
    pytest.skip("places are known on Linux only", allow_module_level=True)

from hookflash.modem import usbplace
from hookflash.modem.usbplace import USBDEVFS_RESET, hub_and_port, place_of, reset_device

SOON = 0.2
"""Seconds: a deadline for what never comes."""

Act = Callable[[], object]


@pytest.fixture
def tree(tmp_path: Path) -> UsbTree:
    return UsbTree(tmp_path)


class Reset:
    """Stands for the kernel's reset: writes down the node and does what the test says."""

    def __init__(self, act: Act = lambda: None) -> None:
        self.nodes: list[Path] = []
        self._act = act

    def __call__(self, node: Path) -> None:
        self.nodes.append(node)
        self._act()


def failing(number: int) -> Act:
    def fail() -> None:
        raise OSError(number, os.strerror(number))

    return fail


def found(tree: UsbTree, tty: str = "ttyACM0", reset: Reset | None = None) -> Place:
    """The place of a tty of the tree."""
    path = str(tree.devfs / tty)
    place = place_of(path, tree.sysfs, tree.devfs, reset_device=reset or Reset())
    assert place is not None
    return place


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Act]:
    """What happens at each look that finds the device not ready yet, one after another."""
    steps: list[Act] = []

    def step(seconds: float) -> None:
        steps.pop(0)()

    monkeypatch.setattr(usbplace, "sleep", step)
    return steps


# --- finding ----------------------------------------------------------------------------------


def test_a_modem_behind_a_hub(tree: UsbTree) -> None:
    tree.plug()
    place = found(tree)
    assert place.name == MODEM
    assert place.ids() == (0x0BAF, 0x0303)
    assert place.tty() == str(tree.devfs / "ttyACM0")


def test_a_link_by_id(tree: UsbTree) -> None:
    tree.plug()
    by_id = tree.devfs / "serial" / "by-id"
    by_id.mkdir(parents=True)
    (by_id / "usb-Modem-if00").symlink_to("../../ttyACM0")
    assert found(tree, "serial/by-id/usb-Modem-if00").tty() == str(tree.devfs / "ttyACM0")


@pytest.mark.parametrize("name", ["2-3", "1-1.4", "3-1.2.3.4.5", "1-1.10", "10-12"])
def test_hubs_behind_hubs(tree: UsbTree, name: str) -> None:
    tree.plug(name)
    assert found(tree).name == name


@pytest.mark.parametrize(
    ("name", "hub", "port"),
    [("1-4", "1", "4"), ("1-1.4", "1-1", "4"), ("3-2.7.10", "3-2.7", "10"), ("12-10", "12", "10")],
)
def test_a_places_hub_and_port(name: str, hub: str, port: str) -> None:
    assert hub_and_port(name) == (hub, port)


def test_one_of_several_ttys_of_a_composite_device(tree: UsbTree) -> None:
    tree.plug(ttys={"1.2": "ttyACM3", "1.4": "ttyACM4"}, other_interfaces=("1.0", "1.3"))
    third, fourth = found(tree, "ttyACM3"), found(tree, "ttyACM4")
    tree.unplug()
    tree.plug(ttys={"1.2": "ttyACM5", "1.4": "ttyACM3"})
    assert third.tty().endswith("ttyACM5")
    assert fourth.tty().endswith("ttyACM3")


def test_one_port_of_a_converter(tree: UsbTree) -> None:
    tree.plug(ttys={"1.0": "ttyUSB0 ttyUSB1 ttyUSB2"}, other_interfaces=())
    second = found(tree, "ttyUSB1")
    tree.unplug()
    tree.plug(ttys={"1.0": "ttyUSB3 ttyUSB4 ttyUSB0"}, other_interfaces=())
    assert second.tty().endswith("ttyUSB4")


def test_ttys_that_are_not_on_usb(tree: UsbTree, tmp_path: Path) -> None:
    tree.plug()
    tree.plain_tty("ttyS0", "pnp0/00:00/00:00:0/00:00:0.0")
    tree.plain_tty("tty1")
    (tree.devfs / "pts").mkdir()
    (tree.devfs / "pts" / "ttyACM0").touch()
    (tmp_path / "ttyACM0").touch()
    elsewhere = [tree.devfs / name for name in ("ttyS0", "tty1", "ttyACM9", "pts/ttyACM0")]
    for path in (*elsewhere, tmp_path / "ttyACM0"):
        assert place_of(str(path), tree.sysfs, tree.devfs) is None


def test_a_tty_of_a_root_hub_has_no_place(tree: UsbTree) -> None:
    tree.plug("1-1")
    tree.plain_tty("ttyX0", "pci0000:00/0000:00:14.0/usb1/1-0:1.0")
    assert place_of(str(tree.devfs / "ttyX0"), tree.sysfs, tree.devfs) is None


def test_an_unplugged_device_keeps_its_name_and_ids_and_has_no_tty(tree: UsbTree) -> None:
    tree.plug()
    place = found(tree)
    tree.unplug()
    assert place.name == MODEM
    assert place.ids() == (0x0BAF, 0x0303)
    with pytest.raises(PortError, match=r"1-1\.4 now; is it plugged in"):
        place.tty()


def test_the_ttys_of_this_machine() -> None:
    """Their real paths tell by another way whether they are on USB: by a bus's directory."""
    names = [path.name for path in Path("/sys/class/tty").iterdir()]
    assert names
    for name in names:
        behind = (Path("/sys/class/tty") / name / "device").resolve()
        on_usb = any(part.startswith("usb") for part in behind.parts)
        place = place_of(f"/dev/{name}")
        assert (place is not None) == on_usb, name
        if place is not None:
            assert place.tty() == f"/dev/{name}"


# --- USB reset --------------------------------------------------------------------------------


def test_a_reset_goes_to_the_devices_node(tree: UsbTree) -> None:
    tree.plug(number=7)
    reset = Reset()
    found(tree, reset=reset).reset(PATIENCE)
    assert reset.nodes == [tree.devfs / "bus" / "usb" / "001" / "007"]


def test_a_reset_may_change_the_ttys_name(tree: UsbTree, steps: list[Act]) -> None:
    tree.plug()
    place = found(tree, reset=Reset(tree.unplug))
    steps += [
        lambda: tree.plug(ttys={}),
        lambda: tree.plug(ttys={"1.0": "ttyACM1"}),
    ]
    place.reset(PATIENCE)
    assert place.tty() == str(tree.devfs / "ttyACM1")
    assert not steps


def test_a_reset_waits_for_the_node(tree: UsbTree, steps: list[Act]) -> None:
    tree.plug()
    node = tree.devfs / "ttyACM0"
    place = found(tree, reset=Reset(node.unlink))
    steps += [lambda: None, node.touch]
    place.reset(PATIENCE)
    assert not steps


def test_a_reset_that_makes_the_kernel_look_anew(tree: UsbTree, steps: list[Act]) -> None:
    """ENODEV: the old device is still in sysfs for a moment, and about to go."""
    tree.plug(number=7)
    place = found(tree, reset=Reset(failing(errno.ENODEV)))
    steps += [
        lambda: None,
        tree.unplug,
        lambda: tree.plug(number=8, ttys={"1.0": "ttyACM1"}),
    ]
    place.reset(PATIENCE)
    assert place.tty() == str(tree.devfs / "ttyACM1")
    assert not steps


@pytest.mark.parametrize("answer", [lambda: None, failing(errno.ENODEV)])
def test_a_device_that_does_not_come_back(tree: UsbTree, answer: Act) -> None:
    tree.plug()

    def lose() -> None:
        tree.unplug()
        answer()

    with pytest.raises(CommandTimeout, match=r"^USB reset of 1-1\.4: .*no device is there"):
        found(tree, reset=Reset(lose)).reset(SOON)


def test_a_device_that_comes_back_without_its_port(tree: UsbTree) -> None:
    tree.plug()

    def change() -> None:
        tree.unplug()
        tree.plug(ttys={"1.1": "ttyACM0"})

    with pytest.raises(CommandTimeout, match="without that serial port"):
        found(tree, reset=Reset(change)).reset(SOON)


def test_a_device_that_comes_back_for_others_only(
    tree: UsbTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.plug()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PortError, match=r"ttyACM0, without permission.*dialout"):
        found(tree).reset(SOON)


def test_no_reset_without_a_device(tree: UsbTree) -> None:
    tree.plug()
    reset = Reset()
    place = found(tree, reset=reset)
    tree.unplug()
    with pytest.raises(PortError, match="no device is there"):
        place.reset(SOON)
    assert reset.nodes == []


@pytest.mark.parametrize(
    ("number", "kind", "says"),
    [
        (errno.EACCES, PortError, "install the udev rules"),
        (errno.EPERM, PortError, "dialout"),
        (errno.ENOENT, NotSupported, "container"),
        (errno.EINVAL, PortError, "Invalid argument"),
    ],
)
def test_a_refused_reset_names_the_cure(
    tree: UsbTree, number: int, kind: type[Exception], says: str
) -> None:
    tree.plug()
    with pytest.raises(kind) as caught:
        found(tree, reset=Reset(failing(number))).reset(PATIENCE)
    assert type(caught.value) is kind
    assert str(caught.value).startswith("USB reset of 1-1.4: ")
    assert says in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)


def test_the_real_reset_on_what_is_no_usb_device(tree: UsbTree) -> None:
    """The ioctl reaches the file: what is no device of usbfs does not know it."""
    tree.plug(number=7)
    node = tree.devfs / "bus" / "usb" / "001" / "007"
    node.parent.mkdir(parents=True)
    node.touch()
    with pytest.raises(OSError, match="ioctl") as caught:
        reset_device(node)
    assert caught.value.errno == errno.ENOTTY
    place = place_of(str(tree.devfs / "ttyACM0"), tree.sysfs, tree.devfs)
    assert place is not None
    with pytest.raises(PortError, match="ioctl"):
        place.reset(SOON)


def test_the_ioctls_number() -> None:
    """_IO(type, number) of asm-generic/ioctl.h: no direction, no size."""
    assert USBDEVFS_RESET == 0x5514


# --- power cycle ------------------------------------------------------------------------------

CYCLE = "-l 1-1 -p 4 -a cycle -d 5"
ON = "-l 1-1 -p 4 -a on"

FAKE = """
import os, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from support.usbtree import UsbTree
root = Path({root!r})
tree = UsbTree(root)
action = sys.argv[sys.argv.index("-a") + 1]
with (root / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
"""


class Uhubctl:
    """A program of that name on PATH, which does to the tree what the test says, in Python."""

    def __init__(self, root: Path, path: Path) -> None:
        self._root = root
        self._path = path

    def does(self, body: str, *, hangs: bool = False) -> None:
        """hangs: `cycle` never ends; `body` is for the other actions."""
        script = self._root / "uhubctl.py"
        head = FAKE.format(tests=str(Path(__file__).parents[1]), root=str(self._root))
        script.write_text(head + textwrap.dedent(body))
        program = self._path / "uhubctl"
        hang = f'case "$*" in *cycle*) echo "$*" >"{self._root}/calls"; kill -STOP $$;; esac\n'
        run = f'exec "{sys.executable}" "{script}" "$@"\n'
        program.write_text("#!/bin/sh\n" + (hang if hangs else "") + run)
        program.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return (self._root / "calls").read_text().splitlines()


@pytest.fixture
def uhubctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Uhubctl:
    """Nothing but our own uhubctl is found, and none before the test makes it."""
    path = tmp_path / "bin"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setattr("hookflash.modem.hubpower._ADMIN_PATH", ())
    monkeypatch.setattr(usbplace, "LEAVE_SECONDS", SOON)
    return Uhubctl(tmp_path, path)


def test_ctrl_c_in_our_terminal_does_not_reach_uhubctl(
    tree: UsbTree, uhubctl: Uhubctl, tmp_path: Path
) -> None:
    """It may not end between off and on."""
    tree.plug(number=7)
    place = found(tree)
    uhubctl.does(
        """
        (root / "session").write_text(str(os.getsid(0)))
        tree.unplug()
        tree.plug(number=8)
        """
    )
    place.power_cycle(PATIENCE)
    assert int((tmp_path / "session").read_text()) != os.getsid(0)


def test_a_power_cycle(tree: UsbTree, uhubctl: Uhubctl) -> None:
    tree.plug(number=7)
    place = found(tree)
    uhubctl.does(
        """
        tree.unplug()
        tree.plug(number=8, ttys={"1.0": "ttyACM1"})
        """
    )
    place.power_cycle(PATIENCE)
    assert place.tty() == str(tree.devfs / "ttyACM1")
    assert uhubctl.calls == [CYCLE]


def test_a_device_of_a_root_hub(tree: UsbTree, uhubctl: Uhubctl) -> None:
    tree.plug("2-3", 7)
    place = found(tree)
    uhubctl.does("tree.unplug('2-3'); tree.plug('2-3', 8)")
    place.power_cycle(PATIENCE)
    assert uhubctl.calls == ["-l 2 -p 3 -a cycle -d 5"]


def test_the_device_comes_back_after_uhubctl_has_ended(
    tree: UsbTree, uhubctl: Uhubctl, steps: list[Act]
) -> None:
    tree.plug(number=7)
    place = found(tree)
    uhubctl.does("tree.unplug()")
    steps += [lambda: None, lambda: tree.plug(number=8)]
    place.power_cycle(PATIENCE)
    assert not steps


def test_the_device_goes_only_after_uhubctl_has_ended(
    tree: UsbTree, uhubctl: Uhubctl, steps: list[Act]
) -> None:
    """As on Linux before 6.0."""
    tree.plug(number=7)
    place = found(tree)
    uhubctl.does("")
    steps += [lambda: None, tree.unplug, lambda: tree.plug(number=8)]
    place.power_cycle(PATIENCE)
    assert not steps


def test_a_device_that_had_dropped_off_the_bus(tree: UsbTree, uhubctl: Uhubctl) -> None:
    tree.plug(number=7)
    place = found(tree)
    tree.unplug()
    uhubctl.does("tree.plug(number=7)")
    place.power_cycle(PATIENCE)
    assert place.tty() == str(tree.devfs / "ttyACM0")


def test_a_hub_that_says_off_and_does_nothing(tree: UsbTree, uhubctl: Uhubctl) -> None:
    tree.plug()
    uhubctl.does("print('  Port 4: 0000 off')")
    with pytest.raises(NotSupported, match=r"not switched.*port 4 of hub 1-1.*Port 4: 0000 off"):
        found(tree).power_cycle(PATIENCE)
    assert uhubctl.calls == [CYCLE]


REFUSES = """
print("No compatible devices detected at location 1-1!", file=sys.stderr)
print("Run with -h to get usage info.", file=sys.stderr)
sys.exit(1)
"""


@pytest.mark.parametrize("there", [True, False])
def test_a_hub_that_cannot_switch(tree: UsbTree, uhubctl: Uhubctl, there: bool) -> None:
    tree.plug()
    place = found(tree)
    if not there:
        tree.unplug()
    uhubctl.does(REFUSES)
    with pytest.raises(NotSupported) as caught:
        place.power_cycle(PATIENCE)
    assert str(caught.value).endswith(
        "pull the plug (uhubctl: No compatible devices detected at location 1-1!)"
    )


@pytest.mark.parametrize("status", [0, 1])
def test_no_permission_to_switch(tree: UsbTree, uhubctl: Uhubctl, status: int) -> None:
    """Some versions say so and exit with 0."""
    tree.plug()
    uhubctl.does(
        f"""
        print("There were permission problems while accessing USB.", file=sys.stderr)
        sys.exit({status})
        """
    )
    with pytest.raises(PortError, match=r"no permission to switch port 4 of hub 1-1.*udev rules"):
        found(tree).power_cycle(PATIENCE)


def test_no_uhubctl(tree: UsbTree, uhubctl: Uhubctl) -> None:
    tree.plug()
    with pytest.raises(NotSupported, match=r"power cycle of 1-1\.4: .*install it"):
        found(tree).power_cycle(PATIENCE)


def test_uhubctl_among_the_administrators_programs(
    tree: UsbTree, uhubctl: Uhubctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.plug(number=7)
    place = found(tree)
    uhubctl.does("tree.unplug(); tree.plug(number=8)")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr("hookflash.modem.hubpower._ADMIN_PATH", (str(tmp_path / "bin"),))
    place.power_cycle(PATIENCE)
    assert uhubctl.calls == [CYCLE]


def test_a_uhubctl_that_is_no_program(tree: UsbTree, uhubctl: Uhubctl, tmp_path: Path) -> None:
    tree.plug()
    program = tmp_path / "bin" / "uhubctl"
    program.write_bytes(b"\x7fELF")
    program.chmod(0o755)
    with pytest.raises(PortError, match="uhubctl cannot be run"):
        found(tree).power_cycle(PATIENCE)


def test_a_device_that_stays_away(
    tree: UsbTree, uhubctl: Uhubctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.plug()
    place = found(tree)
    uhubctl.does("tree.unplug()")
    now = [0.0]

    def pass_by(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(usbplace, "monotonic", lambda: now[0])
    monkeypatch.setattr(usbplace, "sleep", pass_by)
    monkeypatch.setattr("hookflash.modem.hubpower.monotonic", lambda: now[0])
    with pytest.raises(CommandTimeout, match=r"^power cycle of 1-1\.4: it did not come back"):
        place.power_cycle(PATIENCE)


def test_a_uhubctl_that_hangs_is_ended_and_the_port_switched_on(
    tree: UsbTree, uhubctl: Uhubctl
) -> None:
    tree.plug(number=7)
    place = found(tree)
    uhubctl.does("tree.unplug(); tree.plug(number=8)", hangs=True)
    with pytest.raises(CommandTimeout, match=r"uhubctl took more than 1 s$"):
        place.power_cycle(1.0)
    assert uhubctl.calls == [CYCLE, ON]
    assert place.tty() == str(tree.devfs / "ttyACM0")


def test_a_port_that_is_perhaps_left_off_is_told(tree: UsbTree, uhubctl: Uhubctl) -> None:
    tree.plug()
    uhubctl.does("print('no hub'); sys.exit(1)", hangs=True)
    with pytest.raises(CommandTimeout, match="perhaps the port is off now; no hub"):
        found(tree).power_cycle(SOON)


def test_a_uhubctl_that_dies_half_way(tree: UsbTree, uhubctl: Uhubctl) -> None:
    tree.plug(number=7)
    place = found(tree)
    uhubctl.does(
        """
        if action == "cycle":
            tree.unplug()
            os.kill(os.getpid(), 9)
        tree.plug(number=8)
        """
    )
    place.power_cycle(PATIENCE)
    assert uhubctl.calls == [CYCLE, ON]
    assert place.tty() == str(tree.devfs / "ttyACM0")


# --- ports ------------------------------------------------------------------------------------


def test_a_port_knows_its_place(tree: UsbTree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.plug()
    place = found(tree)
    asked: list[str] = []

    def known(path: str) -> Place:
        asked.append(path)
        return place

    with ScriptedModem() as modem:
        port = SerialPort(modem.tty)
        assert port.place is None
        port.close()
        monkeypatch.setattr(usbplace, "place_of", known)
        port = SerialPort(modem.tty)
        assert port.place is place
        assert asked == [modem.tty]
        port.close()


def test_only_local_paths_on_linux_have_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def unexpected(path: str) -> Place:
        raise AssertionError(path)

    monkeypatch.setattr(usbplace, "place_of", unexpected)
    assert _place_of("socket://127.0.0.1:4000") is None
    monkeypatch.setattr("hookflash.modem.port.sys.platform", "win32")
    assert _place_of("COM3") is None
