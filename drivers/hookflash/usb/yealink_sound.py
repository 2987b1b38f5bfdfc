"""The ring tone of a P1K. Pure.

SOURCE: linux drivers/input/misc/yealink.c, its default ring tone. yealink.h calls the numbers
little-endian; the kernel's own data are big-endian, and so are these.
"""

from collections.abc import Sequence

from ..errors import BadValue

SILENCE = 0
"""Instead of a frequency."""

VOLUME = 0xEF
"""Of 0 to FF; the kernel's own."""

RINGING = ((1250, 0.12), (1000, 0.12)) * 4 + ((SILENCE, 4.0),)
"""Hz and seconds; over and over while the tone is on."""


def notes(sequence: Sequence[tuple[int, float]]) -> bytes:
    """The bytes of a ring tone: each note the negative of its frequency (Hz, 2 to 32,767; SILENCE
    is FFFF) and its length in 1/100 s (up to 655 s), both 16 bits; 0 ends it. BadValue else."""
    data = b""
    for hertz, seconds in sequence:
        length = round(100 * seconds)
        if hertz == 1 or not (0 <= hertz <= 0x7FFF and 1 <= length <= 0xFFFF):
            raise BadValue(f"ring tone: a note of {hertz} Hz for {seconds:g} s cannot be said")
        data += ((-hertz if hertz != SILENCE else -1) & 0xFFFF).to_bytes(2, "big")
        data += length.to_bytes(2, "big")
    return data + b"\0\0"
