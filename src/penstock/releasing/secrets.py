"""No secret leaves the house: what looks like one is found before a release is published.

Belongs here: patterns of credentials, looking for them in text. Does not belong here: reading
files (`verify.py`).

The patterns are narrow on purpose: forms that nothing else has. A scanner of entropy, fit for code
under review, would doubt every hash of a manifest.
"""

import re
from collections.abc import Iterable

_PATTERNS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})\b",
    "Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "Slack webhook": r"hooks\.slack\.com/services/T\w+/B\w+/",
    "Google API key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "Stripe key": r"\b[rs]k_live_[0-9A-Za-z]{20,}\b",
    "password in an address": (
        r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]{1,64}:[^\s/:@\"'<>{}$]{3,64}@"
    ),
    "JSON web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
}
_ANY = re.compile("|".join(f"(?P<k{n}>{text})" for n, text in enumerate(_PATTERNS.values())))
_NAMES = dict(enumerate(_PATTERNS))


def find_secret(text: str, known: Iterable[str] = ()) -> str | None:
    """What kind of secret the text holds, None if none; `known` are secrets in use here.

    >>> find_secret("AKIA" + 16 * "A"), find_secret(16 * "3f2a")
    ('AWS access key', None)
    """
    if any(secret in text for secret in known if secret):
        return "a secret of the settings"
    found = _ANY.search(text)
    return None if found is None or found.lastgroup is None else _NAMES[int(found.lastgroup[1:])]
