"""What a load's checks say, and that they say it again."""

from datetime import date, datetime
from pathlib import Path

import pytest

from penstock.ledger import Delivery, DeliveryStatus, Ledger, QuarantineCount
from penstock.loading.verdicts import Verdict, checks_of, judge_load
from penstock.products.renewable.contracts import ASSETS, WEATHER
from penstock.settings import Settings

pytestmark = pytest.mark.unit

DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)
FIRST_RUN, SECOND_RUN = "20260302T060000Z-00000001", "20260303T060000Z-00000002"


def delivery(
    day: date,
    *,
    run_id: str = FIRST_RUN,
    read: int = 240,
    refused: int = 0,
    lost: int = 0,
    status: DeliveryStatus = "loaded",
    message: str = "",
) -> Delivery:
    loaded = status == "loaded"
    return Delivery(
        delivery_id=f"weather/weather_{day}.parquet",
        table_name="weather",
        status=status,
        source="test",
        sha256="",
        bytes=1,
        modified_ns=1,
        delivered_at=datetime(2026, 3, 3),
        rows_read=read,
        rows_accepted=read - refused - lost,
        rows_quarantined=refused,
        first_day=day if loaded else None,
        last_day=day if loaded else None,
        message=message,
        run_id=run_id,
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def judged(
    settings: Settings,
    *deliveries: Delivery,
    refused: tuple[QuarantineCount, ...] = (),
    run_id: str = FIRST_RUN,
    day: date = DAY,
) -> dict[str, Verdict]:
    with Ledger(settings.data_dir / "ledger.sqlite") as ledger:
        ledger.put_deliveries(deliveries)
        ledger.put_quarantine([one.origin for one in refused], refused)
        verdicts = judge_load(WEATHER, ledger, settings, run_id=run_id, first=day, last=day)
    return {one.check: one for one in verdicts}


def test_a_good_load_passes_every_check(settings: Settings) -> None:
    verdicts = judged(settings, delivery(DAY))

    assert set(verdicts) == set(checks_of(WEATHER))
    assert all(one.passed for one in verdicts.values())


def test_tables_without_days_have_no_checks_of_days() -> None:
    assert set(checks_of(WEATHER)) - set(checks_of(ASSETS)) == {"row_count", "freshness"}


def test_a_rejected_file_is_an_error_with_its_message_whichever_day_is_run(
    settings: Settings,
) -> None:
    broken = delivery(DAY, status="rejected", read=0, message="weather_x.parquet: cannot be read")
    later = judged(settings, broken, delivery(NEXT, run_id=SECOND_RUN), run_id=SECOND_RUN, day=NEXT)

    assert not later["contract"].passed
    assert later["contract"].is_error
    assert later["contract"].message == "weather_x.parquet: cannot be read"


def test_refused_rows_warn_with_file_count_and_reason(settings: Settings) -> None:
    count = QuarantineCount(f"weather/weather_{DAY}.parquet", "not_finite", 2, "q.parquet")
    verdict = judged(settings, delivery(DAY, refused=2), refused=(count,))["quarantine"]

    assert not verdict.passed
    assert not verdict.is_error
    assert "2 of 240 rows refused (0.83 %" in verdict.message
    assert f"penstock quarantine show weather/weather_{DAY}.parquet" in verdict.message


def test_fewer_refused_rows_than_allowed_pass(tmp_path: Path) -> None:
    count = QuarantineCount(f"weather/weather_{DAY}.parquet", "not_finite", 2, "q.parquet")
    lenient = Settings(data_dir=tmp_path, quarantine_warn_pct=1.0)

    assert judged(lenient, delivery(DAY, refused=2), refused=(count,))["quarantine"].passed


def test_a_row_that_is_neither_accepted_nor_quarantined_is_an_error(settings: Settings) -> None:
    verdict = judged(settings, delivery(DAY, lost=1))["account"]

    assert not verdict.passed
    assert verdict.is_error


def test_a_short_day_warns_against_the_load_before(settings: Settings) -> None:
    short = delivery(NEXT, run_id=SECOND_RUN, read=190)
    verdict = judged(settings, delivery(DAY), short, run_id=SECOND_RUN, day=NEXT)["row_count"]

    assert not verdict.passed
    assert "190 rows per day, 79 % of the load before (240)" in verdict.message


def test_a_day_just_long_enough_passes(settings: Settings) -> None:
    enough = delivery(NEXT, run_id=SECOND_RUN, read=192)

    assert judged(settings, delivery(DAY), enough, run_id=SECOND_RUN, day=NEXT)["row_count"].passed


def test_a_day_that_has_not_been_loaded_is_behind(settings: Settings) -> None:
    verdict = judged(settings, delivery(DAY), day=date(2026, 3, 4))["freshness"]

    assert not verdict.passed
    assert verdict.message == "last loaded day 2026-03-01, asked for 2026-03-04: 3 days behind"


def test_a_second_load_of_the_day_says_the_same(settings: Settings) -> None:
    count = QuarantineCount(f"weather/weather_{DAY}.parquet", "not_finite", 2, "q.parquet")
    first = judged(settings, delivery(DAY, refused=2), refused=(count,))
    again = judged(settings, delivery(DAY, refused=2), refused=(count,), run_id=SECOND_RUN)

    assert again == first
