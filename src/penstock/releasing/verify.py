"""Verifying a release: does the directory still prove itself?

Belongs here: files against manifests, tag files against their canonical form, identity against
what it is made of, the record that the chain and the successor keep, the signature. Does not belong
here: the contents of files (`pack.py`); repairing.

Everything is read from the release and, where they lie beside it, its chain and its successors;
neither the working warehouse nor the raw files are needed.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import bagit

from penstock.errors import PenstockError
from penstock.landing.files import sha256_of
from penstock.releasing import bag, sealed
from penstock.releasing.pack import MALFORMED, Pack, check_pack
from penstock.releasing.sealed import Check, Metadata, Parent
from penstock.releasing.series import CHAIN, Entry, read_chain
from penstock.releasing.signing import check_signature, signing_key

_SHOWN = 5


@dataclass(frozen=True)
class Verification:
    """What was looked at and found. `files` and `bytes` were hashed, `rows` read in strict mode."""

    release: Path
    metadata: Metadata | None
    seal: str
    checks: tuple[Check, ...]
    files: int
    bytes: int
    rows: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return all(one.passed or one.warns for one in self.checks)

    @property
    def failures(self) -> tuple[str, ...]:
        """What is wrong, in words."""
        return tuple(
            f"{one.name}: {one.message}" for one in self.checks if not (one.passed or one.warns)
        )


def verify(
    release: Path,
    *,
    strict: bool = False,
    public_key: Path | None = None,
    expect_root: str | None = None,
) -> Verification:
    """Verify a release: every byte of it, and what others recorded about it.

    `strict` also recomputes every fingerprint from the rows and requires the chain. `expect_root`
    is a root kept elsewhere; it is compared with one computed from the rows.

    Raises: KeyFileError when `public_key` is no key.
    """
    release = release.resolve()
    manifest: dict[str, str] = {}
    findings: list[Check] = []

    def look(name: str, examine: Callable[[], Iterator[str]]) -> bool:
        problems: list[str] = []
        try:
            for problem in examine():
                problems.append(problem)  # noqa: PERF402 - what was found before an error counts
        except (*MALFORMED, bagit.BagError) as error:
            problems.append(str(error) or type(error).__name__)
        findings.append(Check(name, not problems, _few(problems)))
        return not problems

    def hashes() -> Iterator[str]:
        manifest.update(bag.read_manifest(release / bag.MANIFEST))
        yield from _hashes(release, manifest)

    look("files", lambda: _file_set(release))
    look("hashes", hashes)
    metadata: list[Metadata] = []

    def identity() -> Iterator[str]:
        metadata.append(sealed.read_metadata(release))
        yield from _identity(release, metadata[0], manifest)

    look("identity", identity)
    seal = _seal(release)
    rows = 0
    if metadata:
        known = metadata[0]
        look("tag files", lambda: _tags(release, known, manifest))
        look("chain", lambda: _chain(release, known, seal, required=strict))
        look("successor", lambda: _successors(release, known, seal))
        if public_key is not None or (release / bag.SIGNATURE).exists():
            look("signature", lambda: _signature(release, known, seal, public_key))
            findings[-1] = _with_key(findings[-1], release, public_key)
        if strict or expect_root is not None:
            pack = check_pack(release, known)
            findings += pack.checks
            rows = pack.rows
            if expect_root is not None:
                look("expected root", lambda: _expected(pack, known, expect_root))
    return Verification(
        release=release,
        metadata=metadata[0] if metadata else None,
        seal=seal,
        checks=tuple(findings),
        files=len(manifest),
        bytes=sum((release / one).stat().st_size for one in manifest if (release / one).is_file()),
        rows=rows,
    )


def _file_set(release: Path) -> Iterator[str]:
    """Exactly the files that are listed, and the directories they need."""
    found, odd = bag.files_below(release)
    yield from odd
    payload = set(bag.read_manifest(release / bag.MANIFEST))
    tags = set(bag.read_manifest(release / bag.TAG_MANIFEST))
    expected = payload | tags | {bag.TAG_MANIFEST}
    yield from (f"{path}: is missing" for path in sorted(expected - found))
    extra = found - expected - {bag.SIGNATURE}
    yield from (f"{path}: is not listed in the manifest" for path in sorted(extra))
    outside = [path for path in sorted(payload) if not path.startswith(f"{bag.PAYLOAD}/")]
    yield from (f"{path}: is listed as payload, outside of {bag.PAYLOAD}/" for path in outside)
    if tags != set(bag.TAG_FILES):
        yield f"{bag.TAG_MANIFEST}: expected exactly {', '.join(bag.TAG_FILES)}"
    if not expected - found:
        bagit.Bag(str(release)).validate(completeness_only=True)


def _hashes(release: Path, manifest: dict[str, str]) -> Iterator[str]:
    listed = {**manifest, **bag.read_manifest(release / bag.TAG_MANIFEST)}
    there = [path for path in listed if (release / path).is_file()]
    for path, digest in bag.hash_files(release, there).items():
        if digest != listed[path]:
            yield f"{path}: is not the file that was sealed (SHA-256 {digest[:12]}...)"


def _identity(release: Path, metadata: Metadata, manifest: dict[str, str]) -> Iterator[str]:
    """The root follows from the recorded fingerprints, contracts and inputs."""
    tables, _ = sealed.read_tables(release)
    prefix = f"{sealed.CONTRACTS}/"
    contracts = {
        path.removeprefix(prefix): digest
        for path, digest in manifest.items()
        if path.startswith(prefix)
    }
    root = sealed.root_of(tables, contracts, sealed.read_inputs(release))
    if root != metadata.root:
        yield f"root {metadata.root[:12]}... does not follow from the release, which gives {root}"
    if list(metadata.tables) != [sealed.table_facts(one) for one in tables]:
        yield f"{bag.METADATA} and {sealed.FINGERPRINTS} describe different tables"
    if dict(metadata.contracts) != contracts:
        yield f"{bag.METADATA} lists other contracts than there are"
    if metadata.run_id != release.name and not release.name.startswith("."):
        yield f"the folder is called {release.name}, the release {metadata.run_id}"


def _tags(release: Path, metadata: Metadata, manifest: dict[str, str]) -> Iterator[str]:
    """Each tag file has the one text it can have."""
    sizes = [(release / path).stat().st_size for path in manifest if (release / path).is_file()]
    texts = {
        bag.BAGIT: bag.BAGIT_TEXT,
        bag.BAG_INFO: bag.bag_info(
            run_id=metadata.run_id,
            series=metadata.series,
            sealed_at=metadata.sealed_at,
            sizes=sizes,
        ),
        bag.METADATA: metadata.text,
        bag.MANIFEST: bag.manifest_text(manifest),
        bag.TAG_MANIFEST: bag.manifest_text(bag.hash_files(release, bag.TAG_FILES)),
    }
    for name, text in texts.items():
        if bag.read_text(release / name) != text:
            yield f"{name}: is not in its canonical form"


def _chain(release: Path, metadata: Metadata, seal: str, *, required: bool) -> Iterator[str]:
    chain = release.parent / CHAIN
    if not chain.exists():
        if required:
            yield f"{chain}: is missing; expected the chain that records this release beside it"
        return
    entries = [one for one in read_chain(chain) if one.event == "released"]
    mine = [one for one in entries if one.run_id == metadata.run_id]
    if not mine:
        yield f"{chain.name} knows no release {metadata.run_id}: it was never published"
    yield from (problem for one in mine for problem in _differences(one, metadata, seal))


def _differences(entry: Entry, metadata: Metadata, seal: str) -> Iterator[str]:
    parent = metadata.parent or Parent("", "", "")
    facts = {
        "time": (entry.at, metadata.sealed_at),
        "root": (entry.root, metadata.root),
        "seal": (entry.seal, seal),
        "parent": (
            (entry.parent, entry.parent_root, entry.parent_seal),
            (parent.run_id, parent.root, parent.seal),
        ),
    }
    for name, (recorded, found) in facts.items():
        if recorded != found:
            yield f"the chain records another {name} of {metadata.run_id} than it has"


def _successors(release: Path, metadata: Metadata, seal: str) -> Iterator[str]:
    """Releases beside this one whose parent it is have sealed its root and seal into themselves."""
    for folder in sorted(release.parent.iterdir()) if release.parent.exists() else []:
        if folder == release or folder.is_symlink() or not (folder / bag.METADATA).is_file():
            continue
        try:
            parent = sealed.read_metadata(folder).parent
        except PenstockError:
            continue  # a broken neighbour is found when it is verified itself
        mine = parent is not None and parent.run_id == metadata.run_id
        if mine and parent != Parent(metadata.run_id, metadata.root, seal):
            yield f"its successor {folder.name} has recorded another root or seal of it"


def _signature(
    release: Path, metadata: Metadata, seal: str, public_key: Path | None
) -> Iterator[str]:
    if not (release / bag.SIGNATURE).exists():
        yield f"{bag.SIGNATURE}: is missing; expected this release to be signed"
        return
    text = bag.read_text(release / bag.SIGNATURE)
    problem = check_signature(text, metadata, seal, public_key)
    if problem is not None:
        yield problem


def _with_key(found: Check, release: Path, public_key: Path | None) -> Check:
    """A signature that holds, by whom nobody said: a note that names its key."""
    if public_key is not None or not found.passed:
        return found
    key = signing_key(bag.read_text(release / bag.SIGNATURE))
    return sealed.notes(found.name, f"made with key {key}: only --public-key tells whose that is")


def _expected(pack: Pack, metadata: Metadata, root: str) -> Iterator[str]:
    if metadata.root != root:
        yield f"expected root {root}, found {metadata.root}"
    elif not pack.contents_hold:
        yield f"root {root} is claimed, but the rows do not have it"


def _seal(release: Path) -> str:
    try:
        return sha256_of(release / bag.TAG_MANIFEST)
    except OSError:
        return hashlib.sha256().hexdigest()


def _few(problems: list[str]) -> str:
    more = len(problems) - _SHOWN
    return "; ".join([*problems[:_SHOWN], *([f"and {more:,} more"] if more > 0 else [])])
