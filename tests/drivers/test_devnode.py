"""Who has a device node open, and who may not open it."""

from __future__ import annotations

import os
import subprocess
import sys
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hookflash.errors import PortBusy
from hookflash.modem import SerialPort

if sys.platform != "linux":
    pytest.skip("/proc is Linux's", allow_module_level=True)

from hookflash import devnode
from hookflash.devnode import others, permission_trouble, tty_holders

OPENS = "import os, sys; os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); print(flush=True); "


@pytest.fixture
def path() -> Iterator[str]:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    yield os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


@pytest.fixture
def hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pseudo terminal is taken for a serial port."""
    monkeypatch.setattr(devnode, "PTY_MAJORS", ())


@contextmanager
def another_program(path: str) -> Iterator[str]:
    """It has the node open, without any lock; as messages name it."""
    with subprocess.Popen(
        [sys.executable, "-c", OPENS + "sys.stdin.read()", path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        yield f"{Path(f'/proc/{child.pid}/comm').read_text().strip()} (pid {child.pid})"
        child.communicate()


def test_who_else_has_a_node_open(path: str) -> None:
    assert not others(path)
    with another_program(path) as program:
        assert others(path) == [program]
    assert not others(path)
    assert not others(f"{path}0")


@pytest.mark.parametrize(("persons_from", "told"), [(0, None), (1, [])])
def test_who_is_hidden_may_have_a_node_open_if_it_is_a_person(
    persons_from: int, told: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> bool:
        raise PermissionError(13, "denied")

    (tmp_path / "4242").mkdir()
    monkeypatch.setattr(devnode, "PROC", tmp_path)
    monkeypatch.setattr(devnode, "_holds", denied)
    monkeypatch.setattr(devnode, "FIRST_PERSON", os.geteuid() + persons_from)
    monkeypatch.setattr("hookflash.devnode.os.geteuid", lambda: 0)
    assert others("/dev/null") == told


@pytest.mark.parametrize(("user", "told"), [(0, []), (998, None), (1000, [])])
def test_a_service_never_knows_that_it_is_alone(
    user: int, told: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devnode, "PROC", tmp_path)
    monkeypatch.setattr("hookflash.devnode.os.geteuid", lambda: user)
    assert others("/dev/null") == told
    monkeypatch.setattr(devnode, "PROC", tmp_path / "none")
    assert others("/dev/null") is None


@pytest.mark.usefixtures("hardware")
def test_a_port_that_a_program_reads_without_a_lock_is_refused_by_its_name(path: str) -> None:
    with another_program(path) as program:
        with pytest.raises(PortBusy) as caught:
            SerialPort(path)
        assert str(caught.value) == f"open {path}: {program} holds it; close that program"
    SerialPort(path).close()


@pytest.mark.usefixtures("hardware")
def test_programs_without_a_lock_are_kept_out(path: str) -> None:
    """But for root, whom the kernel lets in all the same."""
    port = SerialPort(path)
    drop = "import os; os.setgid(65534); os.setuid(65534); " if os.geteuid() == 0 else ""
    os.chmod(path, 0o666)  # noqa: PTH101
    asked = subprocess.run(
        [sys.executable, "-c", drop + OPENS, path], capture_output=True, text=True, check=False
    )
    port.close()
    assert "[Errno 16]" in asked.stderr, asked


def test_a_pseudo_terminal_is_held_by_nobody(path: str) -> None:
    """The program that plays the modem may have it open."""
    with another_program(path):
        assert tty_holders(path) == []
        SerialPort(path).close()


@pytest.mark.usefixtures("hardware")
@pytest.mark.parametrize(
    ("text", "held"), [("{alive:>10}\n", True), ("{alive} minicom root\n", True)]
    + [(text, False) for text in ("{dead:>10}\n", "{ours}\n", "", "nobody\n", "-1\n", "0\n")],
)  # fmt: skip
def test_a_lock_file_names_who_holds_a_port(
    text: str, held: bool, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devnode, "LOCKS", tmp_path)
    monkeypatch.setattr(devnode, "others", lambda _: None)
    child = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)
    child.communicate()
    numbers = {"alive": os.getppid(), "dead": child.pid, "ours": os.getpid()}
    lock = tmp_path / f"LCK..{Path(path).name}"
    lock.write_text(text.format(**numbers))
    parent = Path(f"/proc/{os.getppid()}/comm").read_text().strip()
    assert tty_holders(path) == ([f"{parent} (pid {os.getppid()})"] if held else [])


def test_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "ttyACM0"
    assert permission_trouble(str(node), "modem", 0x0BAF, 0x0303) == ""
    node.touch(0o660)
    assert permission_trouble(str(node), "modem", 0x0BAF, 0x0303) == ""
    monkeypatch.setattr("hookflash.devnode.os.access", lambda *_: False)
    told = permission_trouble(str(node), "modem", 0x0BAF, 0x0303)
    assert told.startswith("no permission; ")
    assert "udev rules" in told or "group" in told
