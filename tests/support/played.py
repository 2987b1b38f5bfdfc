"""Modems of each family as a probe meets them: what they say to questions, on a real pty.

The lines are ours, in the layouts that makers' manuals and drivers show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

from hookflash.modem.conversation import SYNC as TRIES
from support.scripted import ScriptedModem

T = TypeVar("T")
SYNC = TRIES[0]
OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"


def info(*lines: str) -> bytes:
    """Information text and OK."""
    return b"".join(b"\r\n" + line.encode("latin-1") + b"\r\n" for line in lines) + OK


@dataclass
class Played:
    """A modem that only answers questions; ERROR to all it does not know.

    says: command -> bytes after the echo; None: neither echo nor answer; or a function that gives
    one of these. classes: of +FCLASS; sharp: of #CLS. now, sharp_now: the class it is in.
    """

    says: Mapping[str, bytes | Callable[[], bytes | None] | None]
    classes: tuple[str, ...] = ("0", "1", "8")
    sharp: tuple[str, ...] = ()
    now: str = "0"
    sharp_now: str = "0"
    dead: bool = False
    heard: list[str] = field(default_factory=list)

    def serve(self, modem: ScriptedModem, client: Future[T]) -> T:
        """Answer until the client is done; what it came to."""
        while not client.done():
            if text := modem.line(0.02):
                command = text.decode("ascii")
                self.heard.append(command)
                answer = self._answer(command)
                if answer is not None:
                    modem.say(text + b"\r", answer)
        return client.result()

    def _answer(self, command: str) -> bytes | None:
        said = self.says.get(command, b"")
        answer = said() if callable(said) else said
        if self.dead or answer is None:
            return None
        return answer or self._class_answer(command)

    def _class_answer(self, command: str) -> bytes:
        wanted = re.fullmatch(r"AT([+#])(?:FCLASS|CLS)=([\d.]+)", command)
        if wanted is None:
            known = dict.fromkeys(TRIES, OK)
            if self.classes:
                known["AT+FCLASS?"] = info(self.now)
                known["AT+FCLASS=?"] = info(",".join(self.classes))
            if self.sharp:
                known["AT#CLS?"] = info(self.sharp_now)
            return known.get(command, ERROR)
        if wanted[1] == "+" and wanted[2] in self.classes:
            self.now = wanted[2]
        elif wanted[1] == "#" and wanted[2] in self.sharp:
            self.sharp_now = wanted[2]
        else:
            return ERROR
        return OK


LUCENT_VLS = (
    '0,"",B0000000,B0000000,B0000000',
    '1,"T",0BC01800,0BC01800,0BC01800',
    '5,"ST",0BC01800,0BC01800,0BC01800',
)
CONEXANT_VLS = (
    '0,"",B0804100,B0804100,B0804100',
    '1,"T",0B8433C1,0FE431C1,0B8431C1',
    '3,"LT",0B8433C1,0FE431C1,0B8431C1',
)


def usr5637() -> Played:
    """Answers ATI0 with the code of an old `#` modem."""
    return Played(
        {
            "ATI0": info("5601"),
            "ATI3": info("U.S. Robotics 56K FAX USB V9.8.7"),
            "ATI7": info("Configuration Profile...", "", "Product type   US/Canada USB"),
            "AT+VLS=?": info('0,"",A0800000,A0800000,A0800000', '1,"T",08881800,08881800,08881800'),
            "AT+VTS=?": info("(200-3300),(200-3300),(0-255)"),
            "AT+VCID=?": info("(0-2)"),
        }
    )


def old_usr5637() -> Played:
    """Firmware without the voice class."""
    return Played(
        {"ATI0": info("5601"), "ATI3": info("U.S. Robotics 56K FAX USB V1.0.0")},
        classes=("0", "1"),
    )


def cx930xx() -> Played:
    """Answers ATI0 with the code of an old `#` modem; its maker's name is a brand's."""
    return Played(
        {
            "ATI0": info("56000"),
            "ATI3": info("CX93001-EIS_V0.1234-V92"),
            "AT+GMI": info("+GMI: SOME BRAND"),
            "AT+GMI9": info("+GMI9: CONEXANT ACF"),
            "AT+VLS=?": info(*CONEXANT_VLS),
            "AT+VCID=?": info("+VCID: (0-2)"),
        }
    )


def si24xx() -> Played:
    """Tells its model to ATI6 only."""
    return Played(
        {"ATI0": info("D"), "ATI6": info("2494"), "AT+VCID=?": info("0-2")},
        classes=("0", "8"),
    )


def lucent() -> Played:
    """Does not know ATI without a number, and tells another maker's brand."""
    return Played(
        {
            "ATI0": info("BRAND V.92 xyz123 Serial 000000"),
            "ATI9": info("Some Country", "", r"(`$BRD0001\00000001\MODEM\Brand 56K Modem00)"),
            "AT+VLS=?": info(*LUCENT_VLS),
            "AT+VSM=?": info('128,"8-BIT LINEAR",(7200,8000,11025)', '131,"8-BIT ULAW",(8000)'),
            "AT+VCID?": info("0"),
        }
    )


def multitech() -> Played:
    """Lucent's chips under its own name."""
    return Played(
        {
            "ATI0": info("LT V.92 1.0 MT9234MU-V92 Serial Data/Fax/Voice Modem Version 1.00x"),
            "AT+VLS=?": info(*LUCENT_VLS),
        }
    )


def zyxel() -> Played:
    """Devices by number, and no event masks."""
    return Played(
        {
            "ATI0": info("2864"),
            "AT+VLS=?": info("0,1,2,8,16"),
            "AT+VSM=?": info("2;ADPCM;2;0;(7200,8000,9600)"),
        },
        classes=("0", "2", "8"),
    )


def rockwell() -> Played:
    """`#` commands, and fax class names instead of V.250's."""
    return Played(
        {
            "ATI0": info("33600"),
            "ATI6": info("RCV336DPF Rev 00AA"),
            "AT+FMI?": info("ROCKWELL"),
            "AT#VLS=?": info("0,1,2,3,4"),
            "AT#VTD=?": info("3F,3F,3F"),
            "AT#CID=?": info("0-2"),
        },
        classes=("0", "1", "2"),
        sharp=("0", "1", "2", "8"),
    )


def usr_sharp() -> Played:
    """The same code as a USR5637 answers."""
    return Played(
        {
            "ATI0": info("5601"),
            "ATI9": info(r"(1.0USR0000\Modem\PNPC107\U.S. Robotics 56K Voice)FF"),
            "AT#VTD=?": info("1F,1F,0F"),
            "AT#CID?": info("0"),
        },
        classes=("0", "1"),
        sharp=("0", "8"),
    )


def unknown_voice() -> Played:
    """A V.253 modem that nobody has met."""
    return Played({"AT+GMM": info("Model 1"), "AT+VLS=?": info('1,"T",00000000,0,08081800')})


def data() -> Played:
    """No voice class of either kind."""
    return Played({"ATI0": info("960")}, classes=())


def yes_man() -> Played:
    """Says OK to all it does not know, and so to #CLS=8."""
    ok = dict.fromkeys(("AT#CLS?", "AT#CLS=8", "AT#CLS=0", "AT+GMI", "AT#CID=?"), OK)
    return Played({**ok, "AT+VCID=?": info("0,1")}, classes=("0", "1", "1.0"))
