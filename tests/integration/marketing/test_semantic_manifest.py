"""A tenant's semantic manifest: made of the models' YAML, true of the released tables, sealed."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pytest
import yaml
from boring_semantic_layer import from_yaml

from penstock.products.marketing.product import PRODUCT
from penstock.products.marketing.semantic import SemanticError, semantic_manifest
from penstock.releasing.release import release
from penstock.releasing.verify import verify
from penstock.settings import new_run_id
from support.tenants import build, mock_load, of, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

MODELS = PRODUCT.dbt_project / "models" / "analytics"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("semantic")
    settings = tenant_settings(folder, [tenant_entry("acme", 11, ["google_ads", "bing_ads"])])
    mock_load(settings, "acme")
    build(settings, "acme")
    return release(of(settings, "acme"), settings, run_id=new_run_id()).release


def _manifest(made: Path) -> Path:
    return made / "data" / "semantic" / "acme.yml"


def _models(made: Path, path: Path) -> dict[str, Any]:
    """The manifest as the library reads it, over the released warehouse."""
    connection = ibis.duckdb.connect(made / "data" / "warehouse.duckdb", read_only=True)
    names = [one["table"] for one in yaml.safe_load(path.read_text()).values()]
    tables = {name: connection.table(name, database="acme_analytics") for name in names}
    loaded: dict[str, Any] = from_yaml(str(path), tables=tables)
    return loaded


def test_the_library_answers_as_sql_does(released: Path) -> None:
    ads = _models(released, _manifest(released))["fct_ad_performance"]
    measures = ("spend", "clicks", "row_count", "cost_per_click")
    rows = ads.group_by("source_platform").aggregate(*measures).to_pyarrow().to_pylist()
    asked = sorted(tuple(row.values()) for row in rows)
    with duckdb.connect(str(released / "data" / "warehouse.duckdb"), read_only=True) as connection:
        expected = connection.sql(
            "select source_platform, sum(spend), sum(clicks), count(*), sum(spend) / sum(clicks)"
            " from acme_analytics.fct_acme__ad_performance group by all order by all"
        ).fetchall()
    assert [row[0] for row in expected] == ["bing_ads", "google_ads"]
    assert asked == expected


def test_every_measure_can_be_asked_by_time(released: Path) -> None:
    told = yaml.safe_load(_manifest(released).read_text())
    for name, model in _models(released, _manifest(released)).items():
        asked = [*told[name]["measures"], *told[name].get("calculated_measures", {})]
        time = next(key for key, one in told[name]["dimensions"].items() if len(one) > 2)
        query = model.query(dimensions=[time], measures=asked, time_grain="TIME_GRAIN_MONTH")
        assert query.to_pyarrow().column_names == [time, *asked]


def test_a_manifest_tells_of_every_column_and_is_sealed(released: Path, tmp_path: Path) -> None:
    manifest = yaml.safe_load(_manifest(released).read_text())
    assert len(manifest) == 6
    with duckdb.connect(str(released / "data" / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("use acme_analytics")
        for name, one in manifest.items():
            columns = connection.table(one["table"]).columns
            told = [*one["dimensions"], *one["measures"]]
            assert sorted({*told, "line_items_json"} & set(columns)) == sorted(columns), name
            assert set(told) - set(columns) == {"row_count"}, name

    shutil.copytree(released.parent, tmp_path / "acme", symlinks=True)
    copy = tmp_path / "acme" / released.name
    assert verify(copy, strict=True).passed
    path = _manifest(copy)
    path.write_text(path.read_text().replace("sum()", "max()"))
    assert not verify(copy, strict=True).passed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("measure: sum", "measure: median"), "column spend: config.meta.measure is 'median'"),
        (("time_dimension: report_date", "time_dimension: spend"), "time_dimension is 'spend'"),
        (("time_grain: day", "time_grain: moon"), "smallest_time_grain is 'moon'; expected one of"),
        (("[spend, clicks]", "[spend, visits]"), "ratio cost_per_click: visits is no measure"),
    ],
)
def test_metadata_that_make_no_manifest_are_named(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    text = (MODELS / "fct_ad_performance.yml").read_text()
    assert change[0] in text
    (tmp_path / "fct_ad_performance.yml").write_text(text.replace(*change))
    with pytest.raises(SemanticError, match=told.replace("[", r"\[")):
        semantic_manifest(tmp_path, "acme")
