"""Simulated handsets and vendor phones behind the HID class: descriptors and reports both ways."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import pytest

from hookflash.simulated import Exchange
from hookflash.simulated.handset import SimulatedHandset
from hookflash.simulated.hid_models import MODELS, find_model
from hookflash.simulated.usb.hid import FROM_HOST, OUT_ENDPOINT, TO_HOST, handset_function
from hookflash.simulated.usb.vendor import vendor_function
from hookflash.simulated.vendor_phone import SimulatedVendorPhone, VendorModel
from support.usbhost import STALL, Plugged

INPUT, OUTPUT, FEATURE = 0x100, 0x200, 0x300
GET_REPORT, SET_REPORT = 1, 9


def handset_of(exchange: Exchange, model: str, faults: Iterable[str] = ()) -> SimulatedHandset:
    return SimulatedHandset(find_model(model), exchange, faults)


@pytest.mark.parametrize("model", sorted(MODELS))
def test_descriptors(exchange: Exchange, model: str) -> None:
    handset = handset_of(exchange, model)
    with Plugged(handset_function(handset)) as plugged:
        configuration = plugged.host.configure()
        device = struct.unpack_from("<HH", plugged.host.descriptor(1, length=18), 8)
        assert device == (handset.info.vendor_id, handset.info.product_id)
        report = handset.layout.descriptor
        hid = struct.pack("<BBHBBBH", 9, 0x21, 0x0111, 0, 1, 0x22, len(report))
        assert hid in configuration
        assert plugged.host.control(0x81, 6, 0x2100, 0, 9).data == hid
        assert plugged.host.control(0x81, 6, 0x2200, 0, 4096).data == report
        addresses = [TO_HOST, FROM_HOST] if model in OUT_ENDPOINT else [TO_HOST]
        assert configuration[13] == len(addresses)


@pytest.mark.parametrize("model", ["jabra", "unnumbered"])
def test_input_reports(exchange: Exchange, model: str) -> None:
    handset = handset_of(exchange, model)
    with Plugged(handset_function(handset)) as plugged:
        plugged.host.configure()
        first = plugged.host.submit(TO_HOST, 64)
        plugged.host.settle()
        handset.lift()
        said = plugged.host.wait(first).data
        sent = bytes.fromhex(next(e.detail for e in handset.journal if e.what == "sent"))
        assert said == (sent if sent[0] else sent[1:])
        report_id = sent[0]
        now = plugged.host.control(0xA1, GET_REPORT, INPUT | report_id, 0, 64).data
        assert now == handset.get_input(report_id, 64)[0 if report_id else 1 :]


@pytest.mark.parametrize("out", [True, False])
@pytest.mark.parametrize("model", ["jabra", "unnumbered"])
def test_output_reports(exchange: Exchange, model: str, out: bool) -> None:
    handset = handset_of(exchange, model)
    layout = handset.layout
    place = layout.places["ring_lamp"]
    report = layout.encode(place.report_type, place.report_id, {"ring_lamp": 1})
    wire = report if place.report_id else report[1:]
    with Plugged(handset_function(handset, out=out)) as plugged:
        plugged.host.configure()
        if out:
            done = plugged.host.write(FROM_HOST, wire)
        else:
            done = plugged.host.control(0x21, SET_REPORT, OUTPUT | place.report_id, 0, wire)
        assert done.sent == len(wire)
        assert handset.lamps.ringing
        assert [e.detail for e in handset.journal if e.what == "output"] == [report.hex()]


def test_feature_reports(exchange: Exchange) -> None:
    handset = handset_of(exchange, "jabra")
    with Plugged(handset_function(handset)) as plugged:
        host = plugged.host
        host.configure()
        before = host.control(0xA1, GET_REPORT, FEATURE | 4, 0, 8).data
        assert before == handset.get_feature(4, 8)
        assert host.control(0x21, SET_REPORT, FEATURE | 4, 0, b"\4\0").status == 0
        assert host.control(0xA1, GET_REPORT, FEATURE | 4, 0, 8).data == b"\4\0"


@pytest.mark.parametrize(
    ("request_type", "request_", "value", "index", "asked"),
    [
        (0xA1, GET_REPORT, INPUT | 0x66, 0, 8),
        (0xA1, GET_REPORT, OUTPUT | 2, 0, 8),
        (0xA1, GET_REPORT, FEATURE | 0x66, 0, 8),
        (0xA1, GET_REPORT, INPUT | 2, 1, 8),  # of an interface that is not there
        (0x21, SET_REPORT, OUTPUT | 2, 0, b"\2"),  # too short
        (0x21, SET_REPORT, OUTPUT | 2, 0, b"\3\0\0"),  # says two ids
        (0x21, SET_REPORT, OUTPUT | 0x66, 0, b"\x66\0"),
        (0x21, SET_REPORT, FEATURE | 0x66, 0, b"\x66\0"),
        (0x21, SET_REPORT, INPUT | 2, 0, b"\2\0\0"),
        (0x21, SET_REPORT, OUTPUT | 2, 0, 0),
        (0x21, 0x0B, 0, 0, 0),  # SET_PROTOCOL: it is no boot device
    ],
)
def test_what_it_has_not_stalls(
    exchange: Exchange,
    request_type: int,
    request_: int,
    value: int,
    index: int,
    asked: int | bytes,
) -> None:
    with Plugged(handset_function(handset_of(exchange, "jabra"))) as plugged:
        plugged.host.configure()
        assert plugged.host.control(request_type, request_, value, index, asked).status == STALL
        assert plugged.host.control(0x21, 0x0A, 0, 0, 0).status == 0  # SET_IDLE
        assert plugged.host.control(0xA1, 0x02, 0, 0, 1).data == b"\0"


def test_a_wrong_output_report_halts_the_out_endpoint(exchange: Exchange) -> None:
    with Plugged(handset_function(handset_of(exchange, "epos"))) as plugged:
        plugged.host.configure()
        assert plugged.host.write(FROM_HOST, b"\x66\0").status == STALL
        assert plugged.host.control(0x82, 0, 0, FROM_HOST, 2).data == b"\1\0"


def test_a_report_that_is_too_long_for_the_host_is_an_overflow(exchange: Exchange) -> None:
    handset = handset_of(exchange, "jabra", {"long_reports"})
    with Plugged(handset_function(handset)) as plugged:
        plugged.host.configure()
        asked = plugged.host.submit(TO_HOST, 3)
        handset.lift()
        assert plugged.host.wait(asked).status == -75


def test_pulled_and_reset_it_is_dark(exchange: Exchange) -> None:
    handset = handset_of(exchange, "jabra")
    handset.write(b"\2\5\0")
    with Plugged(handset_function(handset)) as plugged:
        plugged.host.configure()
        plugged.host.control(0x21, SET_REPORT, OUTPUT | 2, 0, b"\2\5\0")
        assert handset.lamps.ringing
        plugged.host.configure()  # looks at address 0: a reset
        assert not handset.lamps.ringing
        asked = plugged.host.submit(TO_HOST, 64)
        handset.lift()
        assert plugged.host.wait(asked).data
        handset.unplug()  # as its console does
        plugged.ended()
    assert not handset.is_plugged_in


class Parrot(SimulatedVendorPhone):
    """A vendor phone that says what it hears."""

    def _heed(self, data: bytes) -> None:
        self._tell(data)

    @property
    def keys(self) -> tuple[str, ...]:
        return ()

    def key_down(self, key: str) -> None:
        raise ValueError(key)

    def key_up(self) -> None:
        raise ValueError("it has none")


def test_a_vendor_phone_sits_behind_other_interfaces(exchange: Exchange) -> None:
    phone = Parrot(VendorModel("p", 0x6993, 0xB001, "Parrot", 3, 16, 0x0123), exchange)
    with Plugged(vendor_function(phone, "S1")) as plugged:
        host = plugged.host
        configuration = host.configure()
        assert configuration[4] == 4
        assert host.control(0x81, 6, 0x2200, 3, 256).data == phone.get_report_descriptor()
        assert host.control(0x81, 6, 0x2200, 0, 256).status == STALL
        words = [bytes([n]) * 16 for n in range(10)]
        for word in words:  # nobody asks meanwhile: a driver that reads with a time limit
            assert host.control(0x21, SET_REPORT, OUTPUT, 3, word).sent == 16
        assert [host.read(0x81, 16) for _ in words] == words
        assert host.control(0x21, SET_REPORT, OUTPUT, 3, bytes(15)).status == STALL
        assert host.control(0xA1, GET_REPORT, INPUT, 3, 16).status == STALL
