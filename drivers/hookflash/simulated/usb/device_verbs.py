"""A UsbServer's verbs for people at handsets and phones, and for a modem's port."""

from typing import Any

from ...handset_events import Button
from ..vendor_phone import SimulatedVendorPhone
from .acm import AcmModem
from .seen import seen
from .verbs import Verbs

Passed = tuple[float, str, str]
"""What passed at a handset or phone: seconds, what, detail (HidEntry)."""


class PeopleVerbs(Verbs):
    """What people do with handsets and vendor phones, and see on them."""

    def lift(self, name: str) -> None:
        """Lift a handset, or press the key that does. WrongState if it is lifted."""
        self._phone(name).lift()

    def put_down(self, name: str) -> None:
        """Put it down, or press the key that does. WrongState if it lies there."""
        self._phone(name).put_down()

    def press(self, name: str, keys: str) -> None:
        """Press and release keys of its keypad, one after another. ValueError: no such key."""
        self._phone(name).press(keys)

    def press_key(self, name: str, key: str) -> None:
        """Press and release one key: of a handset a Button (`flash`, `redial`, `hold`, `reject` …),
        of a vendor phone a key by its name. ValueError: no such key."""
        phone = self._phone(name)
        if isinstance(phone, SimulatedVendorPhone):
            phone.press_key(key)
        else:
            phone.press_button(Button(key))

    def key_down(self, name: str, key: str) -> None:
        """Press a key and keep it down."""
        self._phone(name).key_down(key)

    def key_up(self, name: str) -> None:
        """Let go of it."""
        self._phone(name).key_up()

    def flash(self, name: str) -> None:
        """Press its flash key."""
        self.press_key(name, "flash")

    def mute(self, name: str) -> None:
        """Press its mute key."""
        phone = self._phone(name)
        if isinstance(phone, SimulatedVendorPhone):
            phone.press_key("mute")
        else:
            phone.mute()

    def seen(self, name: str) -> dict[str, Any]:
        """What it shows. Of a handset the fields of Lamps: ringing, off_hook, held, muted,
        message_waiting (bool), text (its display's lines). Of a vendor phone what it has of: text,
        icons (sorted names), is_lit, line_lamp_is_lit, rings, buzzes, is_lifted."""
        with self._exchange.lock:
            return seen(self._phone(name))

    def wait_seen(self, name: str, timeout: float = 5.0, **wanted: Any) -> dict[str, Any]:
        """Wait until some of what it shows is so; all of it. KeyError: it shows no such thing."""
        phone = self._phone(name)

        def so() -> bool:
            shown = seen(phone)
            return all(shown[field] == value for field, value in wanted.items())

        try:
            phone.wait_until(so, timeout)
        except TimeoutError as error:
            raise TimeoutError(f"{name}: not {wanted}, but {seen(phone)}; {error}") from error
        return self.seen(name)

    def wait_text(self, name: str, part: str, timeout: float = 5.0) -> str:
        """Wait until its display says that somewhere; all that it says then."""
        phone = self._phone(name)
        phone.wait_until(lambda: part in seen(phone)["text"], timeout)
        return str(self.seen(name)["text"])

    def journal(self, name: str, what: str = "") -> list[Passed]:
        """What passed at a handset or phone: all, or one kind: `sent`, `output`, `feature`,
        `refused`, `misuse`, `person`, `lamps`, `unplugged`, `plugged_in`."""
        with self._exchange.lock:
            entries = self._phone(name).journal
            return [(e.at, e.what, e.detail) for e in entries if what in ("", e.what)]

    def wait_passed(self, name: str, what: str, detail: str = "", timeout: float = 5.0) -> None:
        """Wait until its journal holds such an entry, with that somewhere in its detail."""
        phone = self._phone(name)
        phone.wait_until(
            lambda: any(e.what == what and detail in e.detail for e in phone.journal), timeout
        )

    def clear_journal(self, name: str) -> None:
        """Forget what passed."""
        with self._exchange.lock:
            self._phone(name).journal.clear()


class ModemVerbs(Verbs):
    """What a modem's USB side knows."""

    def modem(self, name: str) -> dict[str, Any]:
        """dtr, rts, carrier, off_hook (bool), rate, bits, parity, stop (line coding), breaks
        (count), family."""
        with self._exchange.lock:
            return _modem_told(self._modem(name))

    def wait_modem(self, name: str, timeout: float = 5.0, **wanted: Any) -> dict[str, Any]:
        """Wait until some of these are so; all of them."""
        modem = self._modem(name)

        def so() -> bool:
            told = _modem_told(modem)
            return all(told[field] == value for field, value in wanted.items())

        self._wait_line(so, f"{name}: {wanted}", timeout, lambda: str(_modem_told(modem)))
        return self.modem(name)

    def set_carrier(self, name: str, on: bool) -> None:
        """Raise or lower the circuit CD, which this modem never does itself."""
        self._modem(name).set_carrier(on)

    def received(self, name: str) -> bytes:
        """The last 64 KiB that programs wrote to it."""
        with self._exchange.lock:
            return bytes(self._modem(name).received)

    def wait_received(self, name: str, part: bytes, timeout: float = 5.0) -> None:
        """Wait until programs wrote that."""
        modem = self._modem(name)
        self._wait_line(
            lambda: part in modem.received,
            f"{name}: {part!r}",
            timeout,
            lambda: repr(bytes(modem.received[-200:])),
        )

    def say(self, name: str, data: bytes) -> None:
        """Let it send bytes, whatever they are, as if it had something to say."""
        with self._exchange.lock:
            self._modem(name).send_to_host(data)


def _modem_told(modem: AcmModem) -> dict[str, Any]:
    return {
        "family": modem.modem.family.name,
        "dtr": modem.dtr,
        "rts": modem.rts,
        "carrier": modem.carrier,
        "off_hook": modem.modem.line.is_off_hook,
        "rate": modem.coding.rate,
        "bits": modem.coding.bits,
        "parity": modem.coding.parity,
        "stop": modem.coding.stop,
        "breaks": modem.breaks,
    }
