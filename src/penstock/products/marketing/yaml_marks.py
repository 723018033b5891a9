"""YAML that remembers where each value stands.

Belongs here: reading a configuration file into plain values with their lines, and turning
Pydantic's errors into messages that name file, line, entry and field. Does not belong here: what
the values mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from penstock.errors import PenstockError

Place = tuple[str | int, ...]


class ConfigurationError(PenstockError):
    """A configuration file, or an entry of it, that cannot be what it says."""


@dataclass(frozen=True)
class Marked:
    """The values of a file, and the line (from 1) of each by its place in them."""

    path: Path
    values: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """The line of a value; of the nearest one around it where it is missing."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1

    def problem(self, place: Place, text: str) -> str:
        """A message that begins with file and line."""
        return f"{self.path}, line {self.line(place)}: {text}"


def read_marked(path: Path) -> Marked:
    """Read a YAML file.

    Raises: ConfigurationError naming the line when it cannot be read, or names a key twice.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError) as error:
        message = f"{path}: cannot be read ({error}); expected YAML: mend the file"
        raise ConfigurationError(message) from error
    lines: dict[Place, int] = {}
    values = _plain(node, (), lines, path)
    return Marked(path, values, lines)


def explain(marked: Marked, error: ValidationError, place: Place, entry: str) -> list[str]:
    """One message per problem of the entry at `place`: file, line, entry, field, what was wrong."""
    told: list[str] = []
    for one in error.errors():
        where = (*place, *one["loc"])
        field = ".".join(str(part) for part in one["loc"]) or "(entry)"
        message = one["msg"].removeprefix("Value error, ")
        told.append(marked.problem(where, f"{entry}, {field}: {message}"))
    return told


def _plain(node: yaml.Node | None, place: Place, lines: dict[Place, int], path: Path) -> Any:
    if node is None:
        return None
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in values:
                message = f"{path}, line {line}: {key} stands here a second time: remove one"
                raise ConfigurationError(message)
            values[key] = _plain(value_node, (*place, key), lines, path)
            lines[*place, key] = line
        return values
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, (*place, at), lines, path) for at, one in enumerate(node.value)]
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    finally:
        loader.dispose()


def raise_problems(problems: Sequence[str]) -> None:
    """Raises: ConfigurationError with all of them, if there are any."""
    if problems:
        raise ConfigurationError("\n".join(problems))
