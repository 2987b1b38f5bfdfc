"""What a handset and its host told each other, as text that a bug report can carry and a test read.

    recording 1
    device 0b0e:0307 Jabra Evolve Link
    descriptor 05 0b 09 05 ...
       0.000 step rest
       2.114 in 02 01 00
       2.115 out 02 01 00

Times are seconds from the beginning. Reports begin with their id, 0 if they are not numbered. A
serial number is never in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..errors import BadRecording

_FORMAT = "recording 1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line. kind: `step` (text: what the person was asked to do), `in`, `out`, `feature` (data: a
    report) or `note` (text)."""

    at: float
    kind: str
    data: bytes = b""
    text: str = ""


@dataclass
class Recording:
    """All that was told, in order. device: USB id and name, in words."""

    device: str
    descriptor: bytes
    entries: list[Entry] = field(default_factory=list)

    def to_text(self) -> str:
        """For a file; `read` is its inverse but for times, which have three decimals."""
        device = "".join(c if c.isprintable() else " " for c in self.device)
        head = [_FORMAT, f"device {device}", f"descriptor {self.descriptor.hex(' ')}"]
        lines = (
            f"{one.at:8.3f} {one.kind} {one.text or one.data.hex(' ')}" for one in self.entries
        )
        return "\n".join([*head, *lines]) + "\n"


def read(text: str) -> Recording:
    """A recording from its text; BadRecording names the line that cannot be read."""
    lines = text.strip().splitlines()
    try:
        head, device, descriptor = (line.strip() for line in lines[:3])
        if head != _FORMAT:
            raise ValueError(f"it does not begin with {_FORMAT!r}")
        found = Recording(
            device.removeprefix("device").strip(),
            bytes.fromhex(descriptor.removeprefix("descriptor")),
        )
    except ValueError as error:
        raise BadRecording(f"read a recording: its head is wrong: {error}") from error
    found.entries.extend(_entries(lines[3:]))
    return found


def _entries(lines: Iterable[str]) -> Iterable[Entry]:
    for number, line in enumerate(lines, 4):
        try:
            at, kind, *rest = line.split(maxsplit=2)
            text = rest[0] if rest else ""
            if kind in ("step", "note"):
                yield Entry(float(at), kind, text=text)
            elif kind in ("in", "out", "feature"):
                yield Entry(float(at), kind, data=bytes.fromhex(text))
            else:
                raise ValueError(f"{kind!r} is no kind of entry")
        except ValueError as error:
            raise BadRecording(f"read a recording: line {number}: {error}") from error
