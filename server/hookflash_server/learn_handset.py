"""`hookflash learn-handset`: the person at the terminal, and the file that comes out."""

import re
import threading
from collections.abc import Callable, Iterable

from hookflash import __version__
from hookflash.hid import learning
from hookflash.hid.descriptor import parse
from hookflash.hid.profile_file import dumps
from hookflash.hid.recording import Recording

from .lesson import Person


class Terminal(Person):
    """Who sits before the terminal. write: prints a line; lines: what is typed."""

    def __init__(self, write: Callable[[str], None], lines: Iterable[str]) -> None:
        self._write = write
        self._lines = lines

    def begin(self, skip: Callable[[], None], leave: Callable[[], None]) -> None:
        def listen() -> None:
            for _ in self._lines:
                skip()
            leave()

        threading.Thread(target=listen, name="terminal", daemon=True).start()

    def ask(self, step: str, text: str) -> None:  # noqa: ARG002 - the text says it all
        self._write(text)

    def tell(self, text: str) -> None:
        self._write(text)


def to_file(recording: Recording) -> str:
    """The profile, why, and the recording, as TOML: for a desk, and for a bug report."""
    usb, _, product = recording.device.partition(" ")
    name = re.sub(r"[^a-z0-9]+", "_", (product or usb).lower()).strip("_")
    descriptor = parse(recording.descriptor, recording.device)
    learned = learning.conclude(descriptor, recording, name, product or usb)
    text = recording.to_text().replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(
        [
            f"# Made by hookflash {__version__} learn-handset; the serial number is not in it.",
            *(f"# {finding}" for finding in learned.findings),
            "",
            dumps(learned.profile),
            "[recording]",
            f'text = """\n{text}"""',
            "",
        ]
    )
