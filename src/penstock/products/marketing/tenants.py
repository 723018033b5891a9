"""The tenants: `tenants.yaml`, the single source of truth of who is served, and how.

Belongs here: reading and validating it, writing a tenant's status into it, taking its entry out.
Does not belong here: what a tenant's data become.

One bad tenant never stops the others: `read_tenants` gives the good ones and the problems.
"""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from penstock.contracts.directory import Status
from penstock.contracts.product import PLATFORM
from penstock.contracts.roll import Roll
from penstock.errors import PenstockError
from penstock.landing.files import write_atomically
from penstock.locking import writer_lock
from penstock.products.marketing.catalogue import Catalogue, marketing_dir, read_catalogue
from penstock.products.marketing.yaml_marks import (
    Place,
    changed_at,
    explain,
    item_span,
    read_marked,
    with_value,
)
from penstock.settings import Settings

TENANTS_FILE = "tenants.yaml"
SLUG_PATTERN = r"^[a-z][a-z0-9_]{1,40}$"

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]


class TenantError(PenstockError):
    """A tenant that is unknown, or whose entry cannot be what it says."""


class Levers(BaseModel):
    """What the generator makes of a tenant, per day; `seed` makes it this tenant's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(ge=0, lt=2**31)
    daily_spend: Decimal = Field(Decimal(500), gt=0, le=1_000_000)
    campaigns: int = Field(4, ge=1, le=200)
    daily_orders: int = Field(20, ge=1, le=5_000)
    conversion_rate: float = Field(0.04, gt=0, le=1)


class Logic(BaseModel):
    """The tenant's own rules, applied by the models; the target, in its currency, by the report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    conversion_events: tuple[str, ...] = ("purchase",)
    funnel_steps: tuple[str, ...] = ("view_item", "add_to_cart", "begin_checkout", "purchase")
    excluded_campaigns: tuple[str, ...] = ()
    session_minutes: int = Field(30, ge=1, le=24 * 60)
    monthly_spend_target: Decimal | None = Field(None, gt=0)


class Tenant(BaseModel):
    """One tenant. `currency` is that of its ad accounts where a source does not tell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: Slug
    business_name: str = Field(min_length=1)
    status: Status
    sources: tuple[str, ...] = Field(min_length=1)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    time_zone: str = "UTC"
    generator: Levers
    logic: Logic = Field(default_factory=lambda: Logic())  # noqa: PLW0108 - mypy: a class is no factory

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            message = f"{name!r} is no time zone; expected one such as Europe/Berlin"
            raise ValueError(message) from error
        return name

    @field_validator("slug")
    @classmethod
    def _is_free(cls, slug: str) -> str:
        if slug == PLATFORM:
            message = f"{slug!r} is what all tenants share; expected another slug"
            raise ValueError(message)
        return slug

    @property
    def is_served(self) -> bool:
        """Whether runs include it."""
        return self.status != "suspended"


@dataclass(frozen=True)
class Tenants:
    """The good tenants by slug, and what is wrong with the others, by slug (or entry)."""

    path: Path
    known: Mapping[str, Tenant]
    problems: Mapping[str, tuple[str, ...]]

    @property
    def served(self) -> list[str]:
        """Slugs of the tenants that runs include, in the file's order, then the bad entries'.

        Those fail by name (`tenant` raises): no run is green without them.
        """
        return [*(slug for slug, one in self.known.items() if one.is_served), *self.problems]

    @property
    def roll(self) -> Roll:
        """Every good tenant's status, suspended ones included, and the problems."""
        return Roll({slug: one.status for slug, one in self.known.items()}, self.problems)

    def tenant(self, slug: str) -> Tenant:
        """A tenant. Raises: TenantError with its problems, or listing the slugs there are."""
        if slug in self.problems:
            raise TenantError("\n".join(self.problems[slug]))
        if slug not in self.known:
            message = (
                f"{self.path}: has no tenant {slug!r}; known: {', '.join(self.known) or 'none'}: "
                "add it there"
            )
            raise TenantError(message)
        return self.known[slug]


def read_tenants(settings: Settings) -> Tenants:
    """The tenants of the file that ships, or of PENSTOCK_REFERENCE_DIR.

    Raises: ConfigurationError when the file itself cannot be read.
    """
    path = marketing_dir(settings) / TENANTS_FILE
    return _read(path, read_catalogue(settings), changed_at(path))


def set_status(settings: Settings, slug: str, status: Status) -> bool:
    """Write a tenant's status into its line, and nothing else; False when it stands there already.

    Raises: TenantError when it is unknown, or its entry wrong; ConfigurationError when the file
    cannot be read, or says the status in a way that is not its own (an alias).
    """
    with _editing(settings, slug):
        tenants = read_tenants(settings)
        if tenants.tenant(slug).status == status:
            return False
        path = tenants.path.resolve()
        number = _entry_number(path, slug)
        place: Place = () if number is None else ("tenants", number, "status")
        _replace(path, with_value(path, _text(path), place, status))
        return True


def is_slug(text: str) -> bool:
    """Whether it may be part of names of files, tables and schemas.

    >>> is_slug("acme_birch"), is_slug("../acme"), is_slug("platform")
    (True, False, False)
    """
    return text != PLATFORM and re.fullmatch(SLUG_PATTERN, text) is not None


def entry_text(settings: Settings, slug: str) -> str | None:
    """The lines of a tenant's entry; None without one.

    Raises: ConfigurationError when the file cannot be read, or the entry cannot be taken out alone.
    """
    path = (marketing_dir(settings) / TENANTS_FILE).resolve()
    number = _entry_number(path, slug)
    if number is None:
        return None
    text = _text(path)
    begin, end = item_span(path, text, ("tenants", number))
    return text[begin:end]


def remove_entry(settings: Settings, slug: str) -> bool:
    """Take a tenant's entry out of the file, and nothing else; False when there is none.

    Raises: as `entry_text`.
    """
    with _editing(settings, slug):
        path = (marketing_dir(settings) / TENANTS_FILE).resolve()
        number = _entry_number(path, slug)
        if number is None:
            return False
        text = _text(path)
        begin, end = item_span(path, text, ("tenants", number))
        _replace(path, f"{text[:begin]}{text[end:]}")
        return True


def _editing(settings: Settings, slug: str) -> AbstractContextManager[None]:
    return writer_lock(
        settings.warehouse_dir / "tenants.lock",
        holder=f"tenants {slug}",
        wait_seconds=settings.lock_wait_seconds,
    )


def _entry_number(path: Path, slug: str) -> int | None:
    entries = (read_marked(path).values or {}).get("tenants") or []
    slugs = [one.get("slug") if isinstance(one, dict) else None for one in entries]
    return slugs.index(slug) if slug in slugs else None


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")  # with the line ends that are there


def _replace(path: Path, text: str) -> None:
    def write(temporary: Path) -> None:
        temporary.write_bytes(text.encode("utf-8"))
        temporary.chmod(path.stat().st_mode)

    write_atomically(path, write)
    _read_marked_tenants.cache_clear()


@lru_cache(maxsize=8)
def _read_marked_tenants(path: Path, catalogue_names: tuple[str, ...], _changed: int) -> Tenants:
    marked = read_marked(path)
    entries = (marked.values or {}).get("tenants") or []
    known: dict[str, Tenant] = {}
    problems: dict[str, list[str]] = {}
    whose: dict[str, str] = {}
    for at, entry in enumerate(entries):
        slug = str(entry.get("slug", f"entry {at + 1}")) if isinstance(entry, dict) else f"#{at}"
        place: Place = ("tenants", at)
        try:
            one = Tenant.model_validate(entry)
        except ValidationError as error:
            problems.setdefault(slug, []).extend(explain(marked, error, place, f"tenant {slug}"))
            continue
        for where, source in enumerate(one.sources):
            text = ""
            if source not in catalogue_names:
                text = f"{source!r} is no connector; supported: {', '.join(catalogue_names)}"
            elif source in one.sources[:where]:
                text = f"{source!r} is named twice"
            if text:
                told = marked.problem(
                    (*place, "sources", where), f"tenant {slug}, sources.{where}: {text}"
                )
                problems.setdefault(slug, []).append(told)
        if one.slug in known:
            told = marked.problem((*place, "slug"), f"tenant {slug}, slug: is there already")
            problems.setdefault(slug, []).append(told)
        # A source that it has not today may come tomorrow, so every connector counts.
        for start in (f"{slug}_{connector}" for connector in catalogue_names):
            other = whose.setdefault(start, slug)
            if other != slug:
                text = (
                    f"its raw tables and those of {other} would both be called {start}__...; "
                    "expected a slug that keeps them apart"
                )
                told = marked.problem((*place, "slug"), f"tenant {slug}, slug: {text}")
                problems.setdefault(slug, []).append(told)
        known[one.slug] = one
    good = {slug: one for slug, one in known.items() if slug not in problems}
    return Tenants(path, good, {slug: tuple(one) for slug, one in problems.items()})


def _read(path: Path, catalogue: Catalogue, changed: int) -> Tenants:
    return _read_marked_tenants(path, tuple(sorted(catalogue.connectors)), changed)
