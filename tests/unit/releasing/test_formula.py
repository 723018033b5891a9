"""A column followed through models' SQL, down to the raw columns."""

import pytest

from penstock.releasing.formula import Step, lines_of, steps_of
from penstock.releasing.record import Model

pytestmark = pytest.mark.unit

RAW = {"reading": ("site_id", "read_at", "kwh", "is_bad")}


def model(name: str, code: str, *columns: str) -> Model:
    return Model(name, "", dict.fromkeys(columns, ""), (), (), code, f"models/{name}.sql")


STAGED = model(
    "stg_reading",
    'with latest as (select * from "db"."raw"."reading") select site_id, read_at,'
    " kwh / 1000 as mwh, is_bad from latest",
    *("site_id", "read_at", "mwh", "is_bad"),
)
DAILY = model(
    "mart_day",
    "with valid as (select *, case when not is_bad then mwh end as valid_mwh from"
    ' "db"."staging"."stg_reading") select site_id, cast(read_at as date) as day,'
    " sum(valid_mwh) as mwh from valid group by all",
    *("site_id", "day", "mwh"),
)


def steps(*models: Model, table: str, column: str) -> list[Step]:
    return steps_of({one.name: one for one in models}, RAW, table, column)


def test_a_column_is_followed_to_the_raw_columns_it_is_made_of() -> None:
    found = steps(STAGED, DAILY, table="mart_day", column="mwh")

    assert [(one.table, one.column) for one in found] == [
        ("mart_day", "mwh"),
        ("stg_reading", "is_bad"),
        ("stg_reading", "mwh"),
    ]
    assert {source for one in found for source in one.sources if source[0] == "reading"} == {
        ("reading", "kwh"),
        ("reading", "is_bad"),
    }


def test_the_formula_shows_what_is_done_and_not_what_is_passed_on() -> None:
    models = {one.name: one for one in (STAGED, DAILY)}
    lines = list(lines_of(models, steps_of(models, RAW, "mart_day", "mwh")))

    assert lines == [
        "models/mart_day.sql: mwh = sum(valid.valid_mwh)",
        "    where valid_mwh = CASE WHEN NOT stg_reading.is_bad THEN stg_reading.mwh END",
        "models/stg_reading.sql: is_bad = reading.is_bad",
        "models/stg_reading.sql: mwh = latest.kwh / 1000",
    ]


def test_a_model_that_is_not_compiled_is_said_to_be_so() -> None:
    source = model("mart_day", "select mwh\nfrom {{ ref('stg_reading') }}", "mwh")
    found = steps(source, table="mart_day", column="mwh")

    assert found == [Step("mart_day", "mwh", (), (), "it is not compiled")]
    assert list(lines_of({"mart_day": source}, found)) == [
        "models/mart_day.sql: mwh: cannot be followed (it is not compiled); it is named in",
        "    line 1: select mwh",
    ]


def test_sql_that_cannot_be_read_stops_nothing() -> None:
    found = steps(model("mart_day", "select from where", "mwh"), table="mart_day", column="mwh")

    assert found[0].problem
