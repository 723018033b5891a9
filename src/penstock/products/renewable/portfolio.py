"""Portfolio files: the assets of a mock world, described by their owner in YAML.

Belongs here: mock assets, reading their file, errors that say what to correct in it. Does not
belong here: what an asset is (`asset.py`), mappings of real sources, generated data.

Example:
    portfolio = read_portfolio(Path("data/reference/portfolio.yaml"))
    assets_frame(portfolio.assets)
"""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from penstock.errors import PenstockError
from penstock.products.renewable.asset import Asset, version_problems
from penstock.products.renewable.mock_data.climate import MockClimate
from penstock.products.renewable.power_curve import with_power_curves

_CONSEQUENCE = "default_factory_not_called"
"""Pydantic's type of an error that only follows from another one, which is reported."""


class PortfolioError(PenstockError):
    """A portfolio file that cannot be used: names file, asset, field, expectation and remedy."""


class MockAsset(Asset):
    """An asset whose weather and generation are generated."""

    mock: MockClimate = Field(default_factory=lambda asset: _climate({}, asset))

    @field_validator("mock", mode="before")
    @classmethod
    def _complete_climate(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, dict):
            return value
        if not info.data.keys() >= {"technology", "latitude", "longitude", "altitude_m"}:
            raise PydanticCustomError(_CONSEQUENCE, "depends on a field that is wrong")
        return _climate(value, info.data)

    @model_validator(mode="after")
    def _generator_can_make_it(self) -> Self:
        if self.tracking == "single_axis":
            raise ValueError("'tracking': expected fixed, the mock has no trackers yet")
        if self.parent_asset_id is not None:
            raise ValueError(
                "'parent_asset_id': expected nothing, each mock asset has a meter of its own; "
                "list either the plant or its units and remove this"
            )
        return self


def _climate(given: dict[str, Any], asset: dict[str, Any]) -> MockClimate:
    """Climate of a validated asset: what the file gives, the rest typical for the place."""
    typical = MockClimate.typical(
        technology=asset["technology"],
        latitude=asset["latitude"],
        longitude=asset["longitude"],
        altitude_m=asset["altitude_m"],
    )
    return MockClimate.model_validate({**typical.model_dump(), **given})


class Portfolio(BaseModel):
    """Assets of one file; versions of an asset follow one another without overlap."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    assets: tuple[MockAsset, ...]

    @model_validator(mode="after")
    def _has_assets(self) -> Self:
        if not self.assets:
            raise ValueError("field 'assets': expected at least one asset; add one")
        return self

    @model_validator(mode="after")
    def _versions_do_not_overlap(self) -> Self:
        problems = version_problems(self.assets)
        if problems:
            raise ValueError("\n".join(problems))
        return self


def read_portfolio(path: Path) -> Portfolio:
    """Portfolio described in a YAML file with one list, `assets`.

    Raises: PortfolioError naming the file and everything to correct in it; PowerCurveError.
    """
    content = _read_yaml(path)
    try:
        portfolio = Portfolio.model_validate(content)
    except ValidationError as error:
        lines = [
            line
            for detail in error.errors(include_url=False)
            if detail["type"] != _CONSEQUENCE
            for line in _explain(detail, content)
        ]
        raise PortfolioError("\n".join(f"{path}: {line}" for line in lines)) from error
    assets = tuple(with_power_curves(portfolio.assets, path))
    return portfolio.model_copy(update={"assets": assets})


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PortfolioError(
            f"{path}: cannot be read ({error.strerror}); check the path of the portfolio file"
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise PortfolioError(f"{path}: is not valid YAML; correct this: {error}") from error
    if not isinstance(content, dict):
        raise PortfolioError(f"{path}: expected a list under the key 'assets'; add 'assets:'")
    return content


def _explain(detail: ErrorDetails, content: dict[str, Any]) -> list[str]:
    """Readable lines of one validation error: asset, field, expectation, remedy."""
    location = [str(part) for part in detail["loc"]]
    where = ""
    if len(detail["loc"]) > 1 and isinstance(index := detail["loc"][1], int):
        where = _name_of_asset(content, index) + ", "
        location = location[2:]
    if detail["type"] == "value_error" and not location:
        return [f"{where}{line}" for line in str(detail["ctx"]["error"]).splitlines()]
    field = f"{where}field '{'.'.join(location)}'" if location else where.removesuffix(", ")
    return [f"{field}: {_advice(detail, location)}"]


def _name_of_asset(content: dict[str, Any], index: int) -> str:
    entry = content["assets"][index]
    name = entry.get("asset_id") if isinstance(entry, dict) else None
    return f"asset '{name}'" if name is not None else f"asset number {index + 1}"


def _advice(detail: ErrorDetails, location: list[str]) -> str:
    if detail["type"] == "missing":
        return "expected a value; add it"
    if detail["type"] == "extra_forbidden":
        known = [*MockAsset.model_fields, *MockClimate.model_fields, *Portfolio.model_fields]
        near = get_close_matches(location[-1], known, n=1)
        return f"no such field; rename it to '{near[0]}'" if near else "no such field; remove it"
    expected = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    remedy = "put it in quotes" if detail["type"] == "string_type" else "correct it"
    return f"expected {expected}, got {detail['input']!r}; {remedy}"
