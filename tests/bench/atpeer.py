"""A modem that takes no time, on a pseudo terminal: run as a program of its own.

Prints the tty's path, then for each dial command line the moment (ns of the monotonic clock, which
all processes of a machine share) at which its end arrived, and the line. Echo and result leave in
one write, so that the reader is woken once.
"""

import os
import time
import tty

INFORMATION = {
    "AT+CFUN?": "+CFUN: 1",
    "AT+CPIN?": "+CPIN: READY",
    "AT+CSCA?": '+CSCA: "+15550100",145',
    "AT+CGMI": "none",
}
"""What programs for GSM modems insist on before they begin; without it they give up."""

UNKNOWN = frozenset({"AT+CLAC", "AT+WIND?", "AT+ZPAS?", "AT+CPMS=?"})
"""What they ask too, and take an ERROR for."""


def main() -> None:
    """Answer until killed."""
    master, slave = os.openpty()  # the slave stays open: no hang-up between two programs
    tty.setraw(slave)
    os.write(1, os.ttyname(slave).encode() + b"\n")
    echo = True
    buffer = b""
    while True:
        data = os.read(master, 4096)
        now = time.monotonic_ns()
        *lines, buffer = (buffer + data).split(b"\r")
        for line in lines:
            text = line.decode("ascii", "replace").strip()
            echoed = line + b"\r" if echo else b""
            information = INFORMATION.get(text, "")
            middle = f"\r\n{information}\r\n".encode() if information else b""
            if text.startswith("ATE"):
                echo = not text.startswith("ATE0")
            result = b"\r\nERROR\r\n" if text in UNKNOWN else b"\r\nOK\r\n"
            os.write(master, echoed + middle + result)
            if text.startswith("ATD"):
                os.write(1, f"{now} {text}\n".encode())


if __name__ == "__main__":
    main()
