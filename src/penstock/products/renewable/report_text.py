"""The words of the report: what measures mean, why figures are missing, what to do about assets.

Belongs here: sentences. Does not belong here: figures (SQL), layout.
"""

from typing import Any

from penstock.products.renewable.charts import RATING_FLOORS
from penstock.products.renewable.report_sql import RECENT_DAYS, USABLE_FRAC
from penstock.releasing.blocks import Definition
from penstock.releasing.figures import number, percent

TECHNOLOGIES = {"wind": "Wind", "solar": "Solar"}
CAUSES = {
    "outages": "Outages",
    "curtailment": "Curtailment",
    "performance": "Under-performance",
    "electrical": "Cables and transformers",
}
ANOMALIES = {
    "unreported_outage": "Stood still unreported",
    "sudden_loss": "Sudden loss",
    "sustained_underperformance": "Lasting under-performance",
    "data_suspect": "Suspect data",
}
_RESOURCE = {"wind": "wind", "solar": "sun"}
_USABLE = percent(USABLE_FRAC, 0)

NO_DAY_SCORE = {
    "completeness": f"none: less than {_USABLE} of the day's data can be used",
    "expectation": "none: no expected energy yet, too little history to learn from",
    "resource": "none: too little wind or sun to judge the day",
}
_NO_SCORE = {
    "plant": "a plant is rated through its units",
    "completeness": f"less than {_USABLE} of the data of the last {RECENT_DAYS} days can be used",
    "expectation": (
        f"expected energy is known for less than {_USABLE} of the last {RECENT_DAYS} days: it is "
        "learned from the asset's own history (wind: about 180 hours that cover all wind speeds)"
    ),
    "resource": "there was too little wind or sun to judge",
}


def no_score(name: str, row: dict[str, Any]) -> str:
    """Why an asset has no 30-day score."""
    if row["missing_because"] == "days":
        reason = f"{row['days']} of {RECENT_DAYS} days have data, a score needs {_USABLE} of them"
    else:
        reason = _NO_SCORE[row["missing_because"]]
    return f"{name} has no score: {reason}."


def diagnosis(row: dict[str, Any]) -> str:
    """Whether an asset under-performs or stood still."""
    lost = {
        "outages": "Mostly it stood still or was derated: "
        f"{number(row['outages_mwh'], 1, 'MWh')} lost to outages, "
        f"{number(row['performance_mwh'], 1, 'MWh')} while it ran.",
        "performance": "It under-performs: "
        f"{number(row['performance_mwh'], 1, 'MWh')} missing while it ran, "
        f"{number(row['outages_mwh'], 1, 'MWh')} lost to outages.",
        "both": f"Both: {number(row['outages_mwh'], 1, 'MWh')} lost to outages and "
        f"{number(row['performance_mwh'], 1, 'MWh')} missing while it ran.",
        "fine": "Nothing to worry about: it delivered at least "
        f"{RATING_FLOORS[0]} % of what the weather allowed.",
    }
    return lost[row["cause"]]


def weather(row: dict[str, Any]) -> str:
    """What the weather did meanwhile; empty if the days before are unknown."""
    if row["weather"] is None:
        return ""
    resource = _RESOURCE[row["technology"]]
    now, before = percent(row["weather_cf"]), percent(row["weather_cf_before"])
    change = {
        "weaker": f"There was less {resource} too",
        "stronger": f"There was more {resource}, not less",
        "same": f"The {resource} was much the same",
    }
    return (
        f"{change[row['weather']]}: the weather allowed a capacity factor of {now}, after {before} "
        f"in the {RECENT_DAYS} days before. The score already allows for that."
    )


GLOSSARY = (
    Definition(
        "Expected energy",
        "What the asset would have produced in the weather it had, fully available and not "
        "curtailed, judged by its own past. Wind: its power curve of the 365 days before, at the "
        "air density of the day. Solar: irradiance in the plane of the modules and cell "
        "temperature, scaled by its own last 60 days. The judged day is never part of what it is "
        "judged by.",
    ),
    Definition(
        "Capacity factor",
        "How much of full-time full output reached the meter. Units without a meter have none.",
        "net energy / (capacity x hours with valid data)",
    ),
    Definition(
        "Score and rating",
        "How much of the energy that could be had was delivered. Calm days and curtailment are "
        "excused; outages and under-performance are not. "
        + ", ".join(
            f"{letter} from {floor}" for letter, floor in zip("ABCD", RATING_FLOORS, strict=True)
        )
        + f", E below. There is no score with less than {_USABLE} of the data or with next to no "
        "wind or sun: no score is not a score of 0.",
        "100 x gross energy / (expected energy - curtailed energy), from 0 to 100",
    ),
    Definition(
        "Performance index",
        "How well the asset did while it could run: 1 is as in its own recent past, above 1 is "
        "better. Outages and curtailment are excused.",
        "gross energy / (expected energy - lost to outages - curtailed)",
    ),
    Definition(
        "Correlation",
        "How closely daily energy follows daily wind speed (wind) or plane-of-array irradiance "
        "(solar). A low value is a hint at a sensor, an outage or curtailment, not a loss. It "
        "needs 20 days.",
        "Pearson's correlation over 30 days",
    ),
    Definition(
        "Lost to performance",
        "Expected energy that is missing while the asset could run. Negative: more than expected.",
        "expected - lost to outages - curtailed - gross energy",
    ),
    Definition(
        "Completeness",
        "Share of intervals with usable weather and generation; solar counts daylight only. What "
        "is missing is left out, never counted as zero.",
        "valid intervals / intervals there should be",
    ),
    Definition(
        "Sums of many assets",
        "Always ratios of sums, never averages of percentages. A plant and its units are both "
        "shown but only counted once.",
    ),
)
