"""Writes the committed golden release again: `PYTHONPATH=tests .venv/bin/python -m support.golden`.

Only needed when the format of a release changes on purpose; the old one then has to stay readable
or the format's number has to change (`penstock.releasing.sealed.FORMAT`).
"""

import shutil
import sys
import tempfile
from pathlib import Path

from penstock.settings import REPOSITORY_ROOT, Settings
from support import releases

GOLDEN = REPOSITORY_ROOT / "tests" / "fixtures" / "golden" / "tiny"


def main() -> None:
    """Release the tiny product once, and copy the series beside the tests."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(data_dir=Path(scratch))
        releases.release(settings, 0)
        shutil.rmtree(GOLDEN, ignore_errors=True)
        shutil.copytree(settings.releases_dir / "tiny", GOLDEN, symlinks=True)
        (GOLDEN / "current").unlink()
    sys.stdout.write(f"wrote {GOLDEN}\n")


if __name__ == "__main__":
    main()
