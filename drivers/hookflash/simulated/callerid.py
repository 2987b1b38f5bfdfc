"""Caller ID as modems tell it: formatted lines, or the network's message in hexadecimal. Pure."""

from collections.abc import Sequence

from .family import Family
from .network import Calling

_ABSENT = {"withheld": "P", "unavailable": "O"}
"""Bellcore's reasons for no number: private, out of area (MDMF parameters 04 and 08)."""

_MDMF, _SDMF = 0x80, 0x04
_DATE, _NUMBER, _CALLED, _NO_NUMBER, _REDIRECTED, _NAME, _NO_NAME = 1, 2, 3, 4, 5, 7, 8


def caller_id_lines(calling: Calling, family: Family, *, with_name: bool = True) -> list[bytes]:
    """The lines of formatted caller ID."""
    name = encoded(calling.name) if with_name else b""
    reason = _ABSENT.get(calling.absent, "")
    date, time = calling.sent_at[:4], calling.sent_at[4:]
    if family.caller_id_form == "zyxel":
        lines = [f"TIME: {date[:2]}-{date[2:]} {time[:2]}:{time[2:]}".encode()]
        if reason:
            return [*lines, f"REASON FOR NO CALLER NUMBER: {reason}".encode()]
        if name:
            lines.append(b"CALLER NAME: " + name)
        return [*lines, f"CALLER NUMBER: {calling.number}".encode()]
    tags: list[tuple[str, bytes]] = [
        ("DATE", date.encode()),
        ("TIME", time.encode()),
        ("NMBR", (reason or calling.number or "O").encode()),
    ]
    if name or (reason and with_name):
        tags.append(("NAME", name or reason.encode()))
    for number, text in ((_CALLED, calling.called), (_REDIRECTED, calling.redirected)):
        if text:  # a parameter without a tag of its own is told as it came
            tags.append(("MESG", _parameter(number, text.encode()).hex().upper().encode()))
    sign = b"=" if family.caller_id_form == "tight" else b" = "
    return [tag.encode() + sign + value for tag, value in tags]


def caller_id_message(calling: Calling, *, with_name: bool = True) -> bytes:
    """The network's message: type, length, parameters, checksum.

    SDMF if there is only a number or none, else MDMF (Bellcore GR-30).
    """
    name = encoded(calling.name) if with_name else b""
    reason = _ABSENT.get(calling.absent, "").encode()
    date = calling.sent_at.encode()
    if not (name or calling.called or calling.redirected):
        body = date + (reason or calling.number.encode() or b"O")
        return _message(_SDMF, body)
    body = _parameter(_DATE, date)
    if calling.number and not reason:
        body += _parameter(_NUMBER, calling.number.encode())
    else:
        body += _parameter(_NO_NUMBER, reason or b"O")
    if calling.called:
        body += _parameter(_CALLED, calling.called.encode())
    if calling.redirected:
        body += _parameter(_REDIRECTED, calling.redirected.encode())
    body += _parameter(_NAME, name) if name else _parameter(_NO_NAME, reason or b"O")
    return _message(_MDMF, body)


def caller_id_hex(calling: Calling, family: Family, *, with_name: bool = True) -> list[bytes]:
    """The lines of unformatted caller ID."""
    message = caller_id_message(calling, with_name=with_name)
    if not family.hex_checksum:
        message = message[:-1]
    text = message.hex().upper().encode()
    step = family.hex_wrap or len(text)
    return [text[start : start + step] for start in range(0, len(text), step)]


def cadence_kind(bursts: Sequence[tuple[float, float]]) -> int:
    """Which distinctive ring a cadence is: 1, 2 or 3, by its bursts (Rockwell, -SDR)."""
    return min(len(bursts), 3)


def encoded(name: str | bytes) -> bytes:
    """A name as its bytes on the line."""
    if isinstance(name, bytes):
        return name
    try:
        return name.encode("latin-1")
    except UnicodeEncodeError:
        return name.encode()


def _parameter(number: int, data: bytes) -> bytes:
    return bytes([number, len(data)]) + data


def _message(kind: int, body: bytes) -> bytes:
    message = bytes([kind, len(body)]) + body
    return message + bytes([-sum(message) % 256])
