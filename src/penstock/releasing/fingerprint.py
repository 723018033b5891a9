r"""The fingerprint of rows: equal rows, equal fingerprint, whatever file or engine held them.

Belongs here: the canonical bytes of rows and their SHA-256. Does not belong here: files, engines,
which rows belong together.

Definition, version 1 (all numbers little-endian). SHA-256 over

    "penstock rows 1\n", the number of rows n (8 bytes), then for each column in the order of the
    UTF-8 bytes of its name:
        the name, NUL, the type, LF,
        n bytes: 1 for a value, 0 for null,
        n values, a null as zero:
            boolean            1 byte
            integer            8 bytes, two's complement
            decimal(<scale>)   16 bytes, two's complement, value x 10^scale
            date               8 bytes, days since 1970-01-01
            timestamp          8 bytes, microseconds since 1970-01-01 00:00 (timestamptz: UTC)
            string             n lengths of 8 bytes, then the UTF-8 bytes of all values

with the rows ascending by their key (strings by UTF-8 bytes, null before any value). Binary
floating-point numbers have no canonical form here: their sums depend on the order of addition, so
none is published.
"""

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from penstock.errors import PenstockError

_Flags = npt.NDArray[np.bool_]
_FORMAT = b"penstock rows 1\n"


class FingerprintError(PenstockError):
    """Rows that have no fingerprint: a type without canonical form, a key that is not unique."""


def fingerprint(rows: pa.Table, key: Sequence[str]) -> str:
    """SHA-256 of the rows in key order, as hex; the order they come in does not matter.

    Raises: FingerprintError naming the column and its type, or the key that is not unique.
    """
    ordered = rows.combine_chunks()
    if not _ascends(ordered, key):
        by = [(name, "ascending", "at_start") for name in key]
        ordered = ordered.take(pc.sort_indices(ordered, by))
        if not _ascends(ordered, key):
            raise FingerprintError(_duplicate(ordered, key))
    digest = hashlib.sha256(_FORMAT)
    digest.update(ordered.num_rows.to_bytes(8, "little"))
    for name in sorted(ordered.column_names, key=str.encode):
        column = _whole(ordered, name)
        digest.update(f"{name}\0{canonical_type(name, column.type)}\n".encode())
        for part in _canonical_bytes(column):
            digest.update(part)
    return digest.hexdigest()


def canonical_type(name: str, kind: pa.DataType) -> str:
    """The type of a column as the fingerprint knows it; `name` is for the message.

    Raises: FingerprintError for a type without canonical form.
    """
    if pa.types.is_decimal(kind):
        return f"decimal({kind.scale})"
    if pa.types.is_timestamp(kind):
        return "timestamp" if kind.tz is None else "timestamptz"
    for known, is_it in _SIMPLE:
        if is_it(kind):
            return known
    message = (
        f"column {name}: type {kind} cannot be published; expected boolean, integer, decimal, "
        "date, timestamp or text: cast it in the model (numbers to DECIMAL)"
    )
    raise FingerprintError(message)


_SIMPLE = (
    ("boolean", pa.types.is_boolean),
    ("integer", pa.types.is_integer),
    ("date", pa.types.is_date),
    ("string", pa.types.is_string),
    ("string", pa.types.is_large_string),
)


def _canonical_bytes(column: pa.Array) -> Iterator[memoryview | bytes]:
    yield _bytes(column.is_valid().cast(pa.uint8()))
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        text = column.cast(pa.large_string()).fill_null("")
        yield _bytes(pc.binary_length(text).cast(pa.int64()))
        yield _text_bytes(text)
    elif pa.types.is_decimal(kind):
        wide = column if kind.bit_width == 128 else column.cast(pa.decimal128(38, kind.scale))
        zero = pa.scalar(Decimal(0), wide.type)
        yield _fixed_bytes(pc.fill_null(wide, zero) if wide.null_count else wide, width=16)
    elif pa.types.is_boolean(kind):
        yield _bytes(column.fill_null(False).cast(pa.uint8()))  # noqa: FBT003 - the value, not a switch
    elif pa.types.is_timestamp(kind):
        yield _integers(column.cast(pa.timestamp("us", tz=kind.tz)))
    elif pa.types.is_date(kind):
        yield _integers(column.cast(pa.date32()).cast(pa.int32()))
    else:
        yield _integers(column)


def _integers(column: pa.Array) -> memoryview:
    return _bytes(column.cast(pa.int64()).fill_null(0))


def _bytes(numbers: pa.Array) -> memoryview:
    values = numbers.to_numpy(zero_copy_only=False)
    little = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False))
    return memoryview(pa.py_buffer(little))


def _fixed_bytes(values: pa.Array, *, width: int) -> memoryview:
    start = values.offset * width
    return memoryview(values.buffers()[1])[start : start + len(values) * width]


def _text_bytes(text: pa.Array) -> memoryview | bytes:
    if len(text) == 0:
        return b""
    _, offsets, data = text.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[text.offset : text.offset + len(text) + 1]
    return memoryview(data)[int(bounds[0]) : int(bounds[-1])] if data is not None else b""


def _whole(rows: pa.Table, name: str) -> pa.Array:
    column = rows.column(name)
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _ascends(rows: pa.Table, key: Sequence[str]) -> bool:
    """Whether every row's key is greater than the one before."""
    if rows.num_rows < 2:
        return True
    greater = np.zeros(rows.num_rows - 1, dtype=bool)
    equal = ~greater
    for name in key:
        rises, stays = _steps(_whole(rows, name))
        greater |= equal & rises
        equal &= stays
    return bool(greater.all())


def _duplicate(rows: pa.Table, key: Sequence[str]) -> str:
    equal = np.ones(rows.num_rows - 1, dtype=bool)
    for name in key:
        equal &= _steps(_whole(rows, name))[1]
    first = rows.slice(int(np.argmax(equal)), 1).select(list(key)).to_pylist()[0]
    named = ", ".join(f"{name} = {value}" for name, value in first.items())
    return (
        f"{int(equal.sum()):,} rows share their key with another, the first of them {named}; "
        f"expected one row per ({', '.join(key)}): mend the model, or declare another key"
    )


def _steps(column: pa.Array) -> tuple[_Flags, _Flags]:
    """From each row to the next: whether the value rises, whether it stays. Null comes first."""
    before, after = column.slice(0, len(column) - 1), column.slice(1)
    was, comes = _flags(before.is_valid()), _flags(after.is_valid())
    rises = _flags(pc.fill_null(pc.less(before, after), False)) | (comes & ~was)  # noqa: FBT003
    stays = _flags(pc.fill_null(pc.equal(before, after), True)) & (was == comes)  # noqa: FBT003
    return rises, stays


def _flags(answers: pa.Array) -> _Flags:
    flags: _Flags = answers.to_numpy(zero_copy_only=False)
    return flags
