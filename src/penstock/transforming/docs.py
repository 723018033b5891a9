"""dbt's documentation site as one file.

Belongs here: generating it. Does not belong here: the descriptions (YAML beside the models).
"""

import shutil
from pathlib import Path

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.loading.warehouse import wait_until_writable
from penstock.locking import writer_lock
from penstock.settings import Settings
from penstock.transforming.dbt_run import run_dbt
from penstock.transforming.transform import build_environment


def write_docs(product: Product, settings: Settings) -> Path:
    """Generate the static documentation page of a product's models; returns its path.

    Raises: WriterBusyError; PenstockError when nothing is built yet; DbtError.
    """
    if not product.warehouse(settings).exists():
        message = f"nothing of {product.name} is built yet: `penstock run {product.name}` first."
        raise PenstockError(message)
    state = product.engine_dir(settings) / "docs"
    wait = settings.lock_wait_seconds
    with writer_lock(product.lock(settings), holder="docs", wait_seconds=wait):
        wait_until_writable(
            product.warehouse(settings), wait_seconds=wait, config=settings.duckdb_config
        )
        run_dbt(
            ["docs", "generate", "--static"],
            project=product.dbt_project,
            state_dir=state,
            environment=build_environment(product, settings, None),
            target="prod",
        )
    page = settings.data_dir / "docs" / f"{product.name}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(state / "target" / "static_index.html", page)
    return page
