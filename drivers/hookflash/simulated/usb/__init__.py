"""Simulated devices on USB: gadgets that a kernel meets as if they were plugged in.

A gadget is a simulated device's descriptors and endpoints, without thread or socket; a connection
speaks USB/IP for it; `vhci` gives the other end of that to the kernel (For Linux only).
"""
