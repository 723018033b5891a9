"""One tenant's world: campaigns, products, customers, and what happens on a day.

Belongs here: what happens, as canonical frames that every connector's tables are cut from. Does not
belong here: how a connector lands it (`connectors/`).

Consistent by construction: every order is the purchase of one visit, in one shop, with the same
number and amount; every visit that a campaign brought is one of its clicks. A day is a function of
the tenant's seed and the date alone: it is the same made alone or in a range, and no two tenants
share one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
import polars as pl

from penstock.products.marketing.catalogue import Catalogue
from penstock.products.marketing.tenants import Tenant

BEGAN = date(2025, 1, 1)
"""Day on which every world's campaigns, products and accounts were made."""

_COUNTRIES = ("United States", "Germany", "United Kingdom", "France", "Netherlands")
_DEVICES = ("mobile", "desktop", "tablet")
_STEPS = ("session_start", "view_item", "add_to_cart", "begin_checkout", "purchase")
_UNPAID = (("google", "organic"), ("(direct)", "(none)"), ("newsletter", "email"))
_KINDS = {"campaign": 1, "ad_group": 2, "ad": 3, "order": 4, "customer": 5, "product": 6}

Kind = Literal["campaign", "ad_group", "ad", "order", "customer", "product"]


@dataclass(frozen=True)
class World:
    """The world of one tenant; `paid` are its connectors of paid ads, `shops` those of shops."""

    tenant: Tenant
    paid: tuple[str, ...]
    shops: tuple[str, ...]

    @property
    def currency(self) -> str:
        """Currency of shop and ad accounts."""
        return self.tenant.currency

    def number(self, kind: Kind, at: int, platform: str = "") -> int:
        """A number that no other thing of this or another tenant has."""
        place = self.paid.index(platform) + 1 if platform in self.paid else 0
        seed = self.tenant.generator.seed
        return seed * 10**9 + _KINDS[kind] * 10**8 + place * 10**6 + at

    def email(self) -> pl.Expr:
        """Address of the person of a row."""
        host = pl.lit(self.tenant.slug.replace("_", "-"))
        return pl.format("person{}@{}.example", "person", host)

    def campaigns(self, platform: str) -> pl.DataFrame:
        """One row per campaign: campaign_id, name, at."""
        count = self.tenant.generator.campaigns
        themes = ("Brand", "Prospecting", "Retargeting", "Seasonal", "Lookalike", "Clearance")
        return pl.DataFrame(
            {
                "campaign_id": [self.number("campaign", at, platform) for at in range(count)],
                "name": [
                    f"{self.tenant.business_name} {themes[at % len(themes)]} {at + 1}"
                    for at in range(count)
                ],
                "at": range(count),
            }
        )

    def ads(self, platform: str) -> pl.DataFrame:
        """One row per ad, two per ad group, one ad group per campaign."""
        campaigns = self.campaigns(platform)
        twice = campaigns.with_columns(which=pl.lit([0, 1])).explode("which")
        place = twice["at"] * 2 + twice["which"]
        return twice.with_columns(
            ad_group_id=pl.Series(
                [self.number("ad_group", at, platform) for at in twice["at"]], dtype=pl.Int64
            ),
            ad_id=pl.Series([self.number("ad", at, platform) for at in place], dtype=pl.Int64),
        )

    @cached_property
    def products(self) -> pl.DataFrame:
        """One row per product: product_id, title, cents."""
        random = self._random("products", BEGAN)
        cents = random.integers(900, 24_000, size=12)
        nouns = ("Lamp", "Chair", "Desk", "Shelf", "Rug", "Vase")
        return pl.DataFrame(
            {
                "product_id": [self.number("product", at) for at in range(12)],
                "title": [f"{nouns[at % 6]} {chr(65 + at // 6)}" for at in range(12)],
                "cents": cents,
            }
        )

    def _random(self, what: str, day: date) -> np.random.Generator:
        words = [ord(letter) for letter in what]
        return np.random.default_rng([self.tenant.generator.seed, day.toordinal(), *words])


def world_of(tenant: Tenant, catalogue: Catalogue) -> World:
    """The world of a tenant with the connectors it has."""

    def having(domain: str) -> tuple[str, ...]:
        return tuple(one for one in tenant.sources if catalogue.connector(one).domain == domain)

    return World(tenant, having("paid_ads"), having("ecommerce"))


@dataclass(frozen=True)
class Day:
    """What happened on a day.

    `visits`: one row per visit, with what brought it and the order it ended in (0: none).
    `orders`: one row per order. `events`: one row per event, in order of time.
    """

    visits: pl.DataFrame
    orders: pl.DataFrame
    events: pl.DataFrame

    def orders_of(self, world: World, platform: str) -> pl.DataFrame:
        """The orders of one of the world's shops: every order is one shop's."""
        shop = world.shops.index(platform)
        return self.orders.filter(pl.col("order_id") % len(world.shops) == shop)

    def performance(self, world: World, platform: str, day: date) -> pl.DataFrame:
        """One row per ad: its clicks hold every visit it brought, its conversions their orders."""
        mine = self.visits.filter(pl.col("platform") == platform)
        brought = mine.group_by("ad_at").agg(
            pl.len().alias("visits"),
            (pl.col("order_id") > 0).sum().alias("conversions"),
            pl.col("cents").sum().alias("value_cents"),
        )
        ads = world.ads(platform).with_columns(ad_at=pl.col("at") * 2 + pl.col("which"))
        rows = ads.join(brought, on="ad_at", how="left", maintain_order="left").fill_null(0)
        random = world._random(f"ads {platform}", day)  # noqa: SLF001 - its own module's
        budget = float(world.tenant.generator.daily_spend) * 100 / max(len(world.paid), 1)
        share = random.dirichlet(np.full(rows.height, 8.0))
        bounced = random.poisson(2.0, size=rows.height)
        clicks = rows["visits"].to_numpy() + bounced
        return rows.with_columns(
            clicks=pl.Series(clicks, dtype=pl.Int64),
            impressions=pl.Series(clicks * random.integers(25, 70, size=rows.height) + 40),
            spend_cents=pl.Series(np.round(share * budget).astype(np.int64)),
        )


@lru_cache(maxsize=64)
def day_of(world: World, day: date) -> Day:
    """What happens on a day of a world."""
    levers = world.tenant.generator
    random = world._random("visits", day)  # noqa: SLF001 - its own module's
    weekend = 0.7 if day.weekday() >= 5 else 1.0
    orders = max(1, int(random.poisson(levers.daily_orders * weekend)))
    count = max(orders, round(orders / levers.conversion_rate))
    visits = _visits(world, random, count, orders, day)
    return Day(visits, _orders(visits), _events(world, random, visits))


def _visits(
    world: World, random: np.random.Generator, count: int, orders: int, day: date
) -> pl.DataFrame:
    levers = world.tenant.generator
    people = max(50, levers.daily_orders * 40)
    channels = [*world.paid, *("",) * len(_UNPAID)]
    channel = random.integers(0, len(channels), size=count)
    ads = levers.campaigns * 2
    ad_at = random.integers(0, ads, size=count)
    seconds = np.sort(random.integers(0, 80_000, size=count))
    buys = np.zeros(count, dtype=bool)
    buys[random.choice(count, size=orders, replace=False)] = True
    items = random.integers(1, 4, size=count)
    product = random.integers(0, world.products.height, size=count)
    cents = np.where(buys, world.products["cents"].to_numpy()[product] * items, 0)
    first = day.toordinal() % 9_000 * 10_000
    order_id = np.where(buys, world.number("order", 0) + first + np.cumsum(buys), 0)
    person = random.integers(0, people, size=count)
    platform = [channels[at] for at in channel]
    paid = [bool(one) for one in platform]
    unpaid = [_UNPAID[max(at - len(world.paid), 0) % len(_UNPAID)] for at in channel]
    names = [f"{world.tenant.slug}-{at // 2 + 1}" for at in ad_at]
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - naive UTC, as everywhere
    return pl.DataFrame(
        {
            "platform": platform,
            "ad_at": ad_at,
            "source": [
                p if is_paid else u[0] for p, is_paid, u in zip(platform, paid, unpaid, strict=True)
            ],
            "medium": ["cpc" if is_paid else u[1] for is_paid, u in zip(paid, unpaid, strict=True)],
            "campaign": [
                name if is_paid else None for name, is_paid in zip(names, paid, strict=True)
            ],
            "started_at": [midnight + timedelta(seconds=int(one)) for one in seconds],
            "person": person,
            "device": [_DEVICES[at] for at in random.integers(0, 3, size=count)],
            "country": [_COUNTRIES[at % len(_COUNTRIES)] for at in person],
            "order_id": order_id,
            "product": product,
            "items": items,
            "cents": cents,
            "depth": np.where(buys, len(_STEPS), random.integers(1, len(_STEPS), size=count)),
        },
        schema_overrides={"started_at": pl.Datetime("us"), "order_id": pl.Int64},
    )


def _orders(visits: pl.DataFrame) -> pl.DataFrame:
    """One row per visit that ended in an order; ordered at the time of its purchase."""
    return visits.filter(pl.col("order_id") > 0).with_columns(
        ordered_at=pl.col("started_at") + pl.duration(seconds=60 * (len(_STEPS) - 1))
    )


def _events(world: World, random: np.random.Generator, visits: pl.DataFrame) -> pl.DataFrame:
    """A visit's steps, a minute apart, the last one a purchase if it ended in an order."""
    steps = visits.with_row_index("visit").with_columns(
        step=pl.int_ranges(0, pl.col("depth"), dtype=pl.Int64)
    )
    events = steps.explode("step").with_columns(
        name=pl.col("step").replace_strict(dict(enumerate(_STEPS)), return_dtype=pl.String),
        at=pl.col("started_at") + pl.duration(seconds=60 * pl.col("step")),
    )
    bundle = random.integers(1, 2**31, size=events.height)
    slug = world.tenant.slug
    return events.with_columns(
        bundle=pl.Series(bundle, dtype=pl.Int64),
        user_pseudo_id=pl.format("{}.{}", pl.lit(slug), pl.col("person")),
        session=pl.format("{}{}", pl.col("started_at").dt.epoch("s"), pl.col("visit")),
    ).sort("at", "visit", "step")
