"""A virtual PC with USB, in which the tests of tests/usb run; see docs/usb-bench.md.

For Linux only.

`python -m usbbench [PYTEST ARGUMENTS]`, from the checkout's root.
"""
