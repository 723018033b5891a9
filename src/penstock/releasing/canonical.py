"""JSON and YAML in one form only, so that equal content has equal bytes.

Belongs here: writing and reading the two. Does not belong here: what they say.
"""

import json
from typing import Any

import yaml


def canonical_json(value: Any) -> str:
    """Indented JSON with sorted names and a final line feed; dates and times as ISO text."""
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, default=str) + "\n"


def json_line(value: Any) -> str:
    """The same on one line, without the line feed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def canonical_yaml(value: Any) -> str:
    """YAML in block style, names in their given order."""
    return yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, default_flow_style=False, width=100
    )


def read_yaml(text: str) -> Any:
    """What a YAML text says. Raises: yaml.YAMLError."""
    # The C loader, where PyYAML has it, reads the same about ten times faster.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, in C or in Python
