"""Whatever is done to a release shows: by itself, by its chain, its successor or its signature."""

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization import PublicFormat as Public

from penstock.releasing.bag import SIGNATURE
from penstock.releasing.canonical import canonical_json
from penstock.releasing.sealed import read_metadata
from penstock.releasing.signing import sign
from penstock.releasing.verify import Verification, verify
from penstock.settings import Settings
from support import attacker, releases
from support.attacker import seeded
from support.releases import Tiny

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def sealed_twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path]:
    """Two signed releases, one the successor of the other, and the public key."""
    folder = tmp_path_factory.mktemp("tampering")
    key = Ed25519PrivateKey.generate()
    private, public = folder / "key.pem", folder / "key.pub.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, Public.SubjectPublicKeyInfo))
    settings = Settings(data_dir=folder / "data", signing_key_file=private)
    releases.release(settings, 0)
    releases.release(settings, 1, Tiny(days=41))
    return settings, public


def copied(sealed_twice: tuple[Settings, Path], target: Path) -> tuple[Path, Path, Path]:
    """A copy of both releases with their chain (older, head), and the public key."""
    settings, public = sealed_twice
    # hard links become files of their own: each release is attacked alone
    shutil.copytree(settings.releases_dir / "tiny", target, symlinks=True)
    return target / releases.run_id(0), target / releases.run_id(1), public


def test_untouched_both_verify(sealed_twice: tuple[Settings, Path], tmp_path: Path) -> None:
    older, head, public = copied(sealed_twice, tmp_path / "tiny")

    for folder in (older, head):
        root = read_metadata(folder).root
        found = verify(folder, strict=True, public_key=public, expect_root=root)
        assert found.failures == ()


def test_what_was_added_is_named(sealed_twice: tuple[Settings, Path], tmp_path: Path) -> None:
    _, head, _ = copied(sealed_twice, tmp_path / "tiny")
    (head / "data" / ".hidden").touch()

    assert any("data/.hidden: hidden" in one for one in verify(head).failures)


def test_every_careless_change_is_found(
    sealed_twice: tuple[Settings, Path], tmp_path: Path, *, soak: bool
) -> None:
    for seed in range(200 if soak else 25):
        random = seeded(seed)
        series = tmp_path / str(seed)
        older, head, public = copied(sealed_twice, series)
        target = random.choice([older, head])
        done = attacker.careless(target, random)

        assert not verify(target, public_key=public).passed, f"seed {seed}: {done}"
        shutil.rmtree(series)


@pytest.mark.parametrize("attack", [attacker.rewrite_text, attacker.rewrite_rows])
def test_an_older_release_is_vouched_for_by_its_successor(
    sealed_twice: tuple[Settings, Path], tmp_path: Path, attack: attacker.Attack, *, soak: bool
) -> None:
    for seed in range(20 if soak else 1):
        older, _, _ = copied(sealed_twice, tmp_path / str(seed))
        attack(older, seeded(seed))
        attacker.rewrite_chain(older)

        assert failing(verify(older)) == ["successor"]


def test_a_forged_head_is_found_by_a_root_kept_elsewhere_or_by_its_signature(
    sealed_twice: tuple[Settings, Path], tmp_path: Path
) -> None:
    _, head, public = copied(sealed_twice, tmp_path / "tiny")
    root = read_metadata(head).root
    attacker.rewrite_rows(head, seeded(0))

    assert failing(verify(head)) == ["chain"]
    attacker.rewrite_chain(head)
    assert verify(head, strict=True).passed  # every record there is says the same
    assert failing(verify(head, expect_root=root)) == ["expected root"]
    assert failing(verify(head, public_key=public)) == ["signature"]


def test_a_file_that_only_looks_like_a_signature_is_found(
    sealed_twice: tuple[Settings, Path], tmp_path: Path
) -> None:
    _, head, _ = copied(sealed_twice, tmp_path / "tiny")
    signature = head / SIGNATURE
    signature.chmod(0o644)
    signature.write_text("{}\n")

    assert failing(verify(head)) == ["signature"]


def test_a_signature_says_only_what_it_signs(
    sealed_twice: tuple[Settings, Path], tmp_path: Path
) -> None:
    _, head, public = copied(sealed_twice, tmp_path / "tiny")
    signature = head / SIGNATURE
    facts = json.loads(signature.read_text())
    signature.chmod(0o644)
    signature.write_text(canonical_json({**facts, "approved_by": "the auditor"}))

    assert failing(verify(head)) == ["signature"]
    assert failing(verify(head, public_key=public)) == ["signature"]


def test_whose_signature_it_is_only_the_key_tells(
    sealed_twice: tuple[Settings, Path], tmp_path: Path
) -> None:
    _, head, public = copied(sealed_twice, tmp_path / "tiny")
    found = verify(head)
    other = tmp_path / "other.pem"
    key = Ed25519PrivateKey.generate()
    other.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    signature = head / SIGNATURE
    signature.chmod(0o644)
    signature.write_text(sign(read_metadata(head), found.seal, other))
    others = verify(head)

    notes = [one for one in (found.checks[-1], others.checks[-1]) if one.warns]
    assert len({one.message for one in notes}) == 2
    assert found.passed
    assert others.passed
    assert failing(verify(head, public_key=public)) == ["signature"]


def test_only_a_signature_stops_a_rewrite_of_the_head_outside_its_identity(
    sealed_twice: tuple[Settings, Path], tmp_path: Path
) -> None:
    _, head, public = copied(sealed_twice, tmp_path / "tiny")
    root = read_metadata(head).root
    attacker.rewrite_text(head, seeded(0))
    attacker.rewrite_chain(head)

    assert verify(head, strict=True, expect_root=root).passed
    assert failing(verify(head, public_key=public)) == ["signature"]


def test_a_root_that_is_only_claimed_is_found(
    sealed_twice: tuple[Settings, Path], tmp_path: Path
) -> None:
    """Fingerprints and root left as they were, rows and hashes rewritten."""
    _, head, _ = copied(sealed_twice, tmp_path / "tiny")
    root = read_metadata(head).root
    attacker.forge_rows_only(head, seeded(0))
    attacker.rewrite_chain(head)

    assert verify(head).passed
    assert set(failing(verify(head, expect_root=root))) >= {"contents", "expected root"}


def failing(found: Verification) -> list[str]:
    return [one.name for one in found.checks if not one.passed]
