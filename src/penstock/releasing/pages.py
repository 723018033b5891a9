"""The pages of a release: its product's report, and how it was made.

Belongs here: writing them into the release. Does not belong here: what they say (`making.py`, the
products), how they look (`report.py`).
"""

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from penstock.releasing import bag, sealed
from penstock.releasing.canonical import canonical_json
from penstock.releasing.evolution import Change
from penstock.releasing.making import EVERY_ROOM, ROOMS, page_of, rooms_of
from penstock.releasing.plan import Plan
from penstock.releasing.report import render
from penstock.releasing.sealed import Metadata


def write_reports(
    plan: Plan, building: Path, metadata: Metadata, changes: Sequence[Change]
) -> None:
    """The product's own report, and those of how the release was made, by room and over all."""
    plan.progress("writing the reports")
    inside = plan.settings.model_copy(update={"data_dir": building / bag.PAYLOAD})
    # What a report keeps beside itself to be written faster next time is no part of the release.
    _move_hidden(plan.settings.reports_dir, inside.reports_dir)
    plan.product.report(plan.product, inside)
    _move_hidden(inside.reports_dir, plan.settings.reports_dir)
    rooms = rooms_of(metadata, plan.record, changes)
    for name, parts in {EVERY_ROOM: ROOMS, **{one: (one,) for one in ROOMS}}.items():
        facts = {part: asdict(rooms[part]) for part in parts}
        page = render(page_of(parts, rooms, metadata, plan.record))
        bag.write_text(building / sealed.MAKING / f"{name}.json", canonical_json(facts))
        bag.write_text(building / sealed.MAKING / f"{name}.html", page)


def _move_hidden(source: Path, target: Path) -> None:
    for kept in source.glob(".*"):
        target.mkdir(parents=True, exist_ok=True)
        shutil.move(kept, target / kept.name)
