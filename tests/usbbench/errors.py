"""What keeps the bench from running."""


class BenchError(Exception):
    """The bench cannot do its work; the message says what to do about it."""
