"""Numbers as connectors write them into text.

Belongs here: expressions that several connectors use. Does not belong here: any connector.
"""

import polars as pl


def text(column: str, name: str) -> pl.Expr:
    """A column as text."""
    return pl.col(column).cast(pl.String).alias(name)


def decimal_text(cents: str, name: str) -> pl.Expr:
    """Cents as decimal text with two places: 7653 -> `76.53`."""
    hundredths = (pl.col(cents) % 100).cast(pl.String).str.zfill(2)
    return pl.format("{}.{}", pl.col(cents) // 100, hundredths).alias(name)
