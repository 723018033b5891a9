"""Row hashes that mean the same in ten years.

Belongs here: a 64-bit hash per row, defined by this file alone and not by a library's version.
Does not belong here: fingerprints of tables (releasing); hashes of files (landing).
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

_Hashes = npt.NDArray[np.uint64]


def row_hashes(frame: pl.DataFrame) -> pl.Series:
    """One signed 64-bit hash per row: equal values, equal hash, whatever the column order.

    Each non-null cell's 64-bit image is mixed (splitmix64) with its column name's key; a row's
    hash is the wrapping sum. A null adds nothing, so that a column added later, null in old rows,
    leaves their hashes as they were. -0.0 counts as 0.0.

    Raises: TypeError for a column type that has no 64-bit image (nested types).
    """
    total = np.zeros(frame.height, dtype=np.uint64)
    for column in frame.columns:
        series = frame[column]
        nulls = series.null_count()
        if nulls == series.len():
            continue
        mixed = _splitmix64(_image(series) ^ np.uint64(_key(column)))
        if nulls:
            mixed[series.is_null().to_numpy()] = 0
        total += mixed
    return pl.Series("_row_hash", total.view(np.int64))


def content_hash(hashes: pl.Series) -> str:
    """SHA-256 over row hashes in row order: identity of a delivery's content."""
    return hashlib.sha256(hashes.to_numpy().astype("<i8").tobytes()).hexdigest()


def _image(series: pl.Series) -> _Hashes:
    dtype = series.dtype
    if dtype.is_float():
        values = series.fill_null(0.0).cast(pl.Float64).to_numpy() + 0.0  # -0.0 becomes 0.0
        return np.ascontiguousarray(values).view(np.uint64)
    if dtype == pl.String:
        return _string_image(series)
    if dtype.is_integer() or dtype.is_temporal() or dtype == pl.Boolean:
        integers = series.to_physical().cast(pl.Int64).fill_null(0).to_numpy()
        return np.ascontiguousarray(integers).view(np.uint64)
    message = f"column {series.name}: no row hash for type {dtype}"
    raise TypeError(message)


def _string_image(series: pl.Series) -> _Hashes:
    # Text repeats (asset names, status codes): hash each distinct value once. Polars would look the
    # values up by a join, which takes twice as long.
    encoded = series.to_arrow().dictionary_encode(null_encoding="encode")
    keys = _keys([text or "" for text in encoded.dictionary.to_pylist()])
    return keys.take(pl.Series(encoded.indices).to_numpy())


def _key(text: str) -> int:
    return int(_keys([text])[0])


def _keys(texts: Sequence[str]) -> _Hashes:
    """BLAKE2b of each text's UTF-8 bytes, in 8 bytes, little-endian."""
    empty = hashlib.blake2b(digest_size=8)  # copying it takes half as long as making another
    digests = []
    for text in texts:
        one = empty.copy()
        one.update(text.encode())
        digests.append(one.digest())
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def _splitmix64(values: _Hashes) -> _Hashes:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014), wrapping."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)
