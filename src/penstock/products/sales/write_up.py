"""What a run says about itself: manifest of files, pages of layers, summary.

Belongs here: turning files, accounts and tables into pages. Does not belong here: where a run's
record lies (`records.py`); the HTML report of the product.
"""

from collections.abc import Mapping
from typing import Any

from penstock.contracts.layered import Layer
from penstock.contracts.product import Product
from penstock.products.sales.manifest import MANIFEST
from penstock.products.sales.records import Journal, LayerLog, markdown_table, write_json
from penstock.settings import Settings
from penstock.transforming.query import reading


def write_bronze(log: LayerLog, files: list[dict[str, Any]]) -> None:
    """The manifest and the page of bronze."""
    write_json(log.folder / MANIFEST, {"files": files})
    log.facts = {
        "files": len(files),
        "rows": sum(one.get("rows", 0) for one in files),
        "by_status": {
            status: sum(one["status"] == status for one in files)
            for status in ("new", "unchanged", "failed")
        },
    }
    for one in files:
        log.say(f"{one['name']}: {one['status']} {one.get('error', '')}".rstrip())
    rows = [
        (
            one["name"],
            one["status"],
            one.get("rows"),
            one.get("bytes"),
            one.get("sha256", "")[:12],
            one.get("received_at", ""),
            one.get("error", ""),
        )
        for one in files
    ]
    columns = ("file", "status", "rows", "bytes", "sha256", "received (UTC)", "error")
    log.write_report(f"# Bronze\n\nThe full set of files.\n\n{markdown_table(columns, rows)}\n")


def write_tables(
    log: LayerLog, product: Product, settings: Settings, layer: Layer, rows: Mapping[str, int]
) -> None:
    """The page of a layer of tables: their rows, and for silver the account of every rule."""
    log.facts = {"tables": dict(rows)}
    for table, count in rows.items():
        log.say(f"{table}: {count:,} rows")
    parts = [f"# {layer.capitalize()}", markdown_table(("table", "rows"), list(rows.items()))]
    if layer == "silver":
        with reading(product, settings) as ask:
            account = ask(
                "select table_name, rule, rows_in, rows_dropped, rows_out, values_changed"
                " from row_accounting order by table_name, step"
            )
        parts += [
            "## What the rules did",
            "Every dropped row and every changed value is in `row_changes`.",
            markdown_table(account.columns, account.rows),
        ]
    log.write_report("\n\n".join(parts) + "\n")


def write_summary(journal: Journal) -> None:
    """All layers of a run on one page."""
    record = journal.record
    facts = [
        *([("outcome", record.outcome)] if record.outcome != "running" else []),
        ("as of", record.as_of),
        ("layers asked for", record.asked_for),
        ("from run", record.from_run or "files as received"),
        ("started (UTC)", record.started_at),
        *([("ended (UTC)", record.ended_at)] if record.ended_at else []),
        *([("message", record.message)] if record.message else []),
    ]
    parts = [f"# Run {record.run_id}", markdown_table(("", ""), facts)]
    for layer in ("bronze", "silver", "gold"):
        page = journal.folder / layer / "report.md"
        if page.exists():
            parts.append(page.read_text(encoding="utf-8").replace("\n## ", "\n### ").strip())
    text = "\n\n".join([parts[0], *parts[1:]]).replace("\n# ", "\n## ")
    (journal.folder / "summary.md").write_text(text + "\n", encoding="utf-8")
