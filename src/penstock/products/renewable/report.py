"""placeholder until the report is written."""

from pathlib import Path

from penstock.contracts.product import Product
from penstock.settings import Settings


def write_report(product: Product, settings: Settings) -> Path:
    return settings.reports_dir
