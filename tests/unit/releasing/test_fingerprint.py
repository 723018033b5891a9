"""A fingerprint depends on the rows alone, and means the same in ten years."""

import hashlib
import struct
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from penstock.releasing.fingerprint import FingerprintError, fingerprint
from penstock.releasing.merkle import merkle_root

pytestmark = pytest.mark.unit

ROWS = pa.table(
    {
        "site": pa.array(["b", "a", "é"]),
        "day": pa.array([date(2026, 1, 2), None, date(1969, 12, 31)]),
        "energy_mwh": pa.array([Decimal("1.5"), Decimal("-0.25"), None], pa.decimal128(18, 9)),
        "slots": pa.array([24, None, -1], pa.int32()),
        "is_plant": pa.array([True, None, False]),
        "at": pa.array([datetime(2026, 1, 2, 3, 4, 5, 6), None, datetime(1970, 1, 1)]),
    }
)
PINNED = "4d55eb3e572afbf641e3109867bfa735bc2a3c19c7cfe6d303d95bfba9218449"


def by_the_definition() -> str:
    """The fingerprint of ROWS, written out by hand from the module's definition."""
    order = [("a", 1), ("b", 0), ("é", 2)]
    day = [None, (date(2026, 1, 2) - date(1970, 1, 1)).days, -1]
    energy = [-250_000_000, 1_500_000_000, None]
    slots = [None, 24, -1]
    at = [None, 1_767_323_045_000_006, 0]
    plant = [None, 1, 0]

    def column(name: str, kind: str, values: list[int | None], code: str, size: int) -> bytes:
        head = f"{name}\0{kind}\n".encode() + bytes(value is not None for value in values)
        if size == 16:
            body = b"".join((value or 0).to_bytes(16, "little", signed=True) for value in values)
        else:
            body = b"".join(struct.pack(f"<{code}", value or 0) for value in values)
        return head + body

    texts = [text.encode() for text, _ in order]
    parts = [
        b"penstock rows 1\n",
        struct.pack("<q", 3),
        column("at", "timestamp", at, "q", 8),
        column("day", "date", day, "q", 8),
        column("energy_mwh", "decimal(9)", energy, "", 16),
        column("is_plant", "boolean", plant, "B", 1),
        b"site\0string\n\x01\x01\x01",
        b"".join(struct.pack("<q", len(text)) for text in texts),
        b"".join(texts),
        column("slots", "integer", slots, "q", 8),
    ]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_the_fingerprint_is_what_its_definition_says() -> None:
    assert fingerprint(ROWS, ["site"]) == by_the_definition() == PINNED


@pytest.mark.parametrize(
    "same",
    [
        ROWS.take([2, 0, 1]),
        ROWS.select(list(reversed(ROWS.column_names))),
        pa.concat_tables([ROWS.slice(0, 1), ROWS.slice(1)]),
        ROWS.slice(0),
        ROWS.cast(
            pa.schema(
                [
                    ("site", pa.large_string()),
                    ("day", pa.date32()),
                    ("energy_mwh", pa.decimal128(38, 9)),
                    ("slots", pa.int64()),
                    ("is_plant", pa.bool_()),
                    ("at", pa.timestamp("us")),
                ]
            )
        ),
    ],
    ids=["rows shuffled", "columns reordered", "chunked", "sliced", "wider types"],
)
def test_layout_does_not_matter(same: pa.Table) -> None:
    assert fingerprint(same, ["site"]) == PINNED


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("slots", pa.array([24, 0, -1], pa.int32())),
        ("slots", pa.array([24, None, -2], pa.int32())),
        ("site", pa.array(["b", "a", "e"])),
        ("energy_mwh", pa.array([Decimal("1.5"), Decimal("-0.25"), None], pa.decimal128(18, 8))),
        ("day", pa.array([date(2026, 1, 2), date(1970, 1, 1), date(1969, 12, 31)])),
        (
            "at",
            pa.array(
                [datetime(2026, 1, 2, 3, 4, 5, 6, UTC), None, datetime(1970, 1, 1, tzinfo=UTC)]
            ),
        ),
    ],
    ids=["null is not zero", "a value", "a letter", "a scale", "null is no date", "a time zone"],
)
def test_every_difference_shows(column: str, values: pa.Array) -> None:
    changed = ROWS.set_column(ROWS.column_names.index(column), column, values)

    assert fingerprint(changed, ["site"]) != PINNED


def test_text_cannot_move_between_rows() -> None:
    """Lengths come before the text, so that `ab`, `c` is not `a`, `bc`."""
    one = pa.table({"key": [1, 2], "text": ["ab", "c"]})
    other = pa.table({"key": [1, 2], "text": ["a", "bc"]})

    assert fingerprint(one, ["key"]) != fingerprint(other, ["key"])


def test_a_key_that_is_not_unique_is_named() -> None:
    with pytest.raises(FingerprintError, match=r"1 rows share their key.*a = 1, b = None"):
        fingerprint(pa.table({"a": [1, 1, 2], "b": pa.array([None, None, 3])}), ["a", "b"])


def test_binary_floating_point_is_refused() -> None:
    with pytest.raises(FingerprintError, match=r"column x: type double .*cast it in the model"):
        fingerprint(pa.table({"x": [1.0]}), ["x"])


def test_the_tree_hash_is_that_of_rfc_9162() -> None:
    """The published test vectors of Certificate Transparency."""
    texts = [
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    ]
    leaves = [bytes.fromhex(text) for text in texts]

    assert merkle_root(leaves[:1]) == hashlib.sha256(b"\0").hexdigest()
    assert merkle_root(leaves[:7]) == (
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
    )
    assert merkle_root(leaves) == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )
