"""NREL SERF, a real photovoltaic array: a repaired clock, and expected energy that holds.

The gate comes from an independent computation on the same files (closed-form plane-of-array
irradiance, PVWatts, a trailing median): R2 .88, WAPE .076 from May 2012 on.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from penstock.landing.land_files import LandingReport
from penstock.ledger import Ledger
from penstock.loading.load import load
from penstock.products.renewable.product import PRODUCT
from penstock.runs import land, preview
from penstock.settings import REPOSITORY_ROOT, Settings
from penstock.transforming.query import query_warehouse
from penstock.transforming.transform import transform
from support.worlds import settings_for

pytestmark = pytest.mark.integration

MAPPING = REPOSITORY_ROOT / "data" / "reference" / "mappings" / "serf_pv.yaml"


@pytest.fixture(scope="module")
def array(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, LandingReport]:
    """Both files, landed, loaded and built with every data test."""
    settings = settings_for(tmp_path_factory.mktemp("array"))
    report = land(
        PRODUCT,
        settings,
        mapping_file=MAPPING,
        inputs=[shared_data / "renewable" / "serf_pv"],
        progress=lambda _: None,
    )
    load(PRODUCT, settings)
    transform(PRODUCT, settings)
    return settings, report


def ask(array: tuple[Settings, LandingReport], sql: str) -> list[tuple[Any, ...]]:
    return query_warehouse(PRODUCT, array[0], sql).rows


def test_every_row_is_accounted_for(array: tuple[Settings, LandingReport]) -> None:
    settings, report = array
    assert report.rejected == ()
    for account in report.accounts:
        # 15 April 2011 to the end of 2013; two Marches skip an hour of four stamps
        assert account.rows_read == 992 * 96
        assert account.rows_delivered == account.rows_read - 8
    with Ledger(PRODUCT.ledger(settings)) as ledger:
        refused = {(one.reason, one.row_count) for one in ledger.quarantine()}
    assert refused == {("unreadable_time", 8)}


def test_expected_energy_walks_forward_within_the_gate(
    array: tuple[Settings, LandingReport],
) -> None:
    pairs = ask(
        array,
        """select potential_mwh, gross_generation_mwh from mart_weather_adjusted_performance
           where performance_date >= '2012-05-01' and performance_index > 0.5""",
    )
    expected, actual = np.array(pairs, dtype=float).T
    wape = np.abs(expected - actual).sum() / actual.sum()
    r2 = 1 - ((actual - expected) ** 2).sum() / ((actual - actual.mean()) ** 2).sum()

    assert len(pairs) >= 570
    assert r2 >= 0.85, (r2, wape)
    assert wape <= 0.08, (r2, wape)


def test_a_baseline_by_month_of_the_year_leaves_less_of_the_season(
    array: tuple[Settings, LandingReport],
) -> None:
    """Of the days after two years of training: their monthly index against one flat ratio."""
    pairs = ask(
        array,
        """select median(m.baseline_index), median(m.baseline_index * t.baseline_yield_ratio)
               / any_value(b.baseline_yield_ratio)
           from mart_weather_adjusted_performance as m
           join int_training_trailing as t using (asset_id, performance_date)
           join int_baseline_training as b using (asset_id)
           where m.performance_date > b.season_to and m.performance_index > 0.5
           group by month(m.performance_date) having count(*) >= 15""",
    )
    by_month, flat = np.log(np.array(pairs, dtype=float)).T

    assert len(pairs) >= 4
    assert by_month.std() < 0.75 * flat.std(), (by_month, flat)
    assert abs(by_month).max() < 0.06, (by_month, flat)


@pytest.mark.parametrize("months", ["6, 7", "12, 1"])
def test_power_follows_the_modelled_sun_in_summer_and_winter(
    array: tuple[Settings, LandingReport], months: str
) -> None:
    def centre(measure: str) -> str:
        return f"sum({measure} * epoch(timestamp - performance_date) / 3600) / sum({measure})"

    ((apart_h,),) = ask(
        array,
        f"""select {centre("gross_generation_mwh")} - {centre("expected_mwh")}
            from fct_generation_weather_interval
            where is_judged and hour(timestamp) between 13 and 23
                and month(performance_date) in ({months})""",
    )
    # Read as labelled the summers would be an hour late.
    assert abs(float(apart_h)) < 0.25


def test_read_as_labelled_the_clock_is_named_and_as_shipped_it_is_not(
    array: tuple[Settings, LandingReport], shared_data: Path, tmp_path: Path
) -> None:
    as_labelled = tmp_path / "naive.yaml"
    declared = "zone: America/Denver, offset: ignored"
    text = MAPPING.read_text()
    assert declared in text
    as_labelled.write_text(text.replace(declared, "zone: offset"))
    previews, _ = preview(
        PRODUCT, mapping_file=as_labelled, inputs=[shared_data / "renewable" / "serf_pv"]
    )

    (doubt,) = [doubt for one in previews for doubt in one.doubts]
    assert doubt.startswith("SERF-PV: dq_clock: power comes 1 h after the sun in 2011-05 to")
    assert "declare `zone: America/Denver` and `offset: ignored`" in doubt
    assert array[1].doubts == ()
