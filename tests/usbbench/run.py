"""`make bench-usb`: prepares, boots, shows what the guest says, and ends as pytest in it did."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from . import machine
from .errors import BenchError
from .guest import LOG_BEGINS
from .phases import Phases
from .prepare import Prepared, prepare
from .session import Ended, follow

CHECKOUT = Path(__file__).resolve().parents[2]
SUITES = ("tests/usb", "tests/conformance")
"""What is run if no argument names a part of it."""

FOLDER = "HOOKFLASH_USB_BENCH_FOLDER"
"""Environment: where the bench keeps what it boots, and its runs; usb-bench in the environment."""
MINUTES = "HOOKFLASH_USB_BENCH_MINUTES"
"""Environment: how long a run may take."""
_MINUTES = 60.0

INSIDE = "HOOKFLASH_USB_BENCH"
"""Environment in the guest: `tcg` or `kvm`. Tests know by it that they are in the bench."""
PATIENCE = "HOOKFLASH_USB_BENCH_PATIENCE"
"""Environment, here or in the guest: what deadlines are to be multiplied with."""
_PATIENCE = {"kvm": "1", "tcg": "4"}
RESULTS = "HOOKFLASH_USB_BENCH_RESULTS"
"""Environment in the guest: the folder for tables and the like, which the host keeps."""

_KVM_BOOT = 60.0
"""Seconds after which a guest on KVM that has not booted is given up for an emulated one."""
_BOOT = 300.0
_KEPT_RUNS = 10
_TAIL = 40
"""Lines of the kernel's log that are shown after a failure."""

FAILED = 125
"""Exit status if the bench failed; else it is pytest's."""


def main(arguments: list[str]) -> int:
    """Run pytest with these arguments in the guest."""
    os.umask(0o022)
    try:
        with _ended_by_signals():
            return _main(arguments)
    except BenchError as error:
        print(f"usb bench: {error}", file=sys.stderr)
        return FAILED


def _main(arguments: list[str]) -> int:
    begun = time.monotonic()
    deadline = begun + 60 * float(os.environ.get(MINUTES) or _MINUTES)
    if shutil.which(machine.PROGRAM) is None:
        _install("qemu-system-x86")
    folder = Path(os.environ.get(FOLDER) or Path(sys.prefix) / "usb-bench").resolve()
    prepared = prepare(folder)
    run = _new_run(folder / "runs")
    kvm = machine.has_kvm()
    phases = Phases(begun, time.monotonic())
    _say(f"Linux {prepared.release}, {'KVM' if kvm else 'emulated'}; logs in {run}")
    ended = _boot(prepared, run, arguments, phases, deadline, kvm=kvm)
    if kvm and not ended.booted and not ended.overdue:
        _say(f"with KVM {ended.why}; now emulated")
        ended = _boot(prepared, run, arguments, phases, deadline, kvm=False)
    if ended.status not in (0, 5) and (tail := _tail(run / "kernel.log")):
        _say(f"the end of {run / 'kernel.log'}:\n{tail}")
    _say(str(phases))
    if ended.status is None:
        raise BenchError(ended.why)
    return ended.status


def _boot(
    prepared: Prepared,
    run: Path,
    arguments: list[str],
    phases: Phases,
    deadline: float,
    *,
    kvm: bool,
) -> Ended:
    accelerator = "kvm" if kvm else "tcg"
    job = {
        "checkout": str(CHECKOUT),
        "environment": {
            INSIDE: accelerator,
            PATIENCE: os.environ.get(PATIENCE) or _PATIENCE[accelerator],
            RESULTS: str(run),
            # Each plug-in that is installed costs a second or, for hypothesis, eight.
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "COLUMNS": str(shutil.get_terminal_size().columns),
        },
        "arguments": [*_for_pytest(run), *arguments, *([] if _names_tests(arguments) else SUITES)],
    }
    (run / "job.json").write_text(json.dumps(job, indent=1))
    initrd = run / "initramfs"
    initrd.write_bytes(machine.initramfs(prepared, _variables(run)))
    command = machine.command(prepared, initrd, run, kvm=kvm)
    boot = min(deadline, time.monotonic() + (_KVM_BOOT if kvm else _BOOT))
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for this process, which then ends qemu
        ) as process:
            try:
                return follow(process, phases, boot=boot, deadline=deadline)
            finally:
                process.kill()
    finally:
        initrd.unlink()


def _variables(run: Path) -> Mapping[str, str]:
    roots = (CHECKOUT / name for name in ("drivers", "server", "tests"))
    return {
        "PYTHON": sys.executable,
        "PYTHONPATH": ":".join(map(str, roots)),
        "CHECKOUT": str(CHECKOUT),
        "RUN": str(run),
    }


def _for_pytest(run: Path) -> list[str]:
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return [
        *("-p", "no:cacheprovider", "-p", "pytest_timeout", "-p", "usbbench.reporting"),
        *("--usb", "--write-table", f"--table={run / 'conformance.md'}"),
        f"--junit-xml={run / 'junit.xml'}",
        f"--color={'yes' if coloured else 'no'}",
        "--timeout=600",
    ]


def _names_tests(arguments: list[str]) -> bool:
    paths = (CHECKOUT / argument.partition("::")[0] for argument in arguments)
    return any(
        (CHECKOUT / suite) in (path, *path.parents) and path.exists()
        for path in paths
        for suite in SUITES
    )


def _new_run(runs: Path) -> Path:
    """A new folder for this run's files, called `latest` too; the oldest are removed."""
    runs.mkdir(parents=True, exist_ok=True)
    old = sorted(path for path in runs.iterdir() if not path.is_symlink())
    for path in old[: -_KEPT_RUNS + 1]:
        shutil.rmtree(path)
    run = runs / f"{datetime.now():%Y-%m-%dT%H-%M-%S}-{os.getpid()}"
    run.mkdir()
    link = runs / f"latest-{os.getpid()}"
    link.symlink_to(run.name)
    link.replace(runs / "latest")
    return run


def _install(package: str) -> None:
    done = subprocess.run(
        ["sh", str(CHECKOUT / "tests/tools/install-debian.sh"), package], check=False
    )
    if done.returncode:
        raise BenchError(f"needs {package}, which could not be installed")


def _tail(log: Path) -> str:
    """The last lines; without those of booting, if it came further."""
    said = log.read_text(errors="replace") if log.exists() else ""
    booting, begins, tested = said.partition(f"{LOG_BEGINS}\n")
    return "\n".join((tested if begins else booting).splitlines()[-_TAIL:])


def _say(words: str) -> None:
    print(f"usb bench: {words}", flush=True)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP unwind, so that qemu ends and nothing stays behind."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
