"""libusb, found: the wheel's first, so that nothing needs to be installed, then the system's."""

import logging
import threading

import libusb_package
import usb.backend.libusb1
from usb.backend import IBackend

from ..errors import PortError

log = logging.getLogger(__name__)

_finding = threading.Lock()


def load() -> IBackend:
    """pyusb's way to libusb; PortError if there is none that works."""
    with _finding:
        try:
            backend = libusb_package.get_libusb1_backend()
        except OSError as error:  # the wheel is of another platform
            log.warning("the libusb of libusb-package does not load: %s", error)
            backend = None
        backend = backend or usb.backend.libusb1.get_backend()
    if backend is None:
        raise PortError(
            "open: no libusb that works; install one (pip install libusb-package, or the system's "
            "package libusb-1.0), and give a container /dev/bus/usb"
        )
    return backend
