"""Modems on real ttys and a telephone on a real hidraw node, by simulated USB, on our own exchange.

The devices and the exchange are served by a process of their own (support/usbsuite.py), to this
machine's kernel: see docs/usb-bench.md. For Linux only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial

from hookflash import LineSettings
from hookflash.hid.devices import open_port as open_hid_port
from hookflash.hid.line import HidLine
from hookflash.hid.port import HidPort
from hookflash.modem import Port
from hookflash.modem.devices import open_port
from hookflash.simulated import FAMILIES
from hookflash.simulated.hid_line import KEYS
from hookflash.simulated.hid_models import find_model
from hookflash.simulated.hid_writer import Layout
from support.usbnodes import node
from support.usbsuite import SuiteServer
from usbbench.run import PATIENCE

from . import simulated
from .backend import SETTINGS, Backend, Caller, Row
from .facts import lacks_of
from .hid import COMPLETE, TappedHidPort
from .hid import LACKS as HID_LACKS
from .modem_backend import ModemBackend
from .table import USB

PACE = 2 + float(os.environ.get(PATIENCE, "1"))
"""By this all times of the rows in the process are multiplied."""

OURS = "simulated device and exchange, both ours; kernel, udev and its drivers are not"

_TIMES = ("second_dial_tone_ms", "transfer_settle_ms", "refuse_ms", "ring_burst_ms")
_GONE = ("ringback_gone_ms", "ring_gone_ms")


def _scaled(timing: Mapping[str, float]) -> dict[str, float]:
    return {name: seconds * PACE for name, seconds in timing.items()}


def _settings(settings: LineSettings) -> LineSettings:
    return replace(
        settings, **{name: round(getattr(settings, name) * PACE) for name in (*_TIMES, *_GONE)}
    )


class OnServer(Backend):
    """Whatever is plugged in as a number's telephone: the network's side of it.

    The device stays plugged in from test to test.
    """

    patience = 60.0
    settings = _settings(SETTINGS)

    def __init__(self, row: str, spec: str, number: str, usb: SuiteServer) -> None:
        super().__init__(row)
        self.usb = usb
        self.number = number
        self.spec = f"{spec}@{number}"
        usb.renew_network()
        usb.set_plan({name: asdict(far) for name, far in simulated.NUMBERS.items()})
        usb.set_timing(**_scaled(asdict(simulated.TIMING)))

    def plug(self, subsystem: str) -> str:
        """See to it that it is plugged in, and in order; its serial number."""
        if self.row not in [device["name"] for device in self.usb.devices()]:
            self.usb.plug(self.spec, name=self.row)
        elif self.usb.faults(self.row):
            # The endpoint that refused something stays halted: the kernel does not clear that.
            self.usb.unplug(self.row)
            self.usb.set_faults(self.row, [])
        self.usb.replug(self.row)
        device = self.usb.device(self.row)
        node(device["place"], subsystem, self.patience)
        return f"{device['ids']}?serial={device['serial']}"

    # --- the network's side -----------------------------------------------------------------------

    def no_dial_tone(self) -> str:
        self.usb.set_line(self.number, connected=False)
        return self.answers

    def wait_dialled(self, number: str) -> None:
        self._wait("dialled", number)

    def wait_ringback(self) -> None:
        self._wait_sound("ringback")

    def wait_busy(self) -> None:
        self._wait_sound("busy")

    def wait_far_answered(self) -> None:
        self._wait("far_answered")

    def far_end_hangs_up(self, sign: str = "busy") -> None:
        self.usb.set_line(self.number, clears_with=sign)
        self.usb.far_end_hangs_up(self.number)
        lasts = simulated.TIMING.far_hangup_tone + 3.5 * simulated.MODEM.dial_again
        self.usb.let_pass(PACE * lasts)

    def call_in(self, caller: Caller) -> Caller | None:
        silent = caller.silent or caller.absent
        assert self.usb.call_in_rhythm(
            self.number,
            "" if silent else caller.number,
            "" if silent else caller.name,
            absent=caller.absent,
            first=caller.first,
            cadence=tuple(seconds * PACE for seconds in caller.cadence),
        )
        return caller

    def caller_gives_up(self) -> None:
        self.usb.caller_gives_up(self.number)

    def call_waits(self, number: str, name: str) -> None:
        assert self.usb.call_waiting(number, name, self.number)
        self.usb.let_pass(2 * PACE * simulated.TIMING.caller_id)

    def wait_we_answered(self) -> None:
        self._wait("answered")

    def wait_on_hook(self) -> None:
        self.usb.wait_on_hook(self.number, self.patience)

    def reverses(self) -> None:
        self.usb.set_line(self.number, reverses=True)

    def wait_keys(self, keys: str) -> None:
        assert "".join(self._wait("dtmf") for _ in keys) == keys

    def no_keys(self) -> None:
        assert self._heard("dtmf") == []

    def press(self, keys: str, ms: int) -> None:
        self.usb.far_end_presses(keys, self.number, ms)

    def wait_flash(self) -> None:
        self._flash = self._wait("flash")

    def flash_ms(self) -> int:
        return int(self._flash)

    def no_flash(self) -> None:
        assert self._heard("flash") == []

    def wait_second_dial_tone(self) -> None:
        self._wait_sound("dial")

    def wait_transferred(self, target: str) -> None:
        self._wait("transferred", f"{self.answers} to {target}")

    def no_transfer(self) -> None:
        assert self._heard("transferred") == []

    def sound(self, tone: str) -> None:
        self.usb.sound(tone, self.number)

    def lift(self, phone: str) -> None:
        self.usb.lift_beside(phone, self.number)

    def put_down(self, phone: str) -> None:
        self.usb.put_down_beside(phone, self.number)

    def unplug(self) -> None:
        self.usb.unplug(self.row)

    def _wait(self, what: str, detail: str | None = None) -> str:
        return self.usb.wait_heard(what, detail, self.number, self.patience)

    def _wait_sound(self, tone: str) -> None:
        self.usb.wait_sound(tone, self.number, self.patience)

    def _heard(self, what: str) -> list[str]:
        heard = self.usb.heard(self.number)
        return [detail for _, _, entry, detail in heard if entry == what]


class UsbModem(OnServer, ModemBackend):
    """A modem of one family on a tty, found by its USB ids and serial number."""

    def __init__(self, row: str, family: str, number: str, usb: SuiteServer) -> None:
        super().__init__(row, f"modem:{family}", number, usb)
        if FAMILIES[family].burst_deaf:
            usb.set_timing(ring_off=PACE * simulated.SEIZABLE)

    def start(self, slow: bool) -> Callable[[], Port]:
        url = f"modem:{self.plug('tty')}"
        timing = simulated.SLOW_MODEM if slow else simulated.MODEM
        self.usb.set_modem_timing(self.row, **_scaled(asdict(timing)))
        if slow:
            self.usb.set_timing(settle=PACE * simulated.SLOW)
        return partial(open_port, url)

    def wait_flash(self) -> None:
        # Digits of a transfer that are sent one by one may not be taken for several numbers.
        self.usb.set_timing(complete=PACE * simulated.SLOW_DIGITS)
        super().wait_flash()

    def deafen(self) -> None:
        self.usb.set_faults(self.row, ["needs_reset"])


class UsbTelephone(OnServer):
    """A telephone with a line of its own, on hidraw."""

    settings = replace(
        _settings(SETTINGS), flash_window=(40, 200), transfer_settle_ms=round(3000 * COMPLETE)
    )
    tells_callers = False
    flash_slack_ms = 150

    def __init__(self, row: str, model: str, number: str, usb: SuiteServer) -> None:
        super().__init__(row, f"handset:{model}", number, usb)
        usb.set_timing(complete=2 * COMPLETE)
        self._layout = Layout(find_model(model).collections)
        self._written: list[bytes] = []

    def make_line(self, settings: LineSettings, slow: bool) -> HidLine:
        url = f"hid:{self.plug('hidraw')}"
        if slow:
            self.usb.set_timing(settle=PACE * simulated.SLOW)

        def tapped() -> HidPort:
            port = TappedHidPort(open_hid_port(url))
            self._written = port.written
            return port

        return HidLine(self.row, tapped, settings)

    @property
    def written(self) -> list[bytes]:
        return list(self._written)

    def dialled_in(self, written: list[bytes]) -> list[bytes]:
        kind = self._layout.places["line_key"].report_type
        values = [self._layout.decode(kind, report).get("line_key", 0) for report in written]
        keys = "".join(KEYS[value - 1] for value in values if value)
        return [keys.encode()] if keys else []

    def deafen(self) -> None:
        self.usb.set_faults(self.row, ["write_fails"])


USB_ROWS: tuple[Row, ...] = (
    *(
        Row(
            name=f"{USB}{family}",
            make=partial(UsbModem, f"{USB}{family}", family, number),
            lacks=lacks_of(family),
            what=f"{FAMILIES[family].title}, on ttyACM by simulated USB",
            ours=OURS,
            family=family,
            pace=PACE,
            on_usb=True,
        )
        for family, number in (("usr5637", "1001"), ("cx930xx", "1002"))
    ),
    Row(
        name=f"{USB}dual",
        make=partial(UsbTelephone, f"{USB}dual", "dual", "1003"),
        lacks=HID_LACKS,
        what="telephone with a line of its own, on hidraw by simulated USB",
        ours=OURS,
        pace=PACE,
        on_usb=True,
    ),
)
"""All that run in the virtual USB bench; `make` is given the SuiteServer."""
