"""What runs in the guest: udev, the USB host controller without wires, and then pytest.

`python -m usbbench.guest RUN`, by second.sh, as root; exits as pytest does. RUN/job.json has
pytest's arguments and the environment.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from . import marks

RULES = Path("/etc/udev/rules.d")

MODULES = ("vhci-hcd", "uhid")
"""Those that nothing plugged in calls for; the others udev loads, as on a PC."""

GROUPS = ("dialout", "plugdev", "input", "render", "kvm", "sgx")
"""Groups that rules name and that a container's system may lack."""

PERSON = 1000
"""Uid of who sits at the desk; `desk` is the name if the system has none for it."""

OTHER = 63
"""Exit status if pytest has ended otherwise than it should, by a signal."""

LOG_BEGINS = "usb bench: pytest starts"
"""Line of the kernel's log; what stands before it is of booting."""

STARTING = 120.0
"""Seconds that udev may take to answer."""


def main(run: Path) -> int:
    """Set the guest up, run pytest, tell how far it is."""
    job = json.loads((run / "job.json").read_text())
    os.environ.update(job["environment"])
    make_groups(Path("/etc/group"), GROUPS)
    make_person(PERSON)
    for folder in (job["checkout"], sys.prefix, sys.base_prefix, str(run)):
        open_the_way(Path(folder))
    udevd = start_udev(run, Path(job["checkout"]) / "udev/70-hookflash.rules")
    try:
        subprocess.run(["/usbbench/busybox", "ifconfig", "lo", "127.0.0.1", "up"], check=True)
        subprocess.run(["modprobe", "-a", *MODULES], check=True)
        subprocess.run(["udevadm", "settle", f"--timeout={STARTING:.0f}"], check=True)
        Path("/dev/kmsg").write_text(f"{LOG_BEGINS}\n")
        say(marks.READY)
        done = subprocess.run([sys.executable, "-m", "pytest", *job["arguments"]], check=False)
        status = min(done.returncode, OTHER) if done.returncode >= 0 else OTHER
        if status == OTHER:
            print(f"usb bench: pytest was ended: {done.returncode}", flush=True)
        say(f"{marks.TESTED} {status}")
        return status
    finally:
        udevd.terminate()


def say(word: str) -> None:
    """Send a mark to the host."""
    sys.stdout.flush()
    with Path("/dev/ttyS1").open("wb", buffering=0) as console:
        console.write(marks.mark(word))


def start_udev(run: Path, rules: Path) -> subprocess.Popen[bytes]:
    """udev's daemon with the rules of this checkout alone in /etc; it logs into RUN/udev.log."""
    RULES.mkdir(parents=True, exist_ok=True)
    # The host's own rules are for its own devices.
    subprocess.run(["mount", "-t", "tmpfs", "rules", str(RULES)], check=True)
    shutil.copy(rules, RULES)
    address = "/run/udev/ready"
    with (
        (run / "udev.log").open("wb") as log,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices,
    ):
        notices.bind(address)
        notices.settimeout(STARTING)
        daemon = subprocess.Popen(
            ["/usr/lib/systemd/systemd-udevd"],
            env={**os.environ, "NOTIFY_SOCKET": address},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        while b"READY=1" not in notices.recv(4096).splitlines():
            pass
    return daemon


def make_groups(file: Path, wanted: tuple[str, ...]) -> None:
    """Append the groups that the file lacks, with numbers that nobody has."""
    lines = [line.split(":") for line in file.read_text().splitlines()]
    names = {line[0] for line in lines}
    numbers = {int(line[2]) for line in lines if len(line) > 2}
    with file.open("a") as groups:
        for name in wanted:
            if name not in names:
                number = next(free for free in range(999, 0, -1) if free not in numbers)
                numbers.add(number)
                groups.write(f"{name}:x:{number}:\n")


def make_person(uid: int) -> None:
    """Have somebody who is not root; in no group but an own one."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        with Path("/etc/passwd").open("a") as people:
            people.write(f"desk:x:{uid}:{uid}:desk:/run/desk:/bin/sh\n")
        with Path("/etc/group").open("a") as groups:
            groups.write(f"desk:x:{uid}:\n")
        Path("/run/desk").mkdir(mode=0o755, exist_ok=True)
        os.chown("/run/desk", uid, uid)


def open_the_way(folder: Path) -> None:
    """Let everybody through to the folder: the host's Python may lie in root's home.

    In the guest alone, whose file system keeps what is changed in memory.
    """
    for path in (folder, *folder.parents):
        mode = path.stat().st_mode
        if not mode & 0o001:
            path.chmod(mode & 0o7777 | 0o011)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
