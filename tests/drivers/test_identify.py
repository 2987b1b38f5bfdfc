"""Which family it is: USB id before identity before masks, and the probed dialect above all."""

from __future__ import annotations

import pytest

from hookflash.modem.identify import Evidence, identify, usb_text
from support.played import CONEXANT_VLS, LUCENT_VLS

USR_USB = (0x0BAF, 0x0303)


@pytest.mark.parametrize(
    ("dialect", "said", "name"),
    [
        ("v253", {"ATI0": ["5601"]}, "usr5637"),
        ("v253", {"ATI3": ["U.S. Robotics 56K FAX USB V9.8.7"]}, "usr5637"),
        ("v253", {"ATI0": ["56000"]}, "cx930xx"),
        ("v253", {"ATI3": ["CX93001-EIS_V0.1234-V92"]}, "cx930xx"),
        ("v253", {"ATI3": ["CX81801-V90"]}, "cx930xx"),
        ("v253", {"ATI3": ["ACF3_V1.000-V90_P21_FSH"]}, "cx930xx"),
        ("v253", {"AT+GMI9": ["CONEXANT ACF"]}, "cx930xx"),
        ("v253", {"AT+GMI": ["+GMI: CONEXANT"]}, "cx930xx"),
        ("v253", {"AT+GMI": ["Multi-Tech"], "AT+GMM": ["MT5600SMI"]}, "cx930xx"),
        ("v253", {"ATI0": ["MT5656SMI"]}, "cx930xx"),
        ("v253", {"ATI6": ["2457"]}, "si24xx"),
        ("v253", {"ATI6": ["Si2494"]}, "si24xx"),
        ("v253", {"ATI0": ["LT V.92 1.0 MT5634ZBAV-V92 Serial Data/Fax/Voice"]}, "multitech"),
        ("v253", {"ATI0": ["MT9234MU"]}, "multitech"),
        ("v253", {"ATI0": ["LT V.90 Data+Fax Modem Version 1.00"]}, "lucent"),
        ("v253", {"ATI0": ["Venus V.90 USB U000000x"]}, "lucent"),
        ("v253", {"ATI3": ["AEIGPM000XXXX1 Voice V2 V92cap"]}, "lucent"),
        ("v253", {"ATI0": ["ZOOM V.90 abcd123 Serial x12345X"]}, "lucent"),
        ("v253", {"ATI0": ["1496E"]}, "zyxel"),
        ("v253", {"ATI0": ["28642"]}, "zyxel"),
        ("v253", {"ATI0": ["1500"]}, "zyxel"),
        ("rockwell", {"ATI0": ["5601"]}, "usr_sharp"),
        ("rockwell", {"ATI0": ["3361"]}, "usr_sharp"),
        ("rockwell", {"ATI9": [r"(1.0USR9999\Modem\PNPC107\Name)FF"]}, "usr_sharp"),
        ("rockwell", {"ATI0": ["56000"]}, "rockwell"),
        ("rockwell", {"ATI6": ["RCV288DPi Rev 01AA"]}, "rockwell"),
        ("rockwell", {"AT+FMI?": ["ROCKWELL"]}, "rockwell"),
        ("v253", {"ATI0": ["2886"]}, "v253"),
        ("v253", {"ATI6": ["24570"], "ATI1": ["156012"]}, "v253"),
        ("v253", {}, "v253"),
        ("data", {"ATI0": ["spandsp"]}, "data"),
    ],
)
def test_by_what_it_says(dialect: str, said: dict[str, list[str]], name: str) -> None:
    profile, _ = identify(dialect, Evidence(identity=said))
    assert (profile.name, profile.dialect) == (name, dialect)


@pytest.mark.parametrize(
    ("vls", "vsm", "name"),
    [
        (CONEXANT_VLS, (), "cx930xx"),
        (['1,"T",0B8418E000,0FE418E000,0B8419E000'], (), "cx930xx"),
        (LUCENT_VLS, (), "lucent"),
        (['1,"T",0bc01800,0bc01800,0bc01800'], (), "lucent"),
        (["0,1,2,8,16"], (), "zyxel"),
        (["0,1,2,4"], (), "v253"),
        (['0,"",0BC01800,0BC01800,0BC01800'], (), "v253"),
        (['1,"T",0BC01800,0BC01800,0BC01801'], (), "v253"),
        ((), ['132,"IMA ADPCM",(7200,8000,11025)'], "lucent"),
        ((), ["4;ZyXEL ADPCM;4 Bit;(9600)"], "zyxel"),
        ((), ["2;ADPCM;2;0;(9600)"], "zyxel"),
        ((), ['131,"G.726 ADPCM",4'], "si24xx"),
        ((), ['4,"ADPCM",4'], "v253"),
    ],
)
def test_by_what_it_can(vls: list[str], vsm: list[str], name: str) -> None:
    profile, why = identify("v253", Evidence(vls=vls, vsm=vsm))
    assert profile.name == name
    assert ("+VLS" in why or "+VSM" in why) == (name != "v253")


def test_usb_before_identity_before_masks() -> None:
    said = {"ATI0": ["56000"]}
    assert identify("v253", Evidence(vls=LUCENT_VLS))[0].name == "lucent"
    assert identify("v253", Evidence(vls=LUCENT_VLS, identity=said))[0].name == "cx930xx"
    profile, why = identify("v253", Evidence(vls=LUCENT_VLS, identity=said, usb=USR_USB))
    assert (profile.name, why) == ("usr5637", "USB id 0baf:0303")


def test_why_quotes_the_answer() -> None:
    _, why = identify("v253", Evidence(identity={"ATI0": ["1"], "ATI3": ["x", "CX93010-22z"]}))
    assert why == "ATI3: CX93010-22z"


def test_an_old_usr5637_is_data_only_and_it_is_said_why() -> None:
    profile, why = identify("data", Evidence(usb=USR_USB))
    assert (profile.name, profile.dialect) == ("usr5637", "data")
    assert (profile.answer, profile.flash, profile.dtr_hangs_up) == ("ATH1", "dial", False)
    assert profile.codes == {}
    assert "USB id 0baf:0303" in why
    assert "refuses the voice class" in why
    assert "firmware 1.2.21" in why


@pytest.mark.parametrize(("dialect", "name"), [("rockwell", "rockwell"), ("v253", "v253")])
def test_the_probed_dialect_wins_over_the_usb_id(dialect: str, name: str) -> None:
    """What it was seen to take counts; a row for other commands is not bent to fit."""
    usb = USR_USB if dialect == "rockwell" else (0x04C1, 0x0022)
    profile, why = identify(dialect, Evidence(usb=usb))
    assert (profile.name, profile.dialect) == (name, dialect)
    assert usb_text(usb) in why


def test_an_unknown_usb_id_hinders_nothing() -> None:
    profile, _ = identify("v253", Evidence(usb=(1, 2), identity={"ATI6": ["2494"]}))
    assert profile.name == "si24xx"
    assert usb_text((1, 2)) == "0001:0002"
    assert usb_text(None) == ""
