"""The lineage of tables as a picture: SVG without anything from outside.

Belongs here: placing nodes and drawing them. Does not belong here: where lineage comes from.
"""

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 250, 22
_GAP_X, _GAP_Y = 60, 10
_MARGIN = 8


def draw(depends_on: Mapping[str, Sequence[str]]) -> str:
    """The picture of tables and what each is made of; each stands right of all it needs.

    Empty without tables. Colours are the page's own, so that light and dark need one drawing.
    """
    names = {*depends_on, *(one for needed in depends_on.values() for one in needed)}
    if not names:
        return ""
    depths: dict[str, int] = {}
    for name in sorted(names):
        _depth(name, depends_on, depths)
    columns = [sorted(n for n in names if depths[n] == d) for d in range(max(depths.values()) + 1)]
    places = {
        name: (_MARGIN + x * (_WIDTH + _GAP_X), _MARGIN + y * (_HEIGHT + _GAP_Y))
        for x, column in enumerate(columns)
        for y, name in enumerate(column)
    }
    width = 2 * _MARGIN + len(columns) * (_WIDTH + _GAP_X) - _GAP_X
    height = 2 * _MARGIN + max(map(len, columns)) * (_HEIGHT + _GAP_Y) - _GAP_Y
    lines = [
        _line(places[needed], places[name])
        for name in sorted(depends_on)
        for needed in sorted(depends_on[name])
    ]
    boxes = [_box(name, *places[name]) for name in sorted(names)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="Lineage of the tables">'
        f"{''.join(lines)}{''.join(boxes)}</svg>"
    )


def _depth(name: str, depends_on: Mapping[str, Sequence[str]], known: dict[str, int]) -> int:
    if name not in known:
        needed = [_depth(one, depends_on, known) for one in depends_on.get(name, ())]
        known[name] = max(needed, default=-1) + 1
    return known[name]


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    x2, y2 = end[0], end[1] + _HEIGHT // 2
    middle = (x1 + x2) // 2
    return (
        f'<path d="M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}" fill="none" '
        'stroke="var(--muted)" stroke-opacity="0.45"/>'
    )


def _box(name: str, x: int, y: int) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="4" fill="none" '
        'stroke="var(--hairline)"/>'
        f'<text x="{x + 8}" y="{y + 15}" font-size="12" fill="var(--ink)">{escape(name)}</text>'
    )
