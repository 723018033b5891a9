"""What changed between two releases is named: table, month, columns, rows; schema and notes."""

from pathlib import Path

import duckdb
import pytest

from penstock.releasing import sealed as seals
from penstock.releasing.diff import certify, diff
from penstock.releasing.plan import AuditError
from penstock.settings import Settings
from support import releases
from support.releases import TINY, Tiny
from support.worlds import settings_for

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return settings_for(data_dir)


def test_order_and_threads_do_not_matter(settings: Settings, tmp_path: Path) -> None:
    other = settings_for(tmp_path / "elsewhere")
    releases.release(settings)
    releases.release(other, build=Tiny(threads=4, is_shuffled=True))

    assert certify(releases.folder(settings), releases.folder(other)) == ()
    assert diff(releases.folder(settings), releases.folder(other)).is_empty


def test_one_changed_cell_is_named_with_table_and_month(settings: Settings, tmp_path: Path) -> None:
    where = "(site_id, read_at) = ('site_0', '2026-02-03')"
    change = f"update marts.fct_reading set energy_mwh = 9 where {where}"
    other = settings_for(tmp_path / "elsewhere")
    releases.release(settings)
    releases.release(other, build=Tiny(changes=(change,)))

    assert certify(releases.folder(settings), releases.folder(other)) == (
        "fct_reading 2026-02: 320 rows -> 320; 0 gone, 0 new; changed: energy_mwh (1 cells)",
    )


def test_rows_and_files_that_came_are_counted(settings: Settings) -> None:
    releases.release(settings, 0)
    releases.release(settings, 1, Tiny(days=41))
    found = diff(releases.folder(settings, 0), releases.folder(settings, 1))

    assert {one.table: (one.rows_gone, one.rows_new) for one in found.tables} == {
        "mart_day": (0, 2),
        "fct_reading": (0, 8),
    }
    assert found.inputs == ("1 input files new: reading/reading_2026-02-10.parquet",)


def test_a_new_column_is_published_with_a_note(settings: Settings) -> None:
    releases.release(settings, 0)
    more = "alter table marts.mart_day add column cost_eur decimal(18, 2)"
    sealed = releases.release(settings, 1, Tiny(changes=(more,)))

    assert sealed is not None
    assert "schema: mart_day.cost_eur: new column (decimal(2))" in sealed.metadata.warnings


RENAME = "alter table marts.mart_day rename column energy_mwh to net_energy_mwh"


def test_a_rename_needs_a_migration_note_and_keeps_the_old_name_for_one_release(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "tiny_dbt"
    project.mkdir()
    monkeypatch.setattr(type(TINY), "dbt_project", project)
    releases.release(settings, 0)
    with pytest.raises(AuditError, match=r"mart_day\.energy_mwh: is gone.*migrations\.yml"):
        releases.release(settings, 1, Tiny(changes=(RENAME,)))

    (project / "migrations.yml").write_text(
        "- {table: mart_day, column: energy_mwh, change: renamed, to: net_energy_mwh, reason: x}\n"
    )
    assert releases.release(settings, 1, Tiny(changes=(RENAME,))) is not None
    assert old_name(settings, 1) == [(80,)]
    assert releases.release(settings, 2, Tiny(days=41, changes=(RENAME,))) is not None
    assert old_name(settings, 2) == []


def old_name(settings: Settings, number: int) -> list[tuple[int]]:
    """Readings of the old column through the transition view; none if there is no such view."""
    path = releases.folder(settings, number) / seals.WAREHOUSE
    with duckdb.connect(str(path), read_only=True) as connection:
        views = connection.execute(
            "select view_name from duckdb_views() where schema_name = 'transition'"
        ).fetchall()
        if not views:
            return []
        return connection.execute("select count(energy_mwh) from transition.mart_day").fetchall()
