"""Telephones with a protocol of their vendor's: HID class, but not HID telephony."""
