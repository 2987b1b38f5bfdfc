"""Simulated Yealink phones: P1K, P4K, B2K, B3G. Strict: what they do not know they do not answer.

They keep key events, show segments, ring and take a line as the sources of the driver say that real
ones do (usb/yealink_packet.py). Where sources disagree, faults make the other way: `echoes`,
`no_echo`, `hook_inverted`, `counts_to_32`.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar

from ..errors import BadValue, WrongState
from ..usb.yealink_display import GLYPHS, ICONS, NUMBER
from ..usb.yealink_models import B2K_V1, B3G, P1K, P4K, RELEASED, SLOTS, Hook, Model
from ..usb.yealink_packet import BUSY, Command, Packet, decode
from .exchange import Exchange
from .vendor_phone import VENDOR_FAULTS, SimulatedVendorPhone, VendorModel
from .yealink_line import SimulatedYealinkLine

MODELS: Mapping[str, tuple[Model, int]] = MappingProxyType(
    {"p1k": (P1K, 0x0114), "p4k": (P4K, 0x0239), "b2k": (B2K_V1, 0x0526), "b3g": (B3G, 0x0548)}
)
"""Name -> what it is, and a version of it."""

SERIAL = bytes.fromhex("20071020 0000000000 01")

BUSY_EACH, LOST_EACH, GARBLED_EACH = 3, 7, 5
"""Which packets meet with the faults `busy`, `loses` and `garbles`."""


class SimulatedYealink(SimulatedVendorPhone):
    """A phone, and the person who uses it. A B2K or B3G has a telephone hanging on it."""

    FAULTS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            **VENDOR_FAULTS,
            "busy": "is busy at every third packet, and does not take it",
            "loses": "leaves out every seventh reply",
            "garbles": "sends every fifth reply with a wrong sum",
            "silent": "takes packets, and says nothing",
            "echoes": "replies to what it is told, too",
            "no_echo": "replies only when it is asked",
            "counts_to_32": "numbers its key events modulo 32",
            "near_wrap": "has had 253 key events already, or 29 of 32",
            "hook_inverted": "B3G: its hook says 1 while it is lifted",
        }
    )

    def __init__(
        self, name: str, exchange: Exchange, faults: Iterable[str] = (), number: str = "1001"
    ) -> None:
        self.kind, self.version = MODELS[name]
        self.is_lifted = False
        self.telephone_line: SimulatedYealinkLine | None = None
        model = VendorModel(
            name=name,
            vendor_id=0x6993,
            product_id=0xB001,
            product=f"Simulated {self.kind.title}",
            interface=3,
            report_size=16,
        )
        super().__init__(model, exchange, faults, number)
        if self.kind.line:
            self.telephone_line = SimulatedYealinkLine(self)

    def _power_up(self) -> None:
        super()._power_up()
        self.told: dict[Command, bytes] = {}
        """What it was told last, by command; LCD and NOTES are kept apart."""
        self.lcd = bytearray(24)
        self.notes = bytearray()
        self._slots = bytearray((RELEASED,)) * SLOTS
        self._events = 0
        if "near_wrap" in self.faults:
            self._events = 29 if "counts_to_32" in self.faults else 253
        self._packets = self._replies = 0
        if self.telephone_line is not None:
            self.telephone_line.without_power()

    # --- what a person sees and hears ---------------------------------------------------------

    @property
    def text(self) -> str:
        """Line 3 of its display; `?` for what is no character's segments."""
        with self.exchange.lock:
            return "".join(self._char(place) for place in range(len(NUMBER))).rstrip()

    @property
    def icons(self) -> set[str]:
        """The icons that are shown."""
        with self.exchange.lock:
            return {name for name, (byte, bit) in ICONS.items() if self.lcd[byte] & bit}

    @property
    def is_lit(self) -> bool:
        """Its lamp, for the PC where it has two."""
        led = self.told.get(Command.LED, b"\1")
        return bool(led[0]) if self.kind.line else led == b"\0"

    @property
    def line_lamp_is_lit(self) -> bool:
        """B2K, B3G: the lamp of its line."""
        led = self.told.get(Command.LED, b"\0\0")
        return self.kind.line and led[1:2] not in (b"", b"\0")

    @property
    def rings(self) -> bool:
        """It, or the telephone that hangs on it, can be heard."""
        told = self.told.get
        by_host = told(Command.RINGTONE) == b"\x24" or told(Command.BELL) == b"\1"
        line = self.telephone_line
        return by_host or (line is not None and line.is_on_line and line.has_burst)

    def _char(self, place: int) -> str:
        segments = {name for name, (byte, bit) in NUMBER[place].items() if self.lcd[byte] & bit}
        same = (char for char, glyph in GLYPHS.items() if set(glyph) == segments)
        return next(same, "?")

    # --- what a person does -------------------------------------------------------------------

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.kind.keys.values())

    def key_down(self, key: str) -> None:
        with self.exchange.lock:
            self._must_be_there("press a key of")
            codes = [code for code, name in self.kind.keys.items() if name == key]
            if not codes:
                raise ValueError(f"{key!r} is none of the keys {' '.join(self.keys)}")
            line = self.telephone_line
            if line is not None and not self.is_lifted:
                raise WrongState(f"press a key of {self.info.path}: its telephone lies")
            self.note("person", f"key {key}")
            self.key_event(codes[0])
            if line is not None:
                line.telephone_sends(key)

    def key_up(self) -> None:
        with self.exchange.lock:
            if self.kind.line:
                return  # a tone that ends is no event
            last = self._slots[(self._events - 1) % SLOTS]
            if last != RELEASED:
                self.key_event(RELEASED)

    def lift(self) -> None:
        self._move("lift", True)

    def put_down(self) -> None:
        self._move("put down", False)

    def _move(self, verb: str, lifted: bool) -> None:
        with self.exchange.lock:
            self._must_be_there(verb)
            if self.kind.hook is Hook.NONE:
                raise WrongState(f"{verb} {self.info.path}: it has keys for that, and no hook")
            if self.is_lifted == lifted:
                raise WrongState(f"{verb} {self.info.path}: it is so already")
            self.is_lifted = lifted
            self.note("person", verb.replace(" ", "_"))
            if self.telephone_line is not None:
                self.telephone_line.look()

    def key_event(self, code: int) -> None:
        """A key event. With the lock held."""
        count = SLOTS if "counts_to_32" in self.faults else 256
        self._slots[self._events % SLOTS] = code
        self._events = (self._events + 1) % count

    # --- what it does with packets ------------------------------------------------------------

    def _heed(self, data: bytes) -> None:
        self._packets += 1
        try:
            packet = decode(data)
            command = Command(packet.command)
        except (BadValue, ValueError) as error:
            self.note("misuse", f"{data.hex()}: {error}")
            return
        if "busy" in self.faults and self._packets % BUSY_EACH == 0:
            self._reply(Packet(BUSY, 1, 0, bytes(11)))
            return
        if why := self._wrong(command, packet):
            self.note("misuse", f"{data.hex()}: {command.name} {why}")
            return
        if command.asks:
            self._reply(Packet(command, packet.size, packet.offset, self._said(command, packet)))
            return
        self._obey(command, packet)
        echoes = self.kind.line or "echoes" in self.faults
        if echoes and "no_echo" not in self.faults:
            self._reply(packet)

    def _reply(self, packet: Packet) -> None:
        self._replies += 1
        data = packet.encode()
        if "silent" in self.faults or ("loses" in self.faults and self._replies % LOST_EACH == 0):
            return
        if "garbles" in self.faults and self._replies % GARBLED_EACH == 0:
            data = data[:-1] + bytes(((data[-1] + 1) % 256,))
        self._tell(data)

    def _wrong(self, command: Command, packet: Packet) -> str:
        """Why this model does not understand it; empty if it does."""
        sizes = _SIZES.get(command, (1,))
        if command not in _commands(self.kind):
            return f"is none of a {self.kind.name}'s"
        if packet.size not in sizes:
            return f"has size {packet.size}"
        if any(packet.data[packet.size :]):
            return "has data beyond its size"
        if packet.offset + (packet.size if command in _AT_OFFSET else 1) > _AT_OFFSET.get(
            command, 1
        ):
            return f"at offset {packet.offset}"
        if command in _VALUES and packet.data[0] not in _VALUES[command]:
            return f"to {packet.data[0]:02x}"
        return ""

    def _said(self, command: Command, packet: Packet) -> bytes:
        line = self.telephone_line
        rings = line is not None and line.has_burst
        match command:
            case Command.VERSION:
                said = self.version.to_bytes(2, "big")
            case Command.SERIAL:
                said = SERIAL
            case Command.SCAN_CODE:
                said = bytes((self._slots[packet.offset],))
            case Command.HOOK:
                said = b"\xef" if self.is_lifted else b"\xff"
            case Command.HANDSET:
                said = bytes((rings | self.is_lifted << 1,))
            case _ if self.kind.hook is Hook.EVENTS:
                inverted = "hook_inverted" in self.faults
                said = bytes((self._events, rings, self.is_lifted == inverted))
            case _:
                said = bytes((self._events,))
        return said.ljust(11, b"\0")

    def _obey(self, command: Command, packet: Packet) -> None:
        data, offset = packet.used, packet.offset
        match command:
            case Command.LCD:
                self.lcd[offset : offset + len(data)] = data
            case Command.NOTES:
                self.notes[offset:] = data
            case _:
                self.told[command] = data
        self.note("told", f"{command.name} {packet.used.hex()}")
        if self.telephone_line is not None:
            self.telephone_line.look()


_AT_OFFSET = {Command.LCD: 24, Command.NOTES: 1024, Command.SCAN_CODE: SLOTS}
"""Where an offset may lead."""

_SIZES: Mapping[Command, tuple[int, ...]] = MappingProxyType(
    {
        Command.LCD: tuple(range(1, 12)),
        Command.NOTES: tuple(range(1, 12)),
        Command.LED: (1, 2),
        Command.VERSION: (1, 2),
        Command.SERIAL: (10,),
        Command.EVENTS: (1, 3),
    }
)

_VALUES: Mapping[Command, tuple[int, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                Command.BELL,
                Command.SEIZE,
                Command.TONE,
                Command.SPEAKER,
                Command.SWITCH,
                Command.BACKLIGHT,
                Command.JOIN,
            ),
            (0, 1),
        ),
        Command.RINGTONE: (0x00, 0x24),
        Command.LED: (0x00, 0x01, 0xFF),
    }
)

_ASKS = frozenset({Command.EVENTS, Command.SCAN_CODE, Command.VERSION, Command.SERIAL})


def _commands(model: Model) -> frozenset[Command]:
    """What a model understands (the module's table of features; ToxPhone for B2K and B3G)."""
    commands = set(_ASKS)
    if model.display:
        commands.add(Command.LCD)
    if model.lamp:
        commands.add(Command.LED)
    if model.buzzer:
        commands |= {Command.NOTES, Command.RINGTONE, Command.VOLUME}
    if model.hook is Hook.HOOK:
        commands |= {Command.HOOK, Command.SPEAKER, Command.TONE, Command.BACKLIGHT}
    if model.line:
        commands |= {Command.BELL, Command.SEIZE, Command.SWITCH, Command.TONE}
    if model.hook is Hook.HANDSET:
        commands.add(Command.HANDSET)
    if model.hook is Hook.EVENTS:
        commands.add(Command.JOIN)
    return frozenset(commands)


def simulated_yealink(
    model: str, exchange: Exchange, faults: Iterable[str] = (), number: str = "1001"
) -> SimulatedYealink:
    """One of MODELS on an exchange; PortError lists what faults there are."""
    return SimulatedYealink(model, exchange, SimulatedYealink.parse_faults(faults), number)
