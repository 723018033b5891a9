"""Numbers as connectors write them into text.

Belongs here: expressions that several connectors use. Does not belong here: any connector.
"""

import polars as pl

from penstock.products.marketing.mock_data.world import World


def text(column: str, name: str) -> pl.Expr:
    """A column as text."""
    return pl.col(column).cast(pl.String).alias(name)


def decimal_text(cents: str, name: str) -> pl.Expr:
    """Cents as decimal text with two places: 7653 -> `76.53`."""
    hundredths = (pl.col(cents) % 100).cast(pl.String).str.zfill(2)
    return pl.format("{}.{}", pl.col(cents) // 100, hundredths).alias(name)


def line_items(world: World, name: str) -> pl.Expr:
    """What an order holds, as a list of product and quantity."""
    product = pl.lit(world.products["product_id"]).gather(pl.col("product"))
    return pl.concat_list(
        pl.struct(product.alias("product_id"), pl.col("items").alias("quantity"))
    ).alias(name)
