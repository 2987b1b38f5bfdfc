"""Measurements: `make bench`, or `run.py --quick`. They measure and do not judge."""
