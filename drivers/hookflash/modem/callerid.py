"""Caller ID as modems write it, made into who calls. Pure.

Tags (`NMBR = 5551234`), one to a line or several in a report, in any order, before or after a ring;
or the network's message itself in hex (`+VCID=2`). SOURCE: for spellings mgetty's cnd.c, IAXmodem,
and the manuals of Rockwell, MultiTech, Intel, ZyXEL and Silicon Labs (AN93); for values GR-30 and
NCID's test calls.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from . import mdmf
from .callertext import UNAVAILABLE, clean, reason, sent_at

LONGEST_VALUE = 256
"""Characters kept of a value."""

SHORTEST_HEX = 16
"""Hex digits of the shortest line that begins a message and does not end it, if what follows its
type looks right. +VCIDR breaks lines after 32 digits."""

SURE_HEX = 24
"""Hex digits of the shortest line that begins one whatever follows its type: serial numbers are
hex as well, but shorter."""

SHORTEST_WHOLE = 6
"""Bytes of the shortest message with anything to tell: one parameter of one letter."""


class _Field(Enum):
    """What a tag tells."""

    NUMBER = auto()
    NAME = auto()
    CALLED = auto()
    REASON = auto()
    DIALLABLE = auto()
    DIVERTING = auto()
    REDIRECTED = auto()
    DATE = auto()
    TIME = auto()
    MESG = auto()
    ERROR = auto()
    NOTHING = auto()


_TAGS = {
    "DATE": _Field.DATE,
    "TIME": _Field.TIME,
    "NMBR": _Field.NUMBER,
    "DDN_NMBR": _Field.NUMBER,  # Rockwell: the number to dial back
    "NMRB": _Field.NUMBER,  # so spelt by a modem on a Greek line
    "NBR": _Field.NUMBER,  # Kortex
    "NAME": _Field.NAME,
    "MESG": _Field.MESG,
    "ERRM": _Field.ERROR,  # the modem found the checksum wrong
    "NDID": _Field.CALLED,  # IAXmodem, as those below
    "ANID": _Field.NOTHING,
    "CDID": _Field.NOTHING,
    "USER": _Field.NOTHING,
    "PASS": _Field.NOTHING,
}
_LABELS = {
    "CALLER NUMBER": _Field.NUMBER,  # ZyXEL
    "CALLER'S NUMBER": _Field.NUMBER,
    "CALLERID": _Field.NUMBER,  # USRobotics Courier, Russian firmware
    "CALLER NAME": _Field.NAME,
    "CALLED NUMBER": _Field.CALLED,  # isdn4linux
    "DIVERTING NUMBER": _Field.DIVERTING,  # ZyXEL Omni
    "REASON FOR NO CALLER NUMBER": _Field.REASON,
    "REASON FOR NO CALLER NAME": _Field.NOTHING,
}
_PARAMETERS: dict[int, _Field] = {
    mdmf.Parameter.NUMBER: _Field.NUMBER,
    mdmf.Parameter.CALLED: _Field.CALLED,
    mdmf.Parameter.NUMBER_ABSENT: _Field.REASON,
    mdmf.Parameter.NAME: _Field.NAME,
    mdmf.Parameter.REDIRECTED: _Field.REDIRECTED,
}
_IDENTITY = frozenset(_Field) - {_Field.DATE, _Field.TIME}

_BLANK = "[ \t]*"  # not \s, which takes bytes 85h and A0h of other charsets for blanks
_TAG = rf"(?:{'|'.join(_TAGS)}){_BLANK}="
_ONE = re.compile(rf"([A-Z_]+){_BLANK}={_BLANK}(.*)", re.DOTALL)
_SEVERAL = re.compile(rf"(?:DATE|TIME|NMBR){_BLANK}={_BLANK}[^ \t]*[ \t]+{_TAG}.*", re.DOTALL)
_NEXT = re.compile(rf"(?:^|[ \t])([A-Z][A-Z_]{{2,}}){_BLANK}={_BLANK}")
_LABEL = re.compile(rf"({'|'.join(_LABELS)}){_BLANK}:{_BLANK}(.*)", re.DOTALL | re.IGNORECASE)
_WHEN = re.compile(rf"TIME:{_BLANK}(\d\d)-(\d\d)[ \t]+(\d\d:\d\d)", re.ASCII)
_FROM_TO = re.compile(rf"FM:{_BLANK}((?!TO:)[^ \t]*)(?:[ \t]+TO:{_BLANK}([^ \t]*))?{_BLANK}")
_RING = re.compile(r"RING;([^;]*)(?:;([^;,]*))?.*", re.DOTALL)
_REPORT = re.compile(rf"(?:CIDM(?![^ \t])|\+VCIDR:){_BLANK}(.*)", re.DOTALL)
_HEX = re.compile(r"[0-9A-Fa-f]+|(?:[0-9A-Fa-f]{2})+(?:[ \t]+(?:[0-9A-Fa-f]{2})+)+")
_DIGITS = re.compile(r"[0-9]{3,20}")
_ROOM = 2 * mdmf.LONGEST + 1


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `absent` says why there is no number: `withheld`, `unavailable`, or empty.

    called: the number that was called. redirected: who sent the call on to us. sent_at: the
    network's date and time, MMDDHHMM. All are empty where the network does not tell.
    """

    number: str = ""
    name: str = ""
    absent: str = ""
    called: str = ""
    redirected: str = ""
    sent_at: str = ""


def is_caller_id(text: str) -> bool:
    """True for a line that is caller ID by itself, unlike hex that goes on from the line before."""
    return CallerIdCollector().take(text)


def is_ring_too(text: str) -> bool:
    """True for a line of caller ID that is a ring as well: ELSA's `RING;number;called`."""
    return _RING.fullmatch(text) is not None


class CallerIdCollector:
    """Gathers the caller ID of one call, line by line.

    charset: of names that are neither ASCII nor UTF-8; LookupError if there is no such charset.
    unchecked: take messages in hex that come without a checksum byte, if their structure is
        complete and exact. No longer once a right checksum was seen: then this modem prints it.
    bare_numbers: take a line of nothing but digits for the number (ELINK). Replies of other modems
        look the same.

    Hex that is taken: a line that begins with a message's type and has 24 digits, or has 16 and
    goes on as a message does, or is a whole message with the right checksum; any after `CIDM` or
    `+VCIDR:`. Then the lines that directly follow, until the message is as long as it says.
    """

    def __init__(
        self, charset: str = "latin-1", *, unchecked: bool = True, bare_numbers: bool = False
    ) -> None:
        clean("\xff", charset)
        self._charset = charset
        self._unchecked = unchecked
        self._bare_numbers = bare_numbers
        self.clear()

    def clear(self) -> None:
        """Forget the call."""
        self._values: dict[_Field, str] = {}
        self._hex = ""
        self._introduced = False
        self._named = False
        self._fresh = False
        self._whole = False
        self._broken = False
        self._told: Caller | None = None
        self.message_waiting: bool | None = None
        """Voice mail waits (True) or no more (False); None if the network did not say."""

    def take(self, text: str) -> bool:
        """Take a line if it is caller ID; tell whether it was."""
        text = text.strip(" \t")
        introduced, self._introduced = self._introduced, False
        if self._hex:
            if self._take_more_hex(text):
                return True
            more = _hex_digits(text)
            if not mdmf.is_beginning(_bytes(more)):
                self._hex += more[:_ROOM]  # more than the message says: its length is not right
            self._end_message()
        return (
            self._take_report(text)
            or self._take_tag(text)
            or self._take_hex(text, introduced)
            or self._take_bare_number(text)
        )

    @property
    def complete(self) -> bool:
        """True when nothing more of interest can come."""
        return self._whole or (_Field.NUMBER in self._values and _Field.NAME in self._values)

    @property
    def damaged(self) -> bool:
        """True if caller ID came with errors or has not come to its end, and none that tells."""
        intact = self._whole or not self._values.keys().isdisjoint((_Field.NUMBER, _Field.REASON))
        return not intact and (self._broken or bool(self._hex))

    def caller(self) -> Caller | None:
        """Who calls, if that is news since the last look.

        Look when no further line is to be expected: a message that lacks only its checksum is then
        taken for one without.
        """
        if self._hex and len(self._hex) == self._said_digits() - 2:
            self._end_message()
        if not (self._fresh and self._named):
            return None
        self._fresh = False
        caller = self._read()
        if caller == self._told:
            return None
        self._told = caller
        return caller

    # --- tags ---------------------------------------------------------------------------------

    def _take_report(self, text: str) -> bool:
        """A V.253 report (AN93), the answer to `AT+VCIDR?`, or several tags in one line."""
        if _SEVERAL.fullmatch(text):
            return self._take_several(text)
        if (match := _REPORT.fullmatch(text)) is None:
            return False
        self._introduced = not match[1]
        if match[1] and not self._take_several(match[1]):
            self._take_hex(match[1], introduced=True)
        return True

    def _take_several(self, text: str) -> bool:
        tags = list(_NEXT.finditer(text))
        ends = [tag.start() for tag in tags[1:]] + [len(text)]
        for tag, end in zip(tags, ends, strict=False):
            self._keep(_TAGS.get(tag[1], _Field.NOTHING), text[tag.end() : end])
        self._whole = self._whole or _Field.NUMBER in self._values
        return bool(tags)

    def _take_tag(self, text: str) -> bool:
        # One to a line, whatever the value: a caller may be called `A NMBR=1`.
        if (match := _ONE.fullmatch(text)) and match[1] in _TAGS:
            self._keep(_TAGS[match[1]], match[2])
        elif match := _LABEL.fullmatch(text):
            self._keep(_LABELS[match[1].upper()], match[2])
        elif match := _WHEN.fullmatch(text):
            self._keep(_Field.DATE, match[1] + match[2])
            self._keep(_Field.TIME, match[3])
        elif match := (_FROM_TO.fullmatch(text) or _RING.fullmatch(text)):
            self._keep(_Field.NUMBER, match[1])
            self._keep(_Field.CALLED, match[2] or "")
        else:
            return False
        return True

    def _take_bare_number(self, text: str) -> bool:
        if not (self._bare_numbers and _DIGITS.fullmatch(text)):
            return False
        self._keep(_Field.NUMBER, text)
        return True

    def _keep(self, field: _Field, value: str) -> None:
        value = value[:LONGEST_VALUE]
        if field is _Field.MESG:
            self._keep_mesg(value)
        elif field is _Field.ERROR:
            self._broken = True
        elif field is not _Field.NOTHING:
            self._fresh = True
            self._named = self._named or field in _IDENTITY
            value = clean(value, self._charset)
            if value not in ("", "<NONE>"):
                # The first counts: some networks mask a number with a second, empty one.
                self._values.setdefault(field, value)

    def _keep_mesg(self, value: str) -> None:
        """Parameters that the modem does not know, in hex; Rockwell adds the checksum."""
        if value.strip(" \t") == "CALID_202":  # Intel: a message began, none came whole
            self._broken = True
        digits = _hex_digits(value)
        if not digits or len(digits) % 2:
            return
        data = bytes.fromhex(digits)
        if message := mdmf.decode(data, unchecked=self._unchecked):
            self._keep_message(message)
            return
        found = mdmf.parameters(data) or mdmf.parameters(data[:-1]) or ()
        for kind, content in found if mdmf.look_right(found) else ():
            # Bell Canada sends the caller's number so (mgetty).
            own = _Field.DIALLABLE if kind == mdmf.Parameter.CALLED else None
            self._keep_parameter(kind, content, own)

    # --- messages in hex ----------------------------------------------------------------------

    def _take_hex(self, text: str, introduced: bool) -> bool:
        digits = _hex_digits(text)
        begins = len(digits) >= 2 * mdmf.HEADER if introduced else _begins(digits)
        if not begins:
            return False
        self._hex = digits[:_ROOM]
        if len(self._hex) >= self._said_digits():
            self._end_message()
        return True

    def _take_more_hex(self, text: str) -> bool:
        digits = _hex_digits(text)
        if not digits or len(self._hex) + len(digits) > self._said_digits():
            return False
        self._hex += digits
        if len(self._hex) == self._said_digits():
            self._end_message()
        return True

    def _said_digits(self) -> int:
        return 2 * mdmf.said_length(bytes.fromhex(self._hex[: 2 * mdmf.HEADER]))

    def _end_message(self) -> None:
        digits, self._hex = self._hex, ""
        message = None
        if len(digits) % 2 == 0:
            message = mdmf.decode(bytes.fromhex(digits), unchecked=self._unchecked)
        if message is None:
            self._broken = True
            return
        self._unchecked = self._unchecked and not message.checked
        self._keep_message(message)

    def _keep_message(self, message: mdmf.Message) -> None:
        for kind, value in message.parameters:
            if message.is_caller or kind == mdmf.Parameter.INDICATOR:
                self._keep_parameter(kind, value)
        if message.is_caller:
            self._whole = self._named = self._fresh = True

    def _keep_parameter(self, kind: int, value: bytes, field: _Field | None = None) -> None:
        text = value.decode("latin-1")
        field = field or _PARAMETERS.get(kind)
        if kind == mdmf.Parameter.SENT_AT:
            self._keep(_Field.DATE, text[:4])
            self._keep(_Field.TIME, text[4:])
        elif kind == mdmf.Parameter.INDICATOR:
            self.message_waiting = value != b"\x00"
        elif kind == mdmf.Parameter.CALL_TYPE and value == mdmf.MESSAGE_WAITING_CALL:
            self.message_waiting = True
        elif field:
            self._keep(field, text)

    # --- who calls ----------------------------------------------------------------------------

    def _read(self) -> Caller:
        get = self._values.get
        number, name = get(_Field.NUMBER, ""), get(_Field.NAME, "")
        absent = reason(number, number=True)
        if number and not number.strip("0"):
            absent = reason(name) or UNAVAILABLE
        if absent:
            number = ""
        elif not number:
            absent = self._why_absent(name)
        called, redirected = self._plain(_Field.CALLED), self._plain(_Field.REDIRECTED)
        # What these two are depends on what else came: by themselves they are the caller.
        diallable, diverting = self._plain(_Field.DIALLABLE), self._plain(_Field.DIVERTING)
        if not (number or absent):
            number = diallable or diverting
        called = called or (diallable if diallable != number else "")
        redirected = redirected or (diverting if diverting != number else "")
        when = sent_at(get(_Field.DATE, ""), get(_Field.TIME, ""))
        return Caller(number, "" if reason(name) else name, absent, called, redirected, when)

    def _why_absent(self, name: str) -> str:
        if given := self._values.get(_Field.REASON, ""):
            return reason(given, number=True) or UNAVAILABLE
        return reason(name) if len(name) > 1 else ""  # a letter tells of the name only

    def _plain(self, field: _Field) -> str:
        value = self._values.get(field, "")
        return "" if reason(value, number=True) else value


def _hex_digits(text: str) -> str:
    """The hex digits of a line that has nothing else but blanks between bytes, or nothing."""
    if _HEX.fullmatch(text) is None:
        return ""
    return text.replace(" ", "").replace("\t", "")


def _bytes(digits: str) -> bytes:
    """The whole bytes of these hex digits."""
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def _begins(digits: str) -> bool:
    """True if these digits are a message's first, or all of a short one."""
    data = _bytes(digits)
    if not data or data[0] not in mdmf.TYPES:
        return False
    if len(digits) >= SURE_HEX or (len(digits) >= SHORTEST_HEX and mdmf.is_beginning(data)):
        return True
    whole = len(data) >= SHORTEST_WHOLE and len(digits) % 2 == 0
    return whole and mdmf.decode(data, unchecked=False) is not None
