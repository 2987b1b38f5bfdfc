"""The least that a program can do between a page and a tty, as a yardstick: run as a program.

Accepts a connection, takes the number out of the request, writes the dial command line, waits for
OK and answers fixed bytes. No checks, no threads, no state. Argument: the tty. Prints its port.
"""

import os
import re
import socket
import sys
import tty

BODY = b'/**/cb({"result":"success","msg":"ok"});'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


def main() -> None:
    """Serve until killed."""
    device = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
    tty.setraw(device)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    os.write(1, b"%d\n" % listener.getsockname()[1])
    number = re.compile(rb"[?&]dial_number=([0-9]+)")
    while True:
        connection, _ = listener.accept()
        with connection:
            request = b""
            while b"\r\n\r\n" not in request and (data := connection.recv(4096)):
                request += data
            if found := number.search(request):
                os.write(device, b"ATDT%s;\r" % found[1])
                heard = b""
                while b"OK\r\n" not in heard:
                    heard += os.read(device, 4096)
            connection.sendall(ANSWER)


if __name__ == "__main__":
    main()
