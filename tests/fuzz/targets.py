"""The targets: what is fuzzed, with which words, and whose lines are counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import parsers, reports, talk, wholeline

_WORDS = (
    b"\r\n", b"\x10X", b"\x10.", b"OK\r\n", b"ERROR", b"RING", b"NO CARRIER", b"CONNECT ",
    b"+CME ERROR:", b"RINGING", b"RING;", b"+CRING: ", b"BUSY", b"RING A", b"+FCON", b"VCON",
)  # fmt: skip
_TAGS = (
    b"DATE = ", b"TIME = ", b"NMBR = ", b"NAME = ", b"MESG = ", b"DDN_NMBR=", b"NDID=", b"ERRM",
    b"CALLER NUMBER: ", b"CALLER NAME: ", b"DIVERTING NUMBER: ", b"REASON FOR NO CALLER NUMBER: ",
    b"FM:", b" TO:", b"TIME: 01-02 ", b"RING;", b"CIDM ", b"+VCIDR: ", b"<NONE>", b"PRIVATE",
    b"CALID_202", b"80200108", b"0412", b"020A35", b"0704", b"\n", b"O\n", b"P\n", b"0102",
)  # fmt: skip
_MASKS = (b"/7777~", b"0BC01800", b'1,"T",0A801800,0AE01800,0A801800', b"(0-5,8)", b"\n", b"VLS:")
_ITEMS = (
    b"\x05\x0b", b"\x05\x08", b"\x06\x30\xff", b"\x09\x20", b"\x09\x17", b"\x0b\x07\x00\x0b\x00",
    b"\x19\xb0\x29\xbb", b"\xa1\x01", b"\xa1\x02", b"\xc0", b"\x85\x02", b"\x15\x00\x25\x01",
    b"\x15\xff\x25\x01", b"\x25\x0c", b"\x75\x01", b"\x75\x04", b"\x95\x01", b"\x95\x05",
    b"\x81\x02", b"\x81\x00", b"\x81\x03", b"\x91\x22", b"\xb1\x42", b"\xa4",
    b"\xb4", b"\xa9\x01", b"\xa9\x00",
)  # fmt: skip
_CADENCES = (b"DRON=5", b"DROF = 11", b"RING", b" ,;", b"RING A")


@dataclass(frozen=True)
class Target:
    """One target.

    case: plays an input; raises what is a finding. covers: modules under hookflash whose lines are
    counted. weight: its share of the time. story: what happened, line by line, for a replay.
    """

    case: Callable[[bytes], None]
    covers: tuple[str, ...]
    longest: int
    weight: int = 1
    words: tuple[bytes, ...] = ()
    story: Callable[[bytes], list[str]] | None = None


TARGETS = {
    "codes": Target(parsers.codes, ("modem/codes.py",), 9000, words=_WORDS),
    "meanings": Target(
        parsers.meanings, ("modem/codes.py",), 200, words=(*_WORDS, *_TAGS, *_MASKS)
    ),
    "callerid": Target(
        parsers.callerid,
        ("modem/callerid.py", "modem/callertext.py", "modem/mdmf.py"),
        1000,
        weight=2,
        words=_TAGS,
    ),
    "messages": Target(parsers.messages, ("modem/mdmf.py",), 300),
    "tones": Target(parsers.tones, ("modem/dle.py",), 300, words=_MASKS),
    "keys": Target(parsers.keys, ("modem/dtmfid.py",), 300),
    "cadence": Target(parsers.cadence, ("modem/cadence.py",), 300, words=_CADENCES),
    "descriptor": Target(
        reports.descriptor,
        (
            "hid/descriptor.py",
            "hid/global_items.py",
            "hid/items.py",
            "hid/local_items.py",
            "hid/report.py",
        ),
        400,
        weight=2,
        words=_ITEMS,
    ),
    "conversation": Target(
        talk.conversation,
        ("modem/conversation.py", "modem/codes.py", "operation.py"),
        400,
        weight=6,
        story=talk.story,
    ),
    "line": Target(
        wholeline.line,
        (
            "modem/line.py",
            "modem/hearing.py",
            "modem/caller.py",
            "modem/recovery.py",
            "modem/dialect.py",
            "progress.py",
            "modem/session.py",
            "modem/conversation.py",
            "line.py",
            "device.py",
            "operation.py",
            "inbox.py",
            "ringing.py",
        ),
        400,
        weight=8,
        story=wholeline.story,
    ),
}
