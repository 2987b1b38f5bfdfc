"""Why a device that is plugged in could not be opened now."""

import sys


def trouble_with(path: str, driver: str, vendor: int, product: int) -> str:
    """The trouble with a node and its cure; "" if nothing is known. driver: `modem` or `hid`.

    Where only opening would tell (Windows, macOS), nothing is.
    """
    if sys.platform != "linux":
        return ""
    from ..devnode import permission_trouble, tty_holders  # needs what only Linux has

    if trouble := permission_trouble(path, driver, vendor, product):
        return trouble
    if driver == "modem" and (holders := tty_holders(path)):
        return f"{', '.join(holders)} holds it; close that program"
    return ""
