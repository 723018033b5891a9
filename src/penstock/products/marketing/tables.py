"""Answers to questions as sections of a report.

Belongs here: rows as tables of a page. Does not belong here: questions.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from penstock.releasing.blocks import Cell, Column, Prose, Section, Table
from penstock.releasing.figures import number
from penstock.transforming.query import QueryResult


def section(name: str, title: str, lead: str, answer: QueryResult, *, otherwise: str) -> Section:
    """A section of one table; of the sentence `otherwise` where it has no rows."""
    if not answer.rows:
        return Section(name, title, lead, (Prose((otherwise,)),))
    return Section(name, title, lead, (_table(title, answer.columns, answer.rows),))


def _table(caption: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Table:
    heads = tuple(
        Column(name, numeric=not all(isinstance(row[at], str) for row in rows))
        for at, name in enumerate(columns)
    )
    return Table(caption, heads, tuple(tuple(Cell(_text(value)) for value in row) for row in rows))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value if isinstance(value, str) else number(value)
