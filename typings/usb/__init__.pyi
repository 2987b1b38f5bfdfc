"""What we use of pyusb 1.3, which ships no types."""
