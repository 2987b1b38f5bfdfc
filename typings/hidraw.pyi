"""hidapi 0.15's other module on Linux; the same but for what it opens a device with."""

from hid import device as device
from hid import enumerate as enumerate
