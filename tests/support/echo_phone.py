"""The least of a vendor phone: what it is told it says again."""

from __future__ import annotations

from hookflash.simulated import Exchange
from hookflash.simulated.vendor_phone import SimulatedVendorPhone, VendorModel

MODEL = VendorModel("echo", 0x6993, 0xB001, "Echo phone", interface=3, report_size=8)


class EchoPhone(SimulatedVendorPhone):
    """Made for tests of ports; its keys say nothing."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(MODEL, exchange)

    @property
    def keys(self) -> tuple[str, ...]:
        return ()

    def key_down(self, key: str) -> None:
        raise ValueError(f"it has no key {key!r}")

    def key_up(self) -> None:
        pass

    def _heed(self, data: bytes) -> None:
        self._tell(data)

    def say(self, data: bytes) -> None:
        """Send a report."""
        with self.exchange.lock:
            self._tell(data)
