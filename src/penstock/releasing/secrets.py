"""No secret leaves the house: what looks like one is found before a release is published.

Belongs here: patterns of credentials, looking for them in text. Does not belong here: reading
files (`verify.py`).

The patterns are narrow on purpose: forms that nothing else has. A scanner of entropy, fit for code
under review, would doubt every hash of a manifest.
"""

import re
from collections.abc import Iterable

_PATTERNS = {
    "private key": ("PRIVATE KEY", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "AWS access key": ("AKIA", r"\bAKIA[0-9A-Z]{16}\b"),
    "AWS session key": ("ASIA", r"\bASIA[0-9A-Z]{16}\b"),
    # The letters first, then that a word begins with them: `\b` first takes thirty times as long.
    "GitHub token": ("gh", r"gh(?<!\wgh)[pousr]_[A-Za-z0-9]{36}\b"),
    "GitHub fine-grained token": ("github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{60,}\b"),
    "Slack token": ("xox", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "Slack webhook": ("hooks.slack.com", r"hooks\.slack\.com/services/T\w+/B\w+/"),
    "Google API key": ("AIza", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "Stripe key": ("k_live_", r"\b[rs]k_live_[0-9A-Za-z]{20,}\b"),
    "password in an address": ("://", r"://[^\s/:@\"'<>]{1,64}:[^\s/:@\"'<>{}$]{3,64}@"),
    "JSON web token": ("eyJ", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
}
"""By kind: a text that every one of them has (quick to look for), and the pattern."""


def find_secret(text: str, known: Iterable[str] = ()) -> str | None:
    """What kind of secret the text holds, None if none; `known` are secrets in use here.

    >>> find_secret("AKIA" + 16 * "A"), find_secret(16 * "3f2a")
    ('AWS access key', None)
    """
    if any(secret in text for secret in known if secret):
        return "a secret of the settings"
    for kind, (mark, pattern) in _PATTERNS.items():
        if mark in text and re.search(pattern, text):
            return kind
    return None
