"""The assets a mapping describes, as rows of the `assets` contract.

Belongs here: checking a mapping's `assets` block. Does not belong here: what an asset is
(`asset.py`); how rows refer to it (landing).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from penstock.errors import PenstockError
from penstock.products.renewable.asset import Asset, version_problems
from penstock.products.renewable.contracts import assets_frame
from penstock.products.renewable.power_curve import with_power_curves


def declared_assets(entries: Sequence[Mapping[str, Any]], where: str) -> pl.DataFrame:
    """The entries as `assets` rows; `where` is the path of their file.

    Raises: PenstockError naming the file, the asset and each field that is wrong;
    PowerCurveError.
    """
    if not entries:
        message = f"{where}: describes no `assets`; add the assets its rows belong to."
        raise PenstockError(message)
    assets: list[Asset] = []
    problems: list[str] = []
    for position, entry in enumerate(entries, start=1):
        try:
            assets.append(Asset.model_validate(entry))
        except ValidationError as error:
            name = entry.get("asset_id", f"number {position}")
            problems += [
                f"  {name}: {'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
                for one in error.errors()
            ]
    problems = problems or [f"  {one}" for one in version_problems(assets)]
    if problems:
        message = "\n".join([f"{where}: `assets` cannot be used:", *problems])
        raise PenstockError(message)
    return assets_frame(with_power_curves(assets, Path(where)))
