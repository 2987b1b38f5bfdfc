"""The conformance suite: what every line does, over every modem and network that there is."""
