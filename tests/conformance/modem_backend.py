"""What the suite does with a modem on any network: its port can be looked at."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from hookflash import Ladder, LineSettings
from hookflash.modem import ModemLine, Port
from support.lines import TappedPort

from .backend import Backend
from .facts import profile_of


class ModemBackend(Backend):
    """A line behind a modem."""

    line: ModemLine
    port: TappedPort

    @abstractmethod
    def start(self, slow: bool) -> Callable[[], Port]:
        """Bring up the network; how to open the port."""

    def make_line(self, settings: LineSettings, slow: bool) -> ModemLine:
        open_port = self.start(slow)

        def tapped() -> Port:
            self.port = TappedPort(open_port())
            return self.port

        return ModemLine(self.row, tapped, settings, ladder=Ladder())

    @property
    def written(self) -> list[bytes]:
        return list(self.port.written)

    def dialled_in(self, written: list[bytes]) -> list[bytes]:
        return [data for data in written if data.startswith(b"ATD") or b"VTS" in data]

    @property
    def profile(self) -> str:
        return self.line.profile

    @property
    def sure_of_picking_up(self) -> bool:
        return not profile_of(self.line.profile).answer_again
