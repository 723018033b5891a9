"""The catalogue of connectors: `supported_connectors.yaml`.

Belongs here: which connectors there are, their objects, keys and cursors. Does not belong here:
columns (`contracts/`), which tenant uses what (`tenants.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from penstock.products.marketing.yaml_marks import (
    ConfigurationError,
    changed_at,
    explain,
    raise_problems,
    read_marked,
)
from penstock.settings import Settings

CATALOGUE_FILE = "supported_connectors.yaml"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Kind = Literal[
    "ad_performance",
    "ad_performance_detail",
    "campaigns",
    "ad_groups",
    "ads",
    "accounts",
    "orders",
    "products",
    "events",
    "users",
]


class ConnectorObject(BaseModel):
    """One object of a connector. `kind` is the canonical shape that its engine fills."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    kind: Kind
    key: tuple[str, ...] = Field(min_length=1)
    cursor: str | None = None


class Connector(BaseModel):
    """One connector of one API version."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    domain: Literal["paid_ads", "ecommerce", "analytics"]
    api_version: str
    master_model: Name
    objects: tuple[ConnectorObject, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Catalogue:
    """The connectors by name."""

    connectors: dict[str, Connector]

    def connector(self, name: str) -> Connector:
        """A connector. Raises: ConfigurationError listing the names there are."""
        if name not in self.connectors:
            message = f"{name!r} is no connector; supported: {', '.join(sorted(self.connectors))}"
            raise ConfigurationError(message)
        return self.connectors[name]

    def platforms_of(self, master_model: str) -> list[str]:
        """The connectors that land into a master model."""
        return [one.name for one in self.connectors.values() if one.master_model == master_model]

    def objects(self) -> Iterator[tuple[Connector, ConnectorObject]]:
        """Every object of every connector."""
        for connector in self.connectors.values():
            for one in connector.objects:
                yield connector, one


def marketing_dir(settings: Settings) -> Path:
    """Folder of the configuration of this product."""
    return settings.reference_dir / "marketing"


def read_catalogue(settings: Settings) -> Catalogue:
    """The catalogue that ships, or the one in PENSTOCK_REFERENCE_DIR.

    Raises: ConfigurationError naming line, connector and field of every problem.
    """
    path = marketing_dir(settings) / CATALOGUE_FILE
    return _read(path, changed_at(path))


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Catalogue:
    marked = read_marked(path)
    entries = (marked.values or {}).get("connectors") or []
    problems: list[str] = []
    connectors: dict[str, Connector] = {}
    for at, entry in enumerate(entries):
        name = entry.get("name", "?") if isinstance(entry, dict) else "?"
        try:
            one = Connector.model_validate(entry)
        except ValidationError as error:
            problems += explain(marked, error, ("connectors", at), f"connector {name}")
            continue
        if one.name in connectors:
            where = ("connectors", at, "name")
            problems.append(marked.problem(where, f"connector {name}, name: is there already"))
        connectors[one.name] = one
    raise_problems(problems)
    return Catalogue(connectors)
