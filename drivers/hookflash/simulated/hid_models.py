"""The simulated handsets by name. Layouts and ways are the makers', the bytes are ours."""

from collections.abc import Mapping
from types import MappingProxyType

from ..errors import PortError
from .hid_headsets import HEADSETS
from .hid_model import HandsetModel
from .hid_odd import ODD
from .hid_phones import PHONES

MODELS: Mapping[str, HandsetModel] = MappingProxyType(
    {row.name: row for row in (*HEADSETS, *PHONES, *ODD)}
)
"""Name -> simulated handset."""


def find_model(name: str) -> HandsetModel:
    """The row of that name; PortError lists what there is."""
    if model := MODELS.get(name):
        return model
    raise PortError(f"model {name!r} is none of {', '.join(MODELS)}")
