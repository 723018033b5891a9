"""What somebody with access to the files can do to a release, from careless to thorough."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from penstock.landing.files import sha256_of
from penstock.releasing import bag, sealed
from penstock.releasing.canonical import canonical_json
from penstock.releasing.export import write_rows
from penstock.releasing.fingerprint import fingerprint
from penstock.releasing.series import CHAIN, Entry, read_chain

Attack = Callable[[Path, Random], str]


def seeded(seed: int) -> Random:
    """The attacker's dice, the same for a seed."""
    return Random(seed)  # noqa: S311 - repeatable is what counts


def careless(folder: Path, random: Random) -> str:
    """Flip a byte, delete, add: manifests stay as they are. Says what was done."""
    kind = random.choice(["flip", "flip", "delete", "add"])
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if kind == "add":
        name = random.choice(
            ["dist/x.sh", ".hidden", "data/extra.parquet", "data/tables/.DS_Store"]
        )
        if random.random() < 0.3:
            (folder / "data" / "empty").mkdir()
            return "added an empty directory"
        if random.random() < 0.3:
            (folder / "data" / "link").symlink_to(files[0])
            return "added a link"
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n")
        return f"added {name}"
    path = random.choice(files)
    inside = path.relative_to(folder)
    if kind == "delete":
        path.unlink()
        return f"deleted {inside}"
    content = bytearray(path.read_bytes())
    position = random.randrange(len(content))
    content[position] ^= 1 << random.randrange(8)
    path.chmod(0o644)
    path.write_bytes(content)
    return f"flipped a bit of {inside} at {position}"


def rewrite_text(folder: Path, random: Random) -> str:
    """Change a page, a log or a fact outside the identity, and mend every hash."""
    inside = random.choice(
        ["data/reports/tiny.html", "data/dbt/manifest.json", "data/dbt/results.json"]
    )
    path = folder / inside
    path.chmod(0o644)
    path.write_text(path.read_text() + " ")
    _reseal(folder, sealed.read_metadata(folder).text)
    return f"rewrote {inside} with its hashes"


def rewrite_rows(folder: Path, random: Random) -> str:
    """Change one cell, in Parquet and DuckDB alike, and mend every fingerprint, root and hash."""
    file, forged, key = _forge_cell(folder, random)
    facts = json.loads((folder / sealed.FINGERPRINTS).read_text())
    for table in facts["tables"]:
        for part in table["parts"]:
            if part["file"] == file:
                part["fingerprint"] = fingerprint(forged, table["key"])
                part["file_sha256"] = sha256_of(folder / file)
                part["file_bytes"] = (folder / file).stat().st_size
    _put(folder / sealed.FINGERPRINTS, canonical_json(facts))
    (folder / sealed.WAREHOUSE).chmod(0o644)
    with duckdb.connect(str(folder / sealed.WAREHOUSE)) as connection:
        connection.execute(
            "update marts.mart_day set status = 'forged' where site_id = ? and day = ?", key
        )
    metadata = sealed.read_metadata(folder)
    tables = sealed.read_tables(folder)[0]
    root = sealed.root_of(tables, metadata.contracts, sealed.read_inputs(folder))
    shown = [sealed.table_facts(one) for one in tables]
    _reseal(folder, replace(metadata, root=root, tables=shown).text)
    return f"forged a cell of {file} with every record inside the release"


def forge_rows_only(folder: Path, random: Random) -> str:
    """Change one cell and every hash of a file; fingerprints and root stay as they were."""
    file, _, _ = _forge_cell(folder, random)
    _reseal(folder, sealed.read_metadata(folder).text)
    return f"forged a cell of {file} with its hashes"


def _forge_cell(folder: Path, random: Random) -> tuple[str, pa.Table, list[object]]:
    """The file that was changed, its rows now, the key of the changed row."""
    table = next(one for one in sealed.read_tables(folder)[0] if one.name == "mart_day")
    part = random.choice(table.parts)
    rows = pq.read_table(folder / part.file, partitioning=None)
    values = rows.column("status").to_pylist()
    place = random.randrange(len(values))
    values[place] = "forged"
    forged = rows.set_column(rows.column_names.index("status"), "status", pa.array(values))
    (folder / part.file).unlink()
    write_rows(forged, folder / part.file)
    key = [rows.column(name)[place].as_py() for name in table.key]
    return part.file, forged, key


def rewrite_chain(folder: Path) -> None:
    """Mend the chain too: what it says of this release, and every line after it."""
    metadata = sealed.read_metadata(folder)
    seal = sha256_of(folder / bag.TAG_MANIFEST)
    path = folder.parent / CHAIN
    lines: list[Entry] = []
    for entry in read_chain(path):
        one = entry
        if one.run_id == metadata.run_id:
            one = replace(one, root=metadata.root, seal=seal)
        if one.parent == metadata.run_id:
            one = replace(one, parent_root=metadata.root, parent_seal=seal)
        lines.append(replace(one, previous=lines[-1].sha256 if lines else ""))
    _put(path, "".join(f"{one.line}\n" for one in lines))


def _reseal(folder: Path, metadata: str) -> None:
    """Every manifest and tag file as it would be, had the release been sealed like this.

    Without the key there is no signature to be had: it goes.
    """
    for name in (*bag.TAG_FILES, bag.TAG_MANIFEST, bag.SIGNATURE):
        (folder / name).unlink(missing_ok=True)
    payload = {path for path in bag.files_below(folder)[0] if path.startswith(f"{bag.PAYLOAD}/")}
    (folder / bag.METADATA).write_text(metadata)
    facts = sealed.read_metadata(folder)
    bag.write_tags(
        folder,
        metadata=metadata,
        info=bag.bag_info(
            run_id=facts.run_id,
            series=facts.series,
            sealed_at=facts.sealed_at,
            sizes=[(folder / path).stat().st_size for path in payload],
        ),
        payload=bag.hash_files(folder, payload),
    )


def _put(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)
