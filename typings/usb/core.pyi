from array import array
from collections.abc import Callable, Iterator

from usb.backend import IBackend

class USBError(OSError):
    backend_error_code: int | None
    def __init__(
        self, strerror: str, error_code: int | None = ..., errno: int | None = ...
    ) -> None: ...

class USBTimeoutError(USBError): ...

class Endpoint:
    bEndpointAddress: int  # noqa: N815
    bmAttributes: int  # noqa: N815
    wMaxPacketSize: int  # noqa: N815

class Interface:
    bInterfaceNumber: int  # noqa: N815
    bAlternateSetting: int  # noqa: N815
    bInterfaceClass: int  # noqa: N815
    extra_descriptors: list[int]
    def __iter__(self) -> Iterator[Endpoint]: ...

class Configuration:
    def __iter__(self) -> Iterator[Interface]: ...

class Device:
    idVendor: int  # noqa: N815
    idProduct: int  # noqa: N815
    bus: int
    address: int
    manufacturer: str | None
    serial_number: str | None
    def get_active_configuration(self) -> Configuration: ...
    def is_kernel_driver_active(self, interface: int) -> bool: ...
    def detach_kernel_driver(self, interface: int) -> None: ...
    def attach_kernel_driver(self, interface: int) -> None: ...
    def clear_halt(self, ep: int) -> None: ...
    def read(self, endpoint: int, size_or_buffer: int, timeout: int = ...) -> array[int]: ...
    def write(self, endpoint: int, data: bytes, timeout: int = ...) -> int: ...
    def ctrl_transfer(
        self,
        bmRequestType: int,  # noqa: N803
        bRequest: int,  # noqa: N803
        wValue: int,  # noqa: N803
        wIndex: int,  # noqa: N803
        data_or_wLength: bytes | int,  # noqa: N803
        timeout: int = ...,
    ) -> int | array[int]: ...

def find(
    *, backend: IBackend, custom_match: Callable[[Device], bool], **fields: int
) -> Device | None: ...
