"""Signatures of releases: Ed25519 over identity and seal.

Belongs here: signing and checking. Does not belong here: keeping keys (a file the settings name).

Make a key with OpenSSL: `openssl genpkey -algorithm ed25519 -out key.pem` and
`openssl pkey -in key.pem -pubout -out key.pub.pem`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

from penstock.errors import PenstockError
from penstock.releasing.canonical import canonical_json, json_line
from penstock.releasing.sealed import Metadata

_ALGORITHM = "Ed25519"
_Key = TypeVar("_Key")


class KeyFileError(PenstockError):
    """A key file that cannot be used."""


def sign(metadata: Metadata, seal: str, key_file: Path) -> str:
    """The text of `signature.json`. Raises: KeyFileError."""
    key = _load(key_file, lambda data: load_pem_private_key(data, password=None))
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(_wrong_kind(key_file, "private"))
    statement = _statement(metadata, seal)
    return canonical_json(
        {
            "algorithm": _ALGORITHM,
            "public_key": key.public_key().public_bytes_raw().hex(),
            "signature": key.sign(statement.encode()).hex(),
            "statement": json.loads(statement),
        }
    )


def check_signature(
    text: str, metadata: Metadata, seal: str, public_key: Path | None
) -> str | None:
    """Why a `signature.json` does not vouch for the release; None if it does.

    Without `public_key` it has to hold by the key it names itself: that tells a signature from
    anything else, not whose it is.

    Raises: KeyFileError when the key, not the signature, is at fault.
    """
    key = None if public_key is None else _load(public_key, load_pem_public_key)
    if public_key is not None and not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(_wrong_kind(public_key, "public"))
    try:
        facts = json.loads(text)
        if not isinstance(key, Ed25519PublicKey):
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(facts["public_key"]))
        key.verify(bytes.fromhex(facts["signature"]), _statement(metadata, seal).encode())
    except (ValueError, KeyError, TypeError) as error:
        return f"signature.json cannot be read ({type(error).__name__}: {error})"
    except InvalidSignature:
        return "the signature is not this key's signature of this release"
    expected = {
        "algorithm": _ALGORITHM,
        "public_key": key.public_bytes_raw().hex(),
        "signature": facts["signature"],
        "statement": json.loads(_statement(metadata, seal)),
    }
    return None if text == canonical_json(expected) else "signature.json says more than it signs"


def signing_key(text: str) -> str:
    """The public key, as 64 hex digits, that a `signature.json` names."""
    return str(json.loads(text)["public_key"])


def _statement(metadata: Metadata, seal: str) -> str:
    return json_line(
        {
            "product": metadata.product,
            "series": metadata.series,
            "run_id": metadata.run_id,
            "root": metadata.root,
            "seal": seal,
        }
    )


def _load(path: Path, load: Callable[[bytes], _Key]) -> _Key:
    try:
        return load(path.read_bytes())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        message = f"{path}: cannot be used as a key ({error}); expected an Ed25519 key as PEM"
        raise KeyFileError(message) from error


def _wrong_kind(path: Path, kind: str) -> str:
    return f"{path}: is no Ed25519 {kind} key; expected one as PEM (see docs/releases.md)"
