"""The initramfs is one that others read."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usbbench.initramfs import Entry, archive, character_device, directory, file, program
from usbbench.machine import variables

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
FILES = st.lists(st.builds(file, NAMES, st.binary(max_size=40)), max_size=5)


def read(data: bytes) -> Iterator[Entry]:
    """Entries of a newc archive, by the kernel's description of the format."""
    while True:
        assert data[:6] == b"070701"
        fields = [int(data[i : i + 8], 16) for i in range(6, 110, 8)]
        mode, size, major, minor, length = (fields[i] for i in (1, 6, 9, 10, 11))
        name = data[110 : 110 + length]
        begin = -(-(110 + length) // 4) * 4
        assert name[-1:] == b"\0"
        if name == b"TRAILER!!!\0":
            assert size == 0
            assert not data[begin:]
            return
        yield Entry(name[:-1].decode(), mode, data[begin : begin + size], (major, minor))
        data = data[-(-(begin + size) // 4) * 4 :]


@given(FILES)
def test_what_is_written_can_be_read(files: list[Entry]) -> None:
    assert list(read(archive(files))) == files


def test_devices_and_modes_are_kept() -> None:
    entries = [directory("dev"), character_device("dev/console", 5, 1), program("init", b"#!/x\n")]
    console = list(read(archive(entries)))[1]
    assert stat.S_ISCHR(console.mode)
    assert console.device == (5, 1)


@pytest.mark.skipif(shutil.which("cpio") is None, reason="there is no cpio here to read it")
def test_cpio_reads_it(tmp_path: Path) -> None:
    data = archive([directory("etc"), file("etc/name", b"content\n"), program("init", b"#!/x\n")])
    subprocess.run(["cpio", "-i", "--quiet"], input=data, cwd=tmp_path, check=True)
    assert (tmp_path / "etc/name").read_bytes() == b"content\n"
    assert (tmp_path / "init").stat().st_mode & 0o777 == 0o755


def test_a_shell_reads_the_variables(tmp_path: Path) -> None:
    path = """/home/an o'clock/"x"$(false)\n,"""
    (tmp_path / "job").write_bytes(variables({"RUN": path, "PYTHON": "/usr/bin/python3"}))
    said = subprocess.run(
        ["sh", "-euc", '. ./job; printf "%s|%s" "$RUN" "$PYTHON"'],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == f"{path}|/usr/bin/python3"
