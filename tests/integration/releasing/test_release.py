"""A release is complete, published in one step, and says nothing twice."""

from datetime import date
from pathlib import Path

import bagit
import duckdb
import pyarrow.parquet as pq
import pytest

from penstock.contracts.published import PublishedTable
from penstock.releasing import sealed
from penstock.releasing.bag import PAYLOAD
from penstock.releasing.export import TURNS, Look
from penstock.releasing.plan import AuditError
from penstock.releasing.read import reading_release
from penstock.releasing.sealed import WAREHOUSE
from penstock.releasing.verify import verify
from penstock.releasing.warehouse_file import write_warehouse
from penstock.settings import Settings
from support import releases
from support.releases import Tiny, tiny_series
from support.worlds import settings_for

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return settings_for(data_dir)


def test_a_release_proves_itself(settings: Settings) -> None:
    releases.release(settings)

    found = verify(releases.folder(settings), strict=True)

    assert found.failures == ()
    assert found.rows == 2 + 2 * 40 + 2 * 160
    assert bagit.Bag(str(releases.folder(settings))).is_valid()


def test_a_release_holds_every_published_table(settings: Settings) -> None:
    releases.release(settings)
    folder = releases.folder(settings)

    tables = {one.name: one for one in sealed.read_tables(folder)[0]}
    assert [one.month for one in tables["mart_day"].parts] == ["2026-01", "2026-02"]
    for table in tables.values():
        rows = sum(pq.read_metadata(folder / part.file).num_rows for part in table.parts)
        assert rows == table.rows
    with duckdb.connect(str(folder / sealed.WAREHOUSE), read_only=True) as connection:
        assert connection.execute("select count(*) from marts.mart_day").fetchall() == [(80,)]
    with reading_release(folder) as ask:
        assert ask("select count(*) from fct_reading").rows == [(320,)]
        assert ask("select name from marts.dim_site order by 1").rows == [("Site 0",), ("Site 1",)]


def test_nothing_new_makes_no_release(settings: Settings) -> None:
    assert releases.release(settings, 0) is not None
    assert releases.release(settings, 1) is None

    assert [one.run_id for one in tiny_series(settings).released()] == [releases.run_id(0)]
    assert not releases.folder(settings, 1).exists()


def test_only_months_that_changed_are_written(settings: Settings) -> None:
    releases.release(settings, 0)
    second = releases.release(settings, 1, Tiny(days=41))

    assert second is not None
    # one month of each dated table has a new day; the other, and the sites, are taken over
    assert (second.written_parts, second.reused_parts) == (2, 3)
    kept = "data/tables/mart_day/mart_day_2026-01.parquet"
    before, after = releases.folder(settings, 0) / kept, releases.folder(settings, 1) / kept
    assert before.stat().st_ino == after.stat().st_ino
    assert verify(releases.folder(settings, 1), strict=True).passed


def test_a_change_in_an_old_month_is_found_by_its_rows(settings: Settings) -> None:
    releases.release(settings, 0)
    change = (
        "update marts.mart_day set energy_mwh = 1 where day = '2026-01-03' and site_id = 'site_1'"
    )
    releases.release(settings, 1, Tiny(changes=(change,)))

    before, after = (
        {one.month: one.fingerprint for one in sealed.read_tables(folder)[0][1].parts}
        for folder in (releases.folder(settings, 0), releases.folder(settings, 1))
    )
    assert [month for month in before if before[month] != after[month]] == ["2026-01"]


def test_damage_is_not_inherited(settings: Settings) -> None:
    releases.release(settings, 0)
    damaged = releases.folder(settings, 0) / "data/tables/mart_day/mart_day_2026-01.parquet"
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    second = releases.release(settings, 1, Tiny(days=41))

    assert second is not None
    assert verify(releases.folder(settings, 1), strict=True).passed
    assert "was damaged in the release before" in " ".join(second.metadata.warnings)
    assert not verify(releases.folder(settings, 0)).passed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update marts.mart_day set day = null where day = '2026-01-03'", "day is null in 2 rows"),
        ("insert into marts.dim_site from marts.dim_site", "2 rows share their key"),
        ("alter table marts.mart_day alter energy_mwh type double", "energy_mwh: type double"),
        ("drop table marts.dim_site", "dim_site: expected one table of this name"),
        ("delete from marts.fct_reading where read_at > '2026-01-20'", "fct_reading has 154 rows"),
        ("alter table marts.mart_day drop status", "mart_day.status: is gone"),
        ("alter table marts.mart_day alter energy_mwh type bigint", "was decimal(9), is integer"),
        ("update marts.dim_site set name = 'AKIA' || repeat('Q', 16)", "AWS access key"),
    ],
)
def test_a_failed_audit_leaves_the_previous_release_current(
    settings: Settings, change: str, told: str
) -> None:
    releases.release(settings, 0)

    with pytest.raises(AuditError, match="stays current") as failed:
        releases.release(settings, 1, Tiny(changes=(change,)))

    assert told in str(failed.value)
    evidence = settings.runs_dir / releases.run_id(1) / "audit.json"
    assert str(evidence) in str(failed.value)
    assert evidence.exists()
    series = tiny_series(settings)
    assert series.current() == releases.folder(settings, 0)
    assert series.orphans() == []
    assert verify(releases.folder(settings, 0), strict=True).passed


def test_a_warehouse_that_could_not_be_written_hinders_no_other(tmp_path: Path) -> None:
    """One process may release many series from one opening of their warehouse."""
    table = PublishedTable("dim_site", ("site_id",))
    for name in ("one", "other"):
        (tmp_path / name / PAYLOAD).mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("create table built as select 1 as site_id")

        with pytest.raises(duckdb.CatalogException, match="missing"):
            write_warehouse(connection, [table], {"dim_site": "missing"}, tmp_path / "one")
        write_warehouse(connection, [table], {"dim_site": "memory.main.built"}, tmp_path / "other")

    with duckdb.connect(str(tmp_path / "other" / WAREHOUSE), read_only=True) as released:
        assert released.execute("from marts.dim_site").fetchall() == [(1,)]


def test_a_month_no_build_has_touched_is_looked_at_when_its_turn_comes(settings: Settings) -> None:
    """Somebody wrote into the working warehouse by hand, in a month long built."""
    by_hand = "update marts.fct_reading set energy_mwh = 1 where read_at = '2026-01-03'"
    releases.release(settings, 0)
    january = [sealed.read_tables(releases.folder(settings, 0))[0][2].parts[0].fingerprint]
    for number, turn in enumerate((2, TURNS, TURNS + 1), start=1):
        look = Look(changed_from=date(2026, 2, 9), turn=turn)
        releases.release(settings, number, Tiny(days=40 + number, changes=(by_hand,)), look=look)
        folder = releases.folder(settings, number)
        assert verify(folder, strict=True).passed
        january.append(sealed.read_tables(folder)[0][2].parts[0].fingerprint)

    assert january[0] == january[1] == january[2] != january[3]
