"""Independent peers the tests talk to: programs and protocols that are not ours."""
