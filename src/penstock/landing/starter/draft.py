"""The starter mapping itself: sources and guesses written down as commented YAML.

Belongs here: which source fills which table, layout, comments. Does not belong here: guessing
(`clock.py`, `source.py`, `columns.py`); what an asset is (the product's `Starter`).
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from penstock.contracts.contract import Contract
from penstock.contracts.product import Product
from penstock.contracts.starter import FILL_IN, Seen, SeenAsset, Starter
from penstock.errors import PenstockError
from penstock.landing.inputs import find_files
from penstock.landing.starter.columns import Filled, greatest, match
from penstock.landing.starter.guess import words_of
from penstock.landing.starter.source import Source, read_sources

Tables = dict[str, dict[str, Filled]]
"""Per table and contract column: the source's column that fills it."""

_COMMENT_FROM = 60


def draft_mapping(
    paths: Sequence[Path],
    *,
    product: str,
    contracts: Mapping[str, Contract],
    starter: Starter,
    name: str | None = None,
) -> str:
    """A commented mapping, guessed from the files' headers and values.

    What only the author knows is FILL_IN; every guess says how sure it is and why.

    Raises: PenstockError when a file cannot be read, or none has a column of the base table.
    """
    sources = read_sources(find_files(paths))
    found = {
        (source.name, table): match(source, contracts[table], words)
        for source in sources
        for table, words in starter.words.items()
    }
    base = _richest(sources, found, starter.base_table)
    if base is None:
        headers = "; ".join(f"{one.path.name}: {one.measures}" for one in sources)
        message = (
            f"no column of these files looks like {starter.base_table}: {headers}. Rename one, or "
            "write the mapping by hand: docs/bring-your-own-data.md"
        )
        raise PenstockError(message)
    owners, tables = _assign(sources, found, base, starter)
    used = [one for one in sources if one.name in _names(owners, tables)]
    title = name or _title(paths, base)
    seen = _seen(title, owners, tables, starter, contracts)
    joined = {one.name for one in used} - set(owners.values())
    lines = [
        *_head(title, product, sources, used),
        "inputs:",
        *(line for one in used for line in _input(one, tables, joined=one.name in joined)),
        "",
        "tables:",
    ]
    for table, columns in tables.items():
        lines += [f"  {table}:", f"    input: {owners[table]}", "    columns:"]
        for target, filled in columns.items():
            lines += _column(target, filled, owner=owners[table], starter=starter)
        lines += [f"      {line}" for line in starter.constants(table, seen)]
    return "\n".join([*lines, "", "assets:", *(f"  {one}" for one in starter.assets(seen)), ""])


def start_mapping(
    product: Product, paths: Sequence[Path], *, name: str | None = None, out: Path | None = None
) -> str:
    """The draft for a product; written to `out` if given, never over an existing file.

    Raises: as `draft_mapping`; PenstockError when `out` exists.
    """
    text = draft_mapping(
        paths,
        product=product.name,
        contracts=product.contracts,
        starter=product.starter,
        name=name,
    )
    if out is not None:
        try:
            with out.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            message = f"{out}: exists; give `--out` another name, nothing was written."
            raise PenstockError(message) from None
    return text


def _names(owners: Mapping[str, str], tables: Tables) -> set[str]:
    columns = (one for table in tables.values() for one in table.values())
    return set(owners.values()) | {one.source.name for one in columns}


def _richest(
    sources: Sequence[Source], found: Mapping[tuple[str, str], dict[str, Filled]], table: str
) -> Source | None:
    """The source that fills most columns of a table; None if none fills any."""
    best = max(sources, key=lambda one: len(found[one.name, table]))
    return best if found[best.name, table] else None


def _assign(
    sources: Sequence[Source],
    found: Mapping[tuple[str, str], dict[str, Filled]],
    base: Source,
    starter: Starter,
) -> tuple[dict[str, str], Tables]:
    """The source of each table's rows, and where each column comes from.

    A table's rows are the base's own, or of a source with the same assets and grid; what they lack
    is joined from the others.
    """
    owners: dict[str, str] = {}
    tables: Tables = {}
    for table in starter.words:
        owner = base
        if not found[base.name, table]:
            alike = [one for one in sources if found[one.name, table] and _same_grid(one, base)]
            owner = max(alike, key=lambda one: len(found[one.name, table]), default=base)
        columns = dict(found[owner.name, table])
        for other in sources:
            if other.name != owner.name:
                columns |= {
                    target: filled
                    for target, filled in found[other.name, table].items()
                    if target not in columns and table != starter.base_table
                }
        if columns:
            owners[table] = owner.name
            tables[table] = {
                name: columns[name] for name in starter.words[table] if name in columns
            }
    return owners, tables


def _same_grid(one: Source, other: Source) -> bool:
    intervals = [None if s.clock.interval is None else s.clock.interval.value for s in (one, other)]
    return intervals[0] == intervals[1] and one.values == other.values


def _seen(
    title: str,
    owners: Mapping[str, str],
    tables: Tables,
    starter: Starter,
    contracts: Mapping[str, Contract],
) -> Seen:
    base_columns = tables[starter.base_table]
    source = next(iter(base_columns.values())).source
    minutes = None if source.clock.interval is None else int(source.clock.interval.value)
    tops = [
        top
        for name, filled in base_columns.items()
        if (target := contracts[starter.base_table].by_name[name]).full_scale is not None
        and (top := greatest(filled, target=target, hours=(minutes or 60) / 60)) is not None
    ]
    ids = source.values or (_constant(source),)
    return Seen(
        name=title,
        assets=[SeenAsset(_plain(one), minutes, max(tops, default=None)) for one in ids],
        filled={table: list(columns) for table, columns in tables.items()},
        joined={
            f"{table}.{name}": f"{filled.source.path.name} {' '.join(filled.source.measures)}"
            for table, columns in tables.items()
            for name, filled in columns.items()
            if filled.source.name != owners[table]
        },
    )


def _title(paths: Sequence[Path], base: Source) -> str:
    """A name for the mapping: the folder's or the base file's words."""
    stem = paths[0].name if paths[0].is_dir() else base.path.name.split(".")[0]
    words = [word for word in words_of(stem).split() if not word.isdigit()]
    title = "_".join(words) or "source"
    return title if title[0].isalpha() else f"source_{title}"


def _constant(source: Source) -> str:
    """The one asset of a source that names none: called like its file."""
    return _title([source.path], source)


def _plain(value: str) -> str:
    return re.sub(r"\s+", "-", value.strip())


def _head(title: str, product: str, sources: Sequence[Source], used: Sequence[Source]) -> list[str]:
    files = " ".join(one.path.name for one in used)
    idle = [one.path.name for one in sources if one not in used]
    unused = [f"# No column of {name} was recognised: it is left out." for name in idle]
    return [
        f"# A starter for {files}: guessed from headers and values.",
        "#",
        "# Each guess says how sure it is: high, medium, low. Check the low ones, put a value for",
        f"# every {FILL_IN}, then:",
        "#",
        f"#   penstock land {product} --mapping THIS_FILE --check {files}",
        *unused,
        f"name: {title}",
        f"product: {product}",
        'description: ""',
        'attribution: ""    # whom to name wherever figures of these data are shown',
        "",
    ]


def _input(source: Source, tables: Tables, *, joined: bool) -> list[str]:
    clock = source.clock
    wanted = {
        filled.column
        for table in tables.values()
        for filled in table.values()
        if filled.source.name == source.name
    }
    wanted |= {clock.column} | ({source.entity.value} if source.entity else set())
    recognised = [column for column in source.sample.frame.columns if column in wanted]
    lines = [
        f"  {source.name}:",
        f"    recognised_by: {_scalar(recognised)}",
        "    time:",
        _noted("      column", clock.column, ""),
        _noted("      zone", clock.zone.value, clock.zone.comment),
    ]
    if clock.format is not None:
        lines.append(_noted("      format", clock.format.value, clock.format.comment))
    lines.append(_noted("      label", clock.label.value, clock.label.comment))
    if source.entity is not None:
        lines += ["    entity:", _noted("      column", source.entity.value, source.entity.comment)]
        lines.append(f"{'      values:':<{_COMMENT_FROM}}# theirs: yours")
        lines += [f"        {_scalar(one)}: {_scalar(_plain(one))}" for one in source.values]
    elif not joined:
        lines += [
            "    entity:",
            _noted("      constant", _constant(source), "medium: no column tells assets apart"),
        ]
    if joined and clock.label.value == "end" and clock.interval is not None:
        value, comment = clock.interval.value, clock.interval.comment
        lines.append(_noted("    interval_minutes", value, comment))
    return lines + [
        f"    {option}: {_scalar(value)}" for option, value in source.sample.options.items()
    ]


def _column(target: str, filled: Filled, *, owner: str, starter: Starter) -> list[str]:
    entry: dict[str, object] = {}
    if filled.source.name != owner:
        entry["input"] = filled.source.name
    entry["column"] = filled.column
    if filled.unit is not None:
        entry["unit"] = filled.unit.value
    if filled.source.name != owner:
        minutes = 60 if filled.source.clock.interval is None else filled.source.clock.interval.value
        entry["within_minutes"] = int(minutes)
        if target in starter.interpolated:
            entry["between"] = "interpolate"
    rivals = f"; also like it: {', '.join(map(repr, filled.rivals))}" if filled.rivals else ""
    return [
        f"      # {filled.confidence}: {filled.why}{rivals}",
        f"      {target}: {_scalar(entry)}",
    ]


def _noted(key: str, value: str, comment: str) -> str:
    line = f"{key}: {_scalar(value)}"
    return line if not comment else f"{line:<{_COMMENT_FROM}}# {comment}"


def _scalar(value: object) -> str:
    """A value as YAML writes it inside a line."""
    text = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("\n...")
