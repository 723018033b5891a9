"""The BagIt bag (RFC 8493) around a release: manifests, tag files, hashes.

Belongs here: the exact bytes of every tag file; hashing many files, making them durable. Does not
belong here: what the payload says; judging a bag (`verify.py`).

    bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt
    metadata.yaml            what is in the release, and its root
    signature.json           only when signed; signs the seal, so the tag manifest does not list it
    data/                    the payload

The *seal* of a release is the SHA-256 of `tagmanifest-sha256.txt`: through it and
`manifest-sha256.txt` it covers every byte but the signature.
"""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from penstock.errors import PenstockError
from penstock.landing.files import sha256_of

PAYLOAD = "data"
BAGIT = "bagit.txt"
BAG_INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
METADATA = "metadata.yaml"
SIGNATURE = "signature.json"
TAG_FILES = (BAG_INFO, BAGIT, MANIFEST, METADATA)
"""What the tag manifest lists, in its order."""

BAGIT_TEXT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_HASH_DIGITS = 64
_READ_ONLY = 0o444


class BagError(PenstockError):
    """A tag file that is missing or cannot be read."""


def bag_info(*, run_id: str, series: str, sealed_at: str, sizes: Iterable[int]) -> str:
    """The text of `bag-info.txt`; `sizes` are the bytes of each payload file."""
    known = list(sizes)
    return (
        f"Bag-Group-Identifier: {series}\n"
        f"Bagging-Date: {sealed_at[:10]}\n"
        f"External-Identifier: {run_id}\n"
        f"Payload-Oxum: {sum(known)}.{len(known)}\n"
    )


def manifest_text(hashes: Mapping[str, str]) -> str:
    """A manifest: one line per file, by path. Raises: BagError for a path it cannot hold."""
    for path in hashes:
        if any(character in path for character in "\r\n%"):
            message = f"{path!r}: cannot be listed in a bag; expected a name without CR, LF and %"
            raise BagError(message)
    return "".join(f"{hashes[path]}  {path}\n" for path in sorted(hashes))


def read_manifest(path: Path) -> dict[str, str]:
    """Path to SHA-256, as a manifest lists them.

    Raises: BagError for a line of another form, or a path that leaves the bag or comes twice.
    """
    hashes: dict[str, str] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        digest, _, name = line.partition("  ")
        inside = name and not name.startswith("/") and ".." not in Path(name).parts
        if len(digest) != _HASH_DIGITS or not inside or name in hashes:
            message = (
                f"{path.name}, line {number}: expected a SHA-256, two blanks and a path inside the "
                f"bag that comes once, found {line[:120]!r}"
            )
            raise BagError(message)
        hashes[name] = digest
    return hashes


def read_text(path: Path) -> str:
    """A tag file as text. Raises: BagError when it is missing or no UTF-8."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path.name}: cannot be read ({error}); expected a tag file of the release"
        raise BagError(message) from error


def write_text(path: Path, text: str) -> None:
    """Write a text into a bag that is being filled: UTF-8, lines as given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def files_below(root: Path) -> tuple[set[str], list[str]]:
    """Every regular file below `root`, by relative path; and what has no place in a bag, in words.

    A bag holds regular files and the directories they need: no link, no empty directory, and
    nothing hidden.
    """
    files: set[str] = set()
    odd: list[str] = []
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        inside = here.relative_to(root)
        if not folders and not names and here != root:
            odd.append(f"{inside}: an empty directory")
        odd += [f"{inside / name}: hidden" for name in (*names, *folders) if name.startswith(".")]
        for name in (*names, *folders):
            path = here / name
            if path.is_symlink():
                odd.append(f"{inside / name}: a link")
            elif name in names and not path.is_file():
                odd.append(f"{inside / name}: no regular file")
            elif name in names:
                files.add((inside / name).as_posix())
    return files, odd


def hash_files(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """SHA-256 of files below `root`, several at once (hashing lets other threads run)."""
    wanted = sorted(paths)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return dict(zip(wanted, pool.map(lambda path: sha256_of(root / path), wanted), strict=True))


def keep_files(paths: Iterable[Path]) -> None:
    """Make files read-only and durable, several at once: the disk is waited for together."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(_keep_file, paths))


def _keep_file(path: Path) -> None:
    path.chmod(_READ_ONLY)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def write_tags(root: Path, *, metadata: str, info: str, payload: Mapping[str, str]) -> str:
    """Write every tag file of a bag whose payload is in place; returns the seal."""
    texts = {
        BAGIT: BAGIT_TEXT,
        BAG_INFO: info,
        MANIFEST: manifest_text(payload),
        METADATA: metadata,
    }
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8", newline="\n")
    tags = hash_files(root, TAG_FILES)
    (root / TAG_MANIFEST).write_text(manifest_text(tags), encoding="utf-8", newline="\n")
    return sha256_of(root / TAG_MANIFEST)
