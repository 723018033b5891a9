"""A load asks nothing of the machine and tells nobody: dlt has no configuration but ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from penstock.products.renewable.product import PRODUCT
from support.worlds import settings_for, ship_days

pytestmark = pytest.mark.integration

PROGRAM = """
import json, os, sys, threading
asked = []
def hear(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect"):
        asked.append([event, str(arguments)])
    elif event == "open" and isinstance(arguments[0], str):
        if set(arguments[1] or "") & set("wax+"):
            asked.append([event, os.path.abspath(arguments[0])])
sys.addaudithook(hear)
from penstock.contracts.registry import load_product
from penstock.loading.load import load
from penstock.settings import Settings
load(load_product("renewable"), Settings())
others = [one for one in threading.enumerate() if one is not threading.main_thread()]
for one in others:
    one.join(5)
spared = [name for name in ("pandas", "requests", "sqlalchemy") if name in sys.modules]
print(json.dumps({"asked": asked, "spared": spared}))
"""


def test_a_load_calls_nobody_and_reads_no_other_configuration(
    data_dir: Path, tmp_path: Path
) -> None:
    settings = settings_for(data_dir)
    ship_days(settings, days=1)
    theirs = {
        "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "false",
        "LOAD__DELETE_COMPLETED_JOBS": "false",
    }
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM],
        env={**os.environ, **theirs, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    here = str(data_dir)

    assert [one for one in told["asked"] if not one[1].startswith(here)] == []
    assert told["spared"] == []
    assert not [one for one in data_dir.rglob("completed_jobs") if any(one.iterdir())]
    with duckdb.connect(str(PRODUCT.warehouse(settings)), read_only=True) as connection:
        named = "select count(*) from raw.weather where _dlt_load_id is not null"
        assert connection.execute(named).fetchall() == [(2 * 24,)]
