"""What a command costs before it does anything."""

import json
import subprocess
import sys

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
