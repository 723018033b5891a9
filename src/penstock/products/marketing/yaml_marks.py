"""YAML that remembers where each value stands.

Belongs here: reading a configuration file into plain values with their lines, turning Pydantic's
errors into messages that name file, line, entry and field, replacing one value or taking one entry
out of its text. Does not belong here: what the values mean.
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


def changed_at(path: Path) -> int:
    """When the file was changed last, ns: what a cached reading of it is known by. 0 for none."""
    return path.stat().st_mtime_ns if path.exists() else 0


def with_value(path: Path, text: str, place: Place, value: str) -> str:
    """The text of a file with another plain `value` at `place`; every other character stays.

    Raises: ConfigurationError when nothing stands there, or other values would change with it.
    """
    node = _scalars(path, text).get(place)
    where = ".".join(map(str, place))
    if node is None:
        message = f"{path}: has no {where}; expected a value to replace: add it"
        raise ConfigurationError(message)
    changed = f"{text[: node.start_mark.index]}{value}{text[node.end_mark.index :]}"
    before = {at: one.value for at, one in _scalars(path, text).items()}
    if {at: one.value for at, one in _scalars(path, changed).items()} != {**before, place: value}:
        message = (
            f"{path}, line {node.start_mark.line + 1}: {where} cannot be replaced alone (an "
            f"alias?); expected a value of its own: write `{value}` there by hand"
        )
        raise ConfigurationError(message)
    return changed


def item_span(path: Path, text: str, place: Place) -> tuple[int, int]:
    """From where to where in `text` the item of a list at `place` goes, in whole lines.

    It begins at its dash and ends with the line of its last value: comments between items stay
    with the list.

    Raises: ConfigurationError when it does not stand in lines of its own, or others refer to it.
    """
    node = _node(path, text, place)
    first, last = node.start_mark.index, _end(node)
    begin = text.rfind("\n", 0, first) + 1
    end = text.find("\n", last - 1 if text[last - 1] == "\n" else last)
    end = len(text) if end < 0 else end + 1
    changed = _values(path, text[:begin] + text[end:])
    is_alone = text[begin:first].strip() == "-"
    if not is_alone or changed != _without(_values(path, text), place):
        message = (
            f"{path}, line {node.start_mark.line + 1}: the entry cannot be taken out alone; "
            "expected `- key: value` in lines of its own, without aliases: take it out by hand"
        )
        raise ConfigurationError(message)
    return begin, end


def _node(path: Path, text: str, place: Place) -> yaml.Node:
    node = _composed(path, text)
    for part in place:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part] if part < len(node.value) else None
    if node is None:
        message = f"{path}: has no {'.'.join(map(str, place))}; expected an entry: look at the file"
        raise ConfigurationError(message)
    return node


def _end(node: yaml.Node) -> int:
    """Where the last value of a node ends: a block's own mark is where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _composed(path: Path, text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        message = f"{path}: cannot be changed ({error}); expected YAML without aliases: mend it"
        raise ConfigurationError(message) from error


def _values(path: Path, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        message = f"{path}: cannot be changed ({error}); expected YAML: mend it"
        raise ConfigurationError(message) from error


def _without(values: Any, place: Place) -> Any:
    """The values without the item of a list at `place`; an empty list is read back as None."""
    head, *rest = place
    if rest:
        return {**values, head: _without(values[head], tuple(rest))}
    return [one for at, one in enumerate(values) if at != head] or None


def _scalars(path: Path, text: str) -> dict[Place, yaml.ScalarNode]:
    found: dict[Place, yaml.ScalarNode] = {}

    def look(node: yaml.Node | None, place: Place) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                look(value, (*place, str(key.value)))
        elif isinstance(node, yaml.SequenceNode):
            for at, one in enumerate(node.value):
                look(one, (*place, at))
        elif isinstance(node, yaml.ScalarNode):
            found[place] = node

    look(_composed(path, text), ())
    return found


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
