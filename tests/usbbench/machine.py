"""The virtual machine: how qemu is called, its initramfs, and what its end means."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from .initramfs import Entry, archive, character_device, directory, file, program
from .prepare import Prepared

PROGRAM = "qemu-system-x86_64"

DEBUG_EXIT_PORT = 0x501
SAID_BY_GUEST = 0x40
"""Set in the byte that second.sh writes there: a status of qemu's own is not taken for it."""

_APPEND = (
    "console=ttyS0",
    "nokaslr",
    "mitigations=off",
    "tsc=reliable",
    "no_timer_check",
    # A fault in the kernel, or a process that it has not let go for two minutes, is the end.
    "panic=-1",
    "oops=panic",
    "sysctl.kernel.hung_task_panic=1",
)

_HUB = (
    *("-device", "qemu-xhci,id=xhci", "-device", "usb-hub,bus=xhci.0,port=1,port-power=on"),
    *("-chardev", "null,id=cable"),
    *("-device", "usb-serial,bus=xhci.0,port=1.2,chardev=cable,always-plugged=on"),
)
"""A serial cable that nothing hangs on, behind a hub that switches the power of its ports. The
guest sees them once it loads the module xhci-pci."""

_HERE = Path(__file__).parent


def initramfs(prepared: Prepared, job: Mapping[str, str]) -> bytes:
    """What the kernel unpacks first; `job` are the variables of first.sh and second.sh."""
    modules = prepared.modules_to_boot()
    entries: list[Entry] = [
        *map(directory, ("bin", "dev", "proc", "sys", "modules", "host", "layer", "memory", "new")),
        character_device("dev/console", 5, 1),
        program("bin/busybox", prepared.busybox),
        *(file(f"modules/{name}.ko", data) for name, data in modules),
        file("modules/order", "".join(f"{name}\n" for name, _ in modules).encode()),
        file("job", variables(job)),
        program("init", (_HERE / "first.sh").read_bytes()),
        file("second.sh", (_HERE / "second.sh").read_bytes()),
    ]
    return archive(entries)


def variables(job: Mapping[str, str]) -> bytes:
    """A file that a shell reads them from."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in job.items()).encode()


def has_kvm() -> bool:
    """Whether the processor can run a guest's kernel as it is.

    /dev/kvm alone does not tell: there are software ones, for kernels that are made for them.
    """
    words = Path("/proc/cpuinfo").read_text().split()
    return ("vmx" in words or "svm" in words) and os.access("/dev/kvm", os.R_OK | os.W_OK)


def command(prepared: Prepared, initrd: Path, run: Path, *, kvm: bool) -> list[str]:
    """The call of qemu: the guest's kernel log goes to a file, its output to standard output."""
    accelerator, processor = ("kvm", "host") if kvm else ("tcg,thread=multi", "max")
    return [
        # Ends with its parent, however that ends.
        *("setpriv", "--pdeathsig", "KILL"),
        PROGRAM,
        *("-accel", accelerator, "-cpu", processor),
        *("-smp", str(min(os.cpu_count() or 1, 4)), "-m", "1536"),
        *("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-monitor", "none"),
        *("-kernel", str(prepared.kernel), "-initrd", str(initrd), "-append", " ".join(_APPEND)),
        *("-chardev", f"file,id=kernel,path={_quoted(run / 'kernel.log')}"),
        *("-serial", "chardev:kernel", "-serial", "stdio"),
        *_share("host", Path("/"), writable=False),
        *_share("layer", prepared.layer, writable=False),
        *_share("run", run, writable=True),
        *("-device", f"isa-debug-exit,iobase={DEBUG_EXIT_PORT:#x},iosize=1"),
        *_HUB,
    ]


def _share(tag: str, folder: Path, *, writable: bool) -> Sequence[str]:
    # Files of several filesystems may have equal numbers: qemu gives them others.
    options = f"local,id={tag},path={_quoted(folder)},security_model=none,multidevs=remap"
    if not writable:
        options += ",readonly=on"
    return ("-fsdev", options, "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}")


def _quoted(path: Path) -> str:
    """A path within one of qemu's option lists."""
    return str(path).replace(",", ",,")


def status_of(returncode: int) -> int | None:
    """The guest's exit status, 0 to 63; None if the guest did not live to say it.

    A byte written to the port ends qemu with twice the byte plus one (its isa-debug-exit device). A
    panic ends it with 0, wrong arguments with 1, a signal with a negative number.
    """
    byte, odd = divmod(returncode, 2)
    if returncode < 0 or not odd or not byte & SAID_BY_GUEST:
        return None
    return byte & ~SAID_BY_GUEST
