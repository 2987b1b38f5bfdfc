"""USB HID handsets: report descriptor -> reports -> handset."""
