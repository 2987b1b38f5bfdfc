"""The known devices: the one table of USB ids.

A handset needs no row: any that declares the HID telephony page works. A row gives it a name and
its profile (`hid/profiles.py`), which is what its descriptor cannot say. A modem is found by
probing; its row is one more piece of evidence for its family (`modem/profiles.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

USB_IDS = "usb.ids 2025.07.26"
CDC_ACM = "linux drivers/usb/class/cdc-acm.c, device table; usb.ids 2025.07.26"
HID_IDS = "linux drivers/hid/hid-ids.h"
XLITE = "X-Lite, device files (HID/*.cps) and AudioDevices.txt"
GONNECT = "report descriptor in gonicus/gonnect tests/resources/hid"
HIDAPI = "report descriptor in libusb/hidapi windows/test/data"
DESCRIPTOR = "report descriptor of the device, read"
YEALINK_C = "linux drivers/input/misc/yealink.c"
CM109_C = "linux drivers/input/misc/cm109.c"
GENESYS = "softphone-vendor-headsets, device filters by vendor"


@dataclass(frozen=True, slots=True)
class Known:
    """One row. vendor, product: USB ids; no product: every device of this vendor that has no row.

    driver: `modem`, `hid` or `usb` (a telephone with its vendor's protocol). profile: a row of that
    driver's profiles, by name; of `usb`: the protocol. source: where the id and the name were read.
    chosen: False for what is only used when a URL names it, because its ids belong to other things
    too.
    """

    vendor: int
    product: int | None
    name: str
    driver: str
    profile: str
    source: str
    chosen: bool = True


def _rows(
    driver: str,
    profile: str,
    source: str,
    vendor: int,
    names: Mapping[int | None, str],
    *,
    chosen: bool = True,
) -> tuple[Known, ...]:
    """Rows of one vendor that have all but name and product in common."""
    return tuple(
        Known(vendor, id_, name, driver, profile, source, chosen) for id_, name in names.items()
    )


_MODEMS = (
    *_rows("modem", "usr5637", USB_IDS, 0x0BAF, {0x0303: "USRobotics USR5637"}),
    *_rows(
        "modem",
        "cx930xx",
        CDC_ACM,
        0x0572,
        {
            0x1321: "Conexant CX93010",
            0x1324: "Conexant RD02-D400",
            0x1328: "Shiro, Aztech UM-3100, TrendNet TFM-561",
            0x1329: "Hummingbird huc56s",
            0x1340: "Conexant CX93010 ACF",
            0x1349: "Hiro H50228",
        },
    ),
    *_rows("modem", "cx930xx", CDC_ACM, 0x0803, {0x3095: "Zoom 3095"}),
    *_rows(
        "modem",
        "multitech",
        USB_IDS,
        0x06E0,
        {
            0x0319: "MultiTech MT9234ZBA-USB",
            0xF103: "MultiTech MT5634MU",
            0xF107: "MultiTech MT5634ZBA-USB-V92",
            0xF120: "MultiTech MT9234ZBA-USB-CDC-ACM-XR",
        },
    ),
    *_rows("modem", "lucent", USB_IDS, 0x047E, {0xBAD1: "Lucent 56k Modem"}),
    *_rows(
        "modem",
        "usr_sharp",
        USB_IDS,
        0x04C1,
        {
            0x0020: "USRobotics 56K Voice Pro",
            0x0022: "USRobotics 56K Voice Pro",
            0x3021: "USRobotics 56k Voice FaxModem Pro",
        },
    ),
)

_JABRA = (
    *_rows("hid", "jabra", USB_IDS, 0x0B0E, {None: "Jabra (GN)"}),
    *_rows(
        "hid",
        "jabra",
        GONNECT,
        0x0B0E,
        {0x0307: "Jabra Evolve Link MS", 0x2453: "Jabra BIZ 2400 II", 0x2456: "Jabra Speak 810"},
    ),
    *_rows(
        "hid",
        "jabra",
        USB_IDS,
        0x0B0E,
        {
            0x0305: "Jabra Evolve Link MS",
            0x0311: "Jabra Evolve 65",
            0x0343: "Jabra UC Voice 150a",
            0x0348: "Jabra UC Voice 550a MS",
            0x034C: "Jabra UC Voice 750 MS",
            0x034D: "Jabra UC Voice 750",
            0x0422: "Jabra Speak 510",
            0x0933: "Jabra Freeway",
            0x1022: "Jabra PRO 9450",
            0x1900: "Jabra BIZ 1900",
            0x245E: "Jabra Link 370",
            0xA346: "Jabra Engage 75, Link 360",
        },
    ),
    *_rows(
        "hid",
        "jabra",
        XLITE,
        0x0B0E,
        {
            0x0030: "Jabra UC Voice 550",
            0x0031: "Jabra UC Voice 550",
            0x0032: "Jabra UC Voice 550",
            0x0033: "Jabra UC Voice 550",
            0x0040: "Jabra UC Voice 150 MS duo",
            0x0041: "Jabra UC Voice 150 duo",
            0x0042: "Jabra UC Voice 150 MS mono",
            0x0043: "Jabra UC Voice 150 mono",
            0x0320: "Jabra Link 320",
            0x0340: "Jabra UC Voice 250 MS",
            0x0341: "Jabra UC Voice 250",
            0x0360: "Jabra BIZ 360 MS duo",
            0x0361: "Jabra BIZ 360 MS mono",
            0x0362: "Jabra BIZ 360 duo",
            0x0363: "Jabra BIZ 360 mono",
            0x0410: "Jabra Speak 410",
            0x0412: "Jabra Speak 410",
            0x0420: "Jabra Speak 510",
            0x0750: "Jabra UC Voice 750",
            0x0753: "Jabra UC Voice 750 MS mono",
            0x090A: "Jabra BIZ 2400",
            0x0910: "Jabra Link 280",
            0x091C: "Jabra BIZ 2400",
            0x0930: "Jabra BIZ 620",
            0x0931: "Jabra BIZ 620",
            0x1003: "Jabra GO 6470",
            0x1004: "Jabra GO 6470",
            0x1016: "Jabra PRO 930",
            0x1017: "Jabra PRO 930",
            0x1021: "Jabra PRO 9450",
            0x1041: "Jabra PRO 9460, 9470",
            0x1042: "Jabra PRO 9460, 9470",
            0x2001: "GN 2000",
            0x2002: "GN 2000",
            0x2003: "GN 2000",
            0x2004: "GN 2000",
            0x2007: "GN 2000",
            0x2400: "Jabra BIZ 2400 mono",
            0x2401: "Jabra BIZ 2400 mono",
            0x9330: "Jabra GN9330",
            0x9350: "Jabra GN9350",
            0xA340: "Jabra Link 350",
            0xA342: "Jabra Link 350",
        },
    ),
    *_rows("hid", "jabra_dial", XLITE, 0x0B0E, {0x0520: "Jabra DIAL 520"}),
)

_PLANTRONICS = (
    *_rows("hid", "plantronics", USB_IDS, 0x047F, {None: "Plantronics, Poly"}),
    *_rows(
        "hid",
        "plantronics",
        GONNECT,
        0x047F,
        {
            0x02E6: "Poly BT700",
            0x02EC: "Poly Voyager Base CD",
            0xC053: "Plantronics Blackwire C5220",
        },
    ),
    *_rows("hid", "plantronics", HIDAPI, 0x047F, {0xC056: "Plantronics Blackwire 3220"}),
    *_rows(
        "hid",
        "plantronics",
        HID_IDS,
        0x047F,
        {
            0x430C: "Plantronics Blackwire 3325",
            0x431E: "Plantronics EncorePro 500",
            0xC057: "Plantronics Blackwire 3215",
            0xC058: "Plantronics Blackwire 3225",
        },
    ),
    *_rows("hid", "plantronics", XLITE, 0x047F, {0x0A11: "Plantronics P540-M"}),
)

_EPOS = (
    *_rows("hid", "epos", USB_IDS, 0x1395, {None: "EPOS, Sennheiser (DSEA)"}),
    *_rows(
        "hid",
        "epos",
        GONNECT,
        0x1395,
        {0x0082: "Sennheiser SC 660 ANC", 0x009C: "EPOS IMPACT D1", 0x00A9: "EPOS IMPACT D"},
    ),
    *_rows("hid", "epos", DESCRIPTOR, 0x1395, {0x00A2: "EPOS IMPACT DW"}),
    *_rows(
        "hid",
        "epos",
        XLITE,
        0x1395,
        {
            0x0008: "Sennheiser VoIP USB headset",
            0x0028: "Sennheiser SC230 CTRL",
            0x0029: "Sennheiser SC260 CTRL",
            0x0034: "Sennheiser SC30 CTRL",
            0x0035: "Sennheiser SC60 CTRL",
            0x0038: "Sennheiser SC630 CTRL",
            0x0039: "Sennheiser SC660 CTRL",
        },
    ),
    *_rows(
        "hid",
        "epos",
        USB_IDS,
        0x1395,
        {
            0x005B: "Sennheiser SC40 CTRL",
            0x005C: "Sennheiser SC70 CTRL",
            0x0061: "Sennheiser SCx5 CTRL",
        },
    ),
)

_OTHERS = (
    *_rows("hid", "yealink", USB_IDS, 0x6993, {None: "Yealink"}),
    *_rows("hid", "yealink", GONNECT, 0x6993, {0xB02B: "Yealink WH66"}),
    *_rows(
        "hid",
        "logitech",
        XLITE,
        0x046D,
        {
            0x084C: "Logitech ConferenceCam Connect",
            0x0857: "Logitech Group",
            0x0A46: "Logitech H650e stereo",
            0x0A47: "Logitech H650e mono",
            0x0A49: "Logitech H820e stereo",
            0x0A4A: "Logitech H820e mono",
        },
    ),
    *_rows(
        "hid",
        "logitech",
        USB_IDS,
        0x046D,
        {
            0x0846: "Logitech ConferenceCam CC3000e",
            0x0882: "Logitech Group",
            0x0A90: "Logitech Zone receiver",
        },
    ),
    *_rows("hid", "logitech", DESCRIPTOR, 0x046D, {0x0944: "Logitech MX Brio"}),
    *_rows("hid", "cx300", DESCRIPTOR, 0x095D, {0x9201: "Polycom CX300"}),
    *_rows("hid", "dell", DESCRIPTOR, 0x413C, {0x8223: "Dell SP325"}),
    *_rows("hid", "anker", DESCRIPTOR, 0x291A, {0x3301: "Anker PowerConf"}),
    *_rows(
        "hid",
        "google",
        "systemd pull request 23372",
        0x18D1,
        {0x8001: "Google Hangouts Meet speakermic"},
    ),
    *_rows("hid", "hid", XLITE, 0x095D, {0x0005: "Polycom CX100"}),
    *_rows("hid", "hid", GENESYS, 0x3391, {None: "Cyber Acoustics"}),
    *_rows("hid", "hid", GENESYS, 0x340B, {None: "VBeT"}),
    *_rows("hid", "hid", XLITE, 0x06E6, {0xF210: "TigerJet USB-2008"}),
    *_rows("hid", "hid", XLITE, 0x190D, {0x0002: "USB SLIC dongle (an ordinary telephone)"}),
)

_PHONES = (
    *_rows("usb", "yealink", YEALINK_C, 0x6993, {0xB001: "Yealink USB-P1K, P4K, B2K, B3G"}),
    *_rows("usb", "cm109", CM109_C, 0x0D8C, {0x000E: "C-Media CM109 handset"}, chosen=False),
    *_rows(
        "usb", "cm109", USB_IDS, 0x0D8C, {0xB213: "USB Phone CM109 (CT2000, VPT1000)"}, chosen=False
    ),
)

CATALOG: tuple[Known, ...] = (*_MODEMS, *_JABRA, *_PLANTRONICS, *_EPOS, *_OTHERS, *_PHONES)
"""All rows."""

_BY_ID = {(row.vendor, row.product): row for row in CATALOG}


def find(vendor: int, product: int) -> Known | None:
    """The row of a device: its own, else its vendor's; None if it is not known."""
    return _BY_ID.get((vendor, product)) or _BY_ID.get((vendor, None))


def ids_of(driver: str, profile: str) -> tuple[tuple[int, int], ...]:
    """USB ids of all devices that have this profile; rows for whole vendors are left out."""
    return tuple(
        (row.vendor, row.product)
        for row in CATALOG
        if (row.driver, row.profile) == (driver, profile) and row.product is not None
    )


def usb_text(vendor: int, product: int | None) -> str:
    """A USB id as lsusb writes it: `0baf:0303`; `0b0e:*` for a whole vendor."""
    return f"{vendor:04x}:{'*' if product is None else f'{product:04x}'}"
