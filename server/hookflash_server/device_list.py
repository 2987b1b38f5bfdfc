"""`hookflash devices --supported`: the table of known devices, for people and for programs."""

from typing import Any

from hookflash.catalog import CATALOG, usb_text


def as_json() -> list[dict[str, Any]]:
    """One object per row. product: null for a whole vendor. chosen: False: only used if named."""
    return [
        {
            "usb": usb_text(row.vendor, row.product),
            "vendor": row.vendor,
            "product": row.product,
            "name": row.name,
            "driver": row.driver,
            "profile": row.profile,
            "chosen": row.chosen,
            "source": row.source,
        }
        for row in CATALOG
    ]


def as_text() -> str:
    """Aligned: USB id, driver, profile, name, with a star where it is only used if named."""
    rows = [("USB id", "driver", "profile", "name")]
    rows += [
        (
            usb_text(row.vendor, row.product),
            row.driver,
            row.profile,
            row.name + ("" if row.chosen else " *"),
        )
        for row in CATALOG
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join([*lines, "* only used if its URL names it: others have these ids too"])
