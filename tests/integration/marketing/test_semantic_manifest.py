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
    sources = ["google_ads", "bing_ads", "shopify", "google_analytics"]
    settings = tenant_settings(folder, [tenant_entry("acme", 11, sources)])
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


def _rows(query: Any) -> set[tuple[Any, ...]]:
    return {tuple(row.values()) for row in query.to_pyarrow().to_pylist()}


def _sql(made: Path, text: str) -> set[tuple[Any, ...]]:
    with duckdb.connect(str(made / "data" / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("use acme_analytics")
        return set(connection.sql(text).fetchall())


def test_the_library_answers_as_sql_does(released: Path) -> None:
    ads = _models(released, _manifest(released))["fct_ad_performance"]
    measures = [
        f"fct_ad_performance.{one}" for one in ("spend", "clicks", "row_count", "cost_per_click")
    ]
    asked = _rows(ads.group_by("fct_ad_performance.source_platform").aggregate(*measures))
    expected = _sql(
        released,
        "select source_platform, sum(spend), sum(clicks), count(*), sum(spend) / sum(clicks)"
        " from fct_acme__ad_performance group by all",
    )
    assert sorted(row[0] for row in expected) == ["bing_ads", "google_ads"]
    assert asked == expected


def test_a_joined_question_is_answered_as_sql_does(released: Path) -> None:
    models = _models(released, _manifest(released))
    ads = models["fct_ad_performance"].group_by("campaigns.campaign_name")
    spend = _rows(ads.aggregate("spend", "fct_ad_performance.row_count"))
    assert spend == _sql(
        released,
        "select campaign_name, sum(spend), count(*) from fct_acme__ad_performance as ads"
        " left join dim_acme__campaigns as campaigns using (source_platform, campaign_id)"
        " group by all",
    )
    # Google's campaigns by name, and Bing's report, which has no campaign.
    assert None in {name for name, *_ in spend}
    assert len(spend) == 3

    orders = models["fct_orders"].group_by("users.user_pseudo_id").aggregate("total_price")
    assert _rows(orders) == _sql(
        released,
        "select user_pseudo_id, sum(total_price) from fct_acme__orders as orders"
        " inner join fct_acme__events as events on orders.order_id = events.transaction_id"
        " group by all",
    )
    # Many rows of a fact are one of the dimension: what is its own is not multiplied.
    counted = models["fct_events"].aggregate("users.orders", "fct_events.row_count")
    assert _rows(counted) == _sql(
        released,
        "select (select count(*) from fct_acme__orders), count(*) from fct_acme__events",
    )


def test_every_measure_can_be_asked_by_time(released: Path) -> None:
    told = yaml.safe_load(_manifest(released).read_text())
    for name, model in _models(released, _manifest(released)).items():
        asked = [*told[name]["measures"], *told[name].get("calculated_measures", {})]
        time = next(key for key, one in told[name]["dimensions"].items() if len(one) > 2)
        if "joins" in told[name]:
            time, *asked = (f"{name}.{one}" for one in (time, *asked))
        query = model.query(dimensions=[time], measures=asked, time_grain="TIME_GRAIN_MONTH")
        answer = query.to_pyarrow()
        assert answer.column_names == [time, *asked]
        assert {day.day for day in answer[time].to_pylist() if day} == {1}


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
        (
            ("field: tenant_skey", "field: campaign_id"),
            "column campaign_skey: relationships to dim_campaigns.campaign_id, which is no key",
        ),
        (("ref('dim_campaigns')", "ref('dim_ads')"), "to dim_ads.tenant_skey, which is no key"),
    ],
)
def test_metadata_that_make_no_manifest_are_named(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    shutil.copy(MODELS / "dim_campaigns.yml", tmp_path)
    text = (MODELS / "fct_ad_performance.yml").read_text()
    assert change[0] in text
    (tmp_path / "fct_ad_performance.yml").write_text(text.replace(*change))
    with pytest.raises(SemanticError, match=told.replace("[", r"\[")):
        semantic_manifest(tmp_path, "acme")
