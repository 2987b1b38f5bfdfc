"""The place where a device is plugged in: what can be done to it without its help."""

from abc import ABC, abstractmethod


class Place(ABC):
    """Where a device is plugged in.

    Both verbs return when the device is back and its port can be opened again, perhaps under
    another path: see `tty`. Close the port before. Both raise

    - NotSupported: it cannot be done here; the message says why, and the cure;
    - CommandTimeout: the device did not come back within `timeout` seconds;
    - PortError: there is no permission (the message names the cure), or no device.
    """

    name: str
    """The place in the system's own words, such as USB's `1-1.4`; the same after each replug."""

    @abstractmethod
    def reset(self, timeout: float) -> None:
        """Have the device start anew by a USB reset; its power stays on."""

    @abstractmethod
    def power_cycle(self, timeout: float) -> None:
        """Cut the device's power for some seconds. Verified: it disappeared and came back."""

    def tty(self) -> str:
        """The path of the port as it is now; "" where a device has none (open its URL again).

        Raises PortError while there is no device, or none with that port.
        """
        return ""

    def ids(self) -> tuple[int, int]:
        """USB vendor and product of the device; zeros where there are none."""
        return (0, 0)
