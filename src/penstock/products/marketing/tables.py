"""Rows as tables of a report.

Belongs here: how columns and values are shown. Does not belong here: questions, and what a section
says of their answers.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from penstock.releasing.blocks import Cell, Column, Prose, Section, Table
from penstock.releasing.figures import MISSING, number
from penstock.transforming.query import QueryResult

Rows = Sequence[Mapping[str, Any]]
Columns = Mapping[str, Callable[[Any], str]]
"""A table's columns in their order, and how each shows a value that is there."""


def table(caption: str, columns: Columns, rows: Rows) -> Table:
    """A table of these columns; each value by its column's format, a missing one a dash."""
    heads = tuple(
        Column(name.replace("_", " "), numeric=shown is not str) for name, shown in columns.items()
    )
    cells = tuple(
        tuple(
            Cell(MISSING if row[name] is None else shown(row[name]))
            for name, shown in columns.items()
        )
        for row in rows
    )
    return Table(caption, heads, cells)


def section(name: str, title: str, lead: str, answer: QueryResult, *, otherwise: str) -> Section:
    """A section of one table; of the sentence `otherwise` where it has no rows."""
    if not answer.rows:
        return Section(name, title, lead, (Prose((otherwise,)),))
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    columns = {one: _shown([row[one] for row in rows]) for one in answer.columns}
    return Section(name, title, lead, (table(title, columns, rows),))


def _shown(values: Sequence[Any]) -> Callable[[Any], str]:
    """How a column with these values shows one."""
    there = [one for one in values if one is not None]
    if all(isinstance(one, str) for one in there):
        return str
    return "{:%Y-%m-%d %H:%M}".format if isinstance(there[0], datetime) else number
