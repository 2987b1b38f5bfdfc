"""The udev rules of the known devices, made from the table `catalog.py`. For Linux only.

Pure: text from rows. `hookflash udev-rules` prints it; udev/70-hookflash.rules is it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from .catalog import CATALOG, Known, find, usb_text
from .errors import BadSettings

FILE = "/etc/udev/rules.d/70-hookflash.rules"
"""After 60-serial.rules; before 73-seat-late.rules, which acts on `uaccess`."""

OWN_FILE = "/etc/udev/rules.d/69-hookflash-local.rules"
"""For an administrator's lines: they are read before ours, which then do the rest."""

GROUP = "dialout"
"""Where there is udev there is this group (Arch has `uucp`), for udev gives it every modem's tty;
and who is in it may dial already. `plugdev` is Debian's alone, and there every desktop user is in
it."""

INSTALL = f"as root: hookflash udev-rules > {FILE}, udevadm control --reload, plug it in again"
"""The cure for missing rules, as error messages name it."""

_GROUP_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
"""As useradd(8) has it."""

_HEAD = """\
# udev rules for the modems, handsets and telephones that hookflash knows; see docs/udev.md.
#
# Made by `hookflash udev-rules` from drivers/hookflash/catalog.py: what is changed here is lost.
# Other devices stand in a file of your own, @OWN_FILE@:
#
#   @HANDSET@
#   @MODEM@
#   @PHONE@
#
# The last is how a CM109 telephone is made known, too: its ids are those of sound sticks, whose
# pins may key a radio's transmitter, so nobody is given those unasked.
#
# Installed as @FILE@. Afterwards, as root:
#
#   udevadm control --reload
#   udevadm trigger --action=change --subsystem-match=usb --subsystem-match=hidraw \\
#       --subsystem-match=tty
#
# Who sits at the PC may use the devices (uaccess), and who is in the group @GROUP@, as the user of
# a service may be. The file's number is below 73, for 73-seat-late.rules is what acts on uaccess.

ACTION=="remove", GOTO="hookflash_end"
SUBSYSTEM=="hidraw", GOTO="hookflash_handsets"
SUBSYSTEM=="tty", KERNEL=="ttyACM[0-9]*|ttyUSB[0-9]*", GOTO="hookflash_modems"
SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", GOTO="hookflash_modems"
GOTO="hookflash_end"

"""

_TAIL = """\

LABEL="hookflash_found"
ENV{HOOKFLASH_DEVICE}!="?*", GOTO="hookflash_end"
TAG+="uaccess", GROUP="@GROUP@"
# ModemManager asks the USB device whether to keep off, and the port.
ENV{HOOKFLASH_DEVICE}=="modem", ENV{ID_MM_DEVICE_IGNORE}="1"
# Through the USB device a deaf modem is reset, and a telephone of its vendor's protocol is driven.
# Reading it stays free to all, as udev has it.
MODE="0660"
SUBSYSTEM=="usb", MODE="0664"
SUBSYSTEM=="usb", ENV{HOOKFLASH_DEVICE}!="phone", GOTO="hookflash_end"

# Names that stay: by serial number, if the device has one, and by the USB port it is plugged into.
IMPORT{builtin}="usb_id"
IMPORT{builtin}="path_id"
ENV{ID_SERIAL_SHORT}=="?*", ENV{.HOOKFLASH_ID}="$env{ID_VENDOR_ID}-$env{ID_MODEL_ID}-\
$env{ID_SERIAL_SHORT}"
ENV{.HOOKFLASH_ID}=="?*", ENV{ID_USB_INTERFACE_NUM}=="?*", ENV{.HOOKFLASH_ID}="\
$env{.HOOKFLASH_ID}-if$env{ID_USB_INTERFACE_NUM}"
ENV{.HOOKFLASH_ID}=="?*", SYMLINK+="phone/$env{HOOKFLASH_DEVICE}-$env{.HOOKFLASH_ID}"
ENV{ID_PATH}=="?*", SYMLINK+="phone/$env{HOOKFLASH_DEVICE}-$env{ID_PATH}"

LABEL="hookflash_end"
"""


def rules(group: str = GROUP) -> str:
    """The file. group: whose members may use the devices without sitting at the PC.

    BadSettings if no group can have that name.
    """
    if not _GROUP_NAME.fullmatch(group):
        raise BadSettings(f"udev rules: {group!r} is no group's name; a-z, 0-9, _ and - make one")
    lines = [
        'LABEL="hookflash_handsets"',
        *_of(row for row in CATALOG if row.driver == "hid"),
        'GOTO="hookflash_found"',
        "",
        'LABEL="hookflash_modems"',
        *_of(row for row in CATALOG if row.driver == "modem"),
        *_of(row for row in CATALOG if row.driver == "usb" and row.chosen),
    ]
    text = _HEAD + "\n".join(lines) + "\n" + _TAIL
    for name, value in {
        "FILE": FILE,
        "OWN_FILE": OWN_FILE,
        "GROUP": group,
        "HANDSET": handset_rule(0x1234, 0x5678),
        "MODEM": modem_rule(0x1234, 0x5678),
        "PHONE": phone_rule(0x1234, 0x5678),
    }.items():
        text = text.replace(f"@{name}@", value)
    return text


def handset_rule(vendor: int, product: int | None) -> str:
    """The line that makes a device known as a handset. No product: all of the vendor's.

    By its HID device's name, BUS:VENDOR:PRODUCT.NUMBER (linux drivers/hid/hid-core.c,
    hid_add_device), for above a hidraw node there are hubs too, and Bluetooth adapters.
    """
    ids = f"{vendor:04X}:" + ("" if product is None else f"{product:04X}.")
    return f'SUBSYSTEM=="hidraw", KERNELS=="0003:{ids}*", ENV{{HOOKFLASH_DEVICE}}="handset"'


def modem_rule(vendor: int, product: int) -> str:
    """The line that makes a device known as a modem: its tty and the USB device itself."""
    return (
        f'ATTRS{{idVendor}}=="{vendor:04x}", ATTRS{{idProduct}}=="{product:04x}", '
        'ENV{HOOKFLASH_DEVICE}="modem"'
    )


def phone_rule(vendor: int, product: int) -> str:
    """The line that makes a device known as a telephone of its vendor's protocol, which is driven
    through the USB device itself."""
    return (
        f'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{vendor:04x}", ATTR{{idProduct}}=="{product:04x}", '
        'ENV{HOOKFLASH_DEVICE}="phone"'
    )


def cure(driver: str, vendor: int, product: int) -> str:
    """What to do where there is no permission for a device of this driver (a row's)."""
    known = find(vendor, product)
    if (known is not None and known.driver == driver and known.chosen) or not vendor:
        return f"install the udev rules ({INSTALL}), or see docs/udev.md"  # 0: nobody knows which
    rule = _RULES[driver](vendor, product)
    why = "leave it alone" if known is not None and not known.chosen else "do not know it"
    return f"the udev rules {why}: add to {OWN_FILE} {rule} and install them ({INSTALL})"


_RULES: Mapping[str, Callable[[int, int], str]] = {
    "hid": handset_rule,
    "modem": modem_rule,
    "usb": phone_rule,
}


def _of(rows: Iterable[Known]) -> Iterator[str]:
    """A line for each row that no other row covers, after its name."""
    for row in rows:
        whole = find(row.vendor, -1)
        if row.product is not None and whole is not None and whole.driver == row.driver:
            continue
        yield f"# {row.name}, {usb_text(row.vendor, row.product)}"
        if row.driver == "hid":
            yield handset_rule(row.vendor, row.product)
        else:
            assert row.product is not None
            yield _RULES[row.driver](row.vendor, row.product)
