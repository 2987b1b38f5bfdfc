"""What a Yealink phone is to show and to do, as packets, and what of it it has taken. Pure."""

from collections import deque

from .yealink_packet import Packet

Slot = tuple[int, int]
"""What a packet is about: command and offset."""


class Wanted:
    """For each command and offset the packet that was put last. Those that the phone has not taken
    yet are sent in the order in which they were put."""

    def __init__(self) -> None:
        self._wanted: dict[Slot, Packet] = {}
        self._taken: dict[Slot, Packet] = {}
        self._waiting: deque[Slot] = deque()

    def __bool__(self) -> bool:
        """Something is to be sent, or on its way."""
        return bool(self._waiting)

    def __contains__(self, packet: Packet) -> bool:
        """This is what its command and offset are to say, sent or not."""
        return self._wanted.get(_slot(packet)) == packet

    def put(self, packet: Packet, *, again: bool = False, first: bool = False) -> None:
        """Want it, in place of what was wanted. again: though the phone has taken it already.
        first: before what waits."""
        slot = _slot(packet)
        self._wanted[slot] = packet
        if again:
            self._taken.pop(slot, None)
        if slot in self._waiting:
            self._waiting.remove(slot)
        if self._taken.get(slot) != packet:
            (self._waiting.appendleft if first else self._waiting.append)(slot)

    def next(self) -> Packet | None:
        """What is to be sent now; until `took` it is not known what the phone has."""
        if not self._waiting:
            return None
        slot = self._waiting[0]
        self._taken.pop(slot, None)
        return self._wanted[slot]

    def took(self, packet: Packet) -> None:
        """The phone has taken it; what was put in its place meanwhile is still to be sent."""
        slot = _slot(packet)
        self._taken[slot] = packet
        if self._wanted[slot] == packet and slot in self._waiting:
            self._waiting.remove(slot)


def _slot(packet: Packet) -> Slot:
    return packet.command, packet.offset
