"""The runner with a program in qemu's place: statuses, deaths, limits, signals."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from usbbench.machine import PROGRAM
from usbbench.prepare import FORMAT
from usbbench.run import CHECKOUT, FAILED, FOLDER, INSIDE, MINUTES, PATIENCE, SUITES, main

DEADLINE = 30.0

BOOTS = r"""
printf '\036booted\n\036ready\n'
"""
PASSES = (
    BOOTS
    + r"""
printf '\036testing\none passed\n\036tested 0\n'
exit $(((64 + 0) * 2 + 1))
"""
)
FAILS = (
    BOOTS
    + r"""
echo "vhci_hcd: a fault" >>"$log"
printf '\036testing\none failed\n\036tested 1\n'
exit $(((64 + 1) * 2 + 1))
"""
)
HANGS = (
    BOOTS
    + r"""
echo $$
exec sleep 600
"""
)


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A folder as prepare() leaves it, but for the contents of files that only qemu reads."""
    folder = tmp_path / "usb bench, kept"
    modules = folder / "layer/usr/lib/modules/6.1-test"
    modules.mkdir(parents=True)
    (modules / "9p.ko").write_bytes(b"module")
    (modules / "modules.dep").write_text("9p.ko:\n")
    (folder / "kernel").write_bytes(b"kernel")
    (folder / "busybox").write_bytes(b"busybox")
    (folder / "made.json").write_text(json.dumps({"format": FORMAT, "release": "6.1-test"}))
    return folder


def emulator(bench: Path, guest: str) -> str:
    """Write a shell script as the machine; the PATH by which it is found.

    `$log` is where the kernel's log goes.
    """
    programs = bench.parent / "programs"
    programs.mkdir()
    program = programs / PROGRAM
    find_log = "for word; do case $word in file,*) log=${word#*path=} ;; esac; done\n"
    unquote = "log=$(echo \"$log\" | sed 's/,,/,/g')\n"
    program.write_text(f"#!/bin/sh\n{find_log}{unquote}echo 'Linux boots' >\"$log\"\n{guest}")
    program.chmod(0o755)
    return f"{programs}:{os.environ['PATH']}"


def start(bench: Path, guest: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """The runner, with such a machine."""
    path = emulator(bench, guest)
    return subprocess.Popen(
        [sys.executable, "-m", "usbbench", *arguments],
        env={
            **os.environ,
            "PATH": path,
            "PYTHONPATH": ":".join(str(CHECKOUT / name) for name in ("drivers", "tests")),
            FOLDER: str(bench),
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(runner: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit status and all that it said."""
    said, _ = runner.communicate(timeout=DEADLINE)
    return runner.returncode, said


def test_the_tests_have_passed(bench: Path) -> None:
    status, said = end(start(bench, PASSES, "-k", "plug and not unplug"))
    assert status == 0, said
    assert "one passed\n" in said
    assert "\x1e" not in said
    assert "tests 0." in said
    job = json.loads((bench / "runs/latest/job.json").read_text())
    assert job["arguments"][-4:] == ["-k", "plug and not unplug", *SUITES]
    # What is of use later stays, the rest does not.
    assert {path.name for path in (bench / "runs/latest").iterdir()} == {"job.json", "kernel.log"}


def test_a_named_test_is_run_alone(bench: Path) -> None:
    name = "tests/usb/test_bench.py::test_results_reach_the_host"
    status, said = end(start(bench, PASSES, name, **{PATIENCE: "9"}))
    assert status == 0, said
    job = json.loads((bench / "runs/latest/job.json").read_text())
    assert job["arguments"][-1] == name
    assert job["environment"][PATIENCE] == "9"


def test_failed_tests_are_its_status_and_the_kernels_log_is_shown(bench: Path) -> None:
    status, said = end(start(bench, FAILS))
    assert status == 1
    assert "one failed" in said
    assert "vhci_hcd: a fault" in said


@pytest.mark.parametrize(
    ("guest", "reason"),
    [
        (BOOTS + "exit 0", "the guest has died"),  # as after a panic
        (BOOTS + "exit 1", "the guest has died"),  # as of qemu itself
        (BOOTS + "kill -9 $$", "the guest has died"),
        (BOOTS + "exit $(((64 + 0) * 2 + 1))", "could not run pytest"),
        (BOOTS + r"printf '\036tested 1\n'; exit $(((64 + 0) * 2 + 1))", "could not run pytest"),
    ],
)
def test_a_guest_that_dies_is_a_failure(bench: Path, guest: str, reason: str) -> None:
    status, said = end(start(bench, guest))
    assert status == FAILED
    assert reason in said
    assert "Linux boots" in said


def test_a_run_has_an_end(bench: Path) -> None:
    status, said = end(start(bench, HANGS, **{MINUTES: "0.02"}))
    assert status == FAILED
    assert "the time for the run is up" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_the_machine_too(bench: Path, number: signal.Signals) -> None:
    runner = start(bench, HANGS)
    assert runner.stdout is not None
    pid = next(line for line in runner.stdout if line.strip().isdecimal())
    machine = os.pidfd_open(int(pid))
    try:
        runner.send_signal(number)
        status, _ = end(runner)
        assert status == (-number if number is signal.SIGKILL else 128 + number)
        ended, _, _ = select.select([machine], [], [], DEADLINE)
        assert ended == [machine]
    finally:
        os.close(machine)


@pytest.mark.parametrize("end", ["exit 1", "kill -6 $$", "exit 0"])
def test_where_kvm_fails_the_guest_is_emulated(
    bench: Path, end: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = emulator(bench, f'case "$*" in *"-accel kvm"*) {end} ;; esac\n{PASSES}')
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv(FOLDER, str(bench))
    monkeypatch.setattr("usbbench.machine.has_kvm", lambda: True)
    umask = os.umask(0o022)
    try:
        assert main([]) == 0
    finally:
        os.umask(umask)
    said = capfd.readouterr().out
    assert "with KVM the guest has died" in said
    assert "one passed" in said
    job = json.loads((bench / "runs/latest/job.json").read_text())
    assert job["environment"][INSIDE] == "tcg"


def test_old_runs_are_removed(bench: Path) -> None:
    for second in range(20):
        (bench / f"runs/2026-01-01T00-00-{second:02}-1").mkdir(parents=True)
    status, said = end(start(bench, PASSES))
    assert status == 0, said
    runs = sorted(path.name for path in (bench / "runs").iterdir() if not path.is_symlink())
    assert len(runs) == 10
    assert runs[0] == "2026-01-01T00-00-11-1"
    assert (bench / "runs/latest").resolve().name == runs[-1]
