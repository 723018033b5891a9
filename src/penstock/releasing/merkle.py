"""One hash over many: the Merkle tree hash of RFC 9162 (section 2.1.1) with SHA-256.

Belongs here: the tree. Does not belong here: what its leaves say.
"""

import hashlib
from collections.abc import Sequence


def merkle_root(leaves: Sequence[bytes]) -> str:
    """The tree hash of the leaves in their order, as hex.

    A leaf and an inner node are hashed with different first bytes, so that neither can pass for
    the other.
    """
    return _tree_hash(leaves).hex()


def _tree_hash(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below the count
    return hashlib.sha256(b"\x01" + _tree_hash(leaves[:half]) + _tree_hash(leaves[half:])).digest()
