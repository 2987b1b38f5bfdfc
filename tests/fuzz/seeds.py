"""Our own first inputs: `corpus/TARGET.txt`, one to a line, with Python's escapes for bytes."""

from __future__ import annotations

from pathlib import Path

_CORPUS = Path(__file__).parent / "corpus"


def seeds(name: str) -> list[bytes]:
    """The first inputs of a target; what follows `# ` at the beginning of a line is for people."""
    lines = (_CORPUS / f"{name}.txt").read_text("ascii").splitlines()
    wanted = (line for line in lines if line and not line.startswith("# "))
    return [line.encode().decode("unicode_escape").encode("latin-1") for line in wanted]
