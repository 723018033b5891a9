"""Every chart is Vega-Lite as its grammar has it: a slip would only show in a reader's browser."""

from datetime import date

import altair as alt
import pytest
from jsonschema import ValidationError  # type: ignore[import-untyped]  # ships no types

from penstock.products.marketing import charts as marketing_charts
from penstock.products.renewable import charts, charts_findings
from penstock.products.sales import charts as sales_charts
from penstock.releasing.marks import Spec, sized

pytestmark = pytest.mark.unit

DAYS = {"first": date(2026, 3, 1), "last": date(2026, 3, 30)}
DAY = date(2026, 3, 5)
ENERGY = [{"day": DAY, "actual": 1.5, "expected": 2.0}]

CHARTS = {
    "expected": charts.expected_chart(ENERGY, asset="A", **DAYS),
    "calendar": charts.calendar_chart(
        [{"label": "A", "day": DAY, "score": 97.5, "verdict": "97.5", "completeness": "100 %"}],
        **DAYS,
    ),
    "losses": charts.losses_chart(
        [{"label": "Outages", "cause": "Outages", "lost_mwh": 3.5, "share": "2 %"}]
    ),
    "worst": charts.worst_chart([{"label": "A", "asset": "A", "part": "ran", "mwh": 2.5}]),
    "waterfall": charts_findings.waterfall_chart(
        [{"label": "A", "step": "A", "kind": "whole", "low": 0.0, "high": 9.0, "mwh": 9.0}]
    ),
    "curve": charts_findings.curve_chart(
        [{"speed": 5.0, "power": 0.2, "is_excused": False}],
        [{"speed": 5.0, "power": 0.25, "reference": one} for one in ("recent", "baseline")],
        asset="A",
    ),
    "episode": charts_findings.episode_chart(ENERGY, asset="A", **DAYS, episode=(DAY, DAY)),
    "quality": charts_findings.quality_chart(
        [{"label": "A", "day": DAY, "usable": 0.9, "weather": "90 %", "generation": "95 %"}],
        **DAYS,
    ),
    "months": sales_charts.month_chart([{"month": date(2026, 3, 1), "sales": 5.0, "orders": 2}]),
    "bars": sales_charts.bar_chart([{"name": "bikes", "sales": 5.0}]),
    "spend": marketing_charts.day_chart([{"day": DAY, "spend": 5.0}], "EUR"),
    "shares": sales_charts.share_chart([{"segment": "VIP", "of": "sales", "share": 0.5}]),
}


@pytest.mark.parametrize("spec", CHARTS.values(), ids=CHARTS)
def test_a_chart_is_vega_lite_with_its_data_inside(spec: Spec) -> None:
    alt.LayerChart.validate(spec)
    for layer in spec["layer"]:
        named = layer.get("data", {}).get("name")
        assert spec["datasets"][named] if named else {**spec, **layer}["data"]["values"]


def test_the_grammar_refuses_a_slip() -> None:
    slip = sized(
        {"mark": {"type": "bar"}, "encoding": {"x": {"field": "a", "type": "number"}}},
        rows=[{"a": 1}],
        height=10,
        description="A chart",
    )

    with pytest.raises(ValidationError):
        alt.LayerChart.validate(slip)
