"""What a command costs before it does anything."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

HEAVY = ("polars", "duckdb", "dlt", "dbt", "pyarrow", "pandas", "altair", "openlineage")
PROGRAM = """
import json, sys
from penstock.cli import app
try:
    app({arguments!r})
except SystemExit as end:
    assert not end.code, end.code
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["quarantine", "--help"]])
def test_help_imports_no_engine(arguments: list[str]) -> None:
    """Importing the engines takes seconds; whoever asks for help waits for none of them."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(arguments=arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    modules = json.loads(done.stderr.splitlines()[-1])

    assert "penstock.cli" in modules
    assert [name for name in HEAVY if name in modules] == []


def test_a_command_is_not_held_up_by_the_search_for_garbage(tmp_path: Path) -> None:
    """Visiting every object of the engines once more would take a second at the end."""
    program = (
        "import atexit, gc, sys; from penstock.cli import app\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 0, gc.get_threshold()[0]))\n"
        "app(['status', 'sales'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PENSTOCK_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "True 100000"


def test_arrow_is_given_values_without_pandas_and_makes_frames_of_it_all_the_same() -> None:
    program = (
        "import sys, pyarrow as pa; from penstock.spared import spare_pandas, without\n"
        "spare_pandas()\n"
        "table = pa.Table.from_pylist([{'n': 1}])\n"
        "with without('sqlalchemy'):\n"
        "    import dlt.common.libs.sql_alchemy_compat\n"
        "print([name for name in ('pandas', 'sqlalchemy') if name in sys.modules])\n"
        "import sqlalchemy\n"
        "print(int(table.to_pandas()['n'].sum()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split("\n")[:2] == ["[]", "1"]
