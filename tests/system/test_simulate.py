"""`hookflash simulate modem` as other programs use it."""

from __future__ import annotations

import subprocess
import sys

import pytest
import serial

from hookflash_server.cli import main


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--family", "fax"], "family 'fax' is none of v253, data, usr5637"),
        (["--fault", "slow", "--fault", "tired"], "fault 'tired' is none of silent, garbage"),
        (["--plan", "/no/such/plan"], "number plan /no/such/plan"),
    ],
)
def test_bad_options_say_what_is_allowed(
    options: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "modem", *options]) == 1
    assert complaint in capsys.readouterr().err


def test_a_family_with_a_fault_on_a_tty() -> None:
    command = [sys.executable, "-m", "hookflash_server", "simulate", "modem"]
    options = ["--family", "rockwell", "--fault", "no_echo", "--fault", "hangs_on:I3"]
    process = subprocess.Popen(
        [*command, *options],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    )
    try:
        talk(process)
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()


def talk(process: subprocess.Popen[str]) -> None:
    """Open its tty, ask it who it is, have it rung, and pick up."""
    assert process.stdin is not None
    assert process.stdout is not None
    tty = process.stdout.readline().strip()
    with serial.Serial(tty, timeout=10) as port:
        port.write(b"ATI3\rATI6\r")
        assert port.read_until(b"OK\r\n") == b"\r\nRCV288DPi Rev 05BA\r\n\r\nOK\r\n"
        process.stdin.write("call 5551234\n")
        process.stdin.flush()
        assert port.read_until(b"RING\r\n") == b"\r\nRING\r\n"
        port.write(b"AT#CLS=8\r")
        assert port.read_until(b"OK\r\n") == b"\r\nOK\r\n"
        port.write(b"ATA\r")
        assert process.stdout.readline().strip() == "1001 off_hook"
        assert process.stdout.readline().strip() == "1001 answered 5551234"
