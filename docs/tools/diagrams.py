"""State diagrams as SVG, from the transition tables: the places of the states by hand, else from code.

A place is a column and a row. Each arrow carries a number; the page lists the numbers with their events. The
picture takes its colours from the page that shows it, or from the reader's light or dark scheme.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from math import hypot
from typing import NamedTuple

COLUMN, ROW, MARGIN = 210, 120, 70
HALF_WIDTH, HALF_HEIGHT, RADIUS = 72, 24, 10
BEND = 26  # how far an arrow swings out, so that there and back are two lines

Place = tuple[float, float]

STYLE = """
  .s { fill: none; stroke: #57606a; stroke-width: 1.5 }
  .a { fill: none; stroke: #8b949e; stroke-width: 1.3; marker-end: url(#tip) }
  .tip { fill: #8b949e }
  .n { fill: #0b57d0; font: 600 12px system-ui, sans-serif; text-anchor: middle; dominant-baseline: central }
  .b { fill: #ffffff }
  .t { fill: #1f2328; font: 600 14px system-ui, sans-serif; text-anchor: middle; dominant-baseline: central }
  @media (prefers-color-scheme: dark) {
    .s { stroke: #9198a1 } .n { fill: #8ab4f8 } .b { fill: #131416 } .t { fill: #e6edf3 }
  }
"""


class Edge(NamedTuple):
    """One arrow: where from, where to, and the number that stands on it."""

    source: str
    target: str
    number: int


def svg(title: str, places: Mapping[str, Place], edges: Iterable[Edge]) -> str:
    """The picture. KeyError if a state of an edge has no place."""
    width = 2 * MARGIN + COLUMN * max(x for x, _ in places.values()) + HALF_WIDTH
    height = 2 * MARGIN + ROW * max(y for _, y in places.values())
    centres = {name: (MARGIN + 36 + x * COLUMN, MARGIN + y * ROW) for name, (x, y) in places.items()}
    arrows = [_arrow(centres[edge.source], centres[edge.target], edge.number) for edge in edges]
    boxes = [_box(name, *centres[name]) for name in places]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
            'orient="auto"><path class="tip" d="M0 0L10 5L0 10z"/></marker></defs>',
            *(line for line, _ in arrows),
            *(label for _, label in arrows),
            *boxes,
            "</svg>",
            "",
        ]
    )


def _box(name: str, x: float, y: float) -> str:
    return (
        f'<rect class="s" x="{x - HALF_WIDTH:g}" y="{y - HALF_HEIGHT:g}" width="{2 * HALF_WIDTH}" '
        f'height="{2 * HALF_HEIGHT}" rx="{RADIUS}"/>'
        f'<text class="t" x="{x:g}" y="{y:g}">{escape(name)}</text>'
    )


def _arrow(source: Place, target: Place, number: int) -> tuple[str, str]:
    """A line that swings to its right, and its number beside the middle."""
    (x1, y1), (x2, y2) = source, target
    length = hypot(x2 - x1, y2 - y1)
    across, along = ((y1 - y2) / length, (x2 - x1) / length), ((x2 - x1) / length, (y2 - y1) / length)
    swing = BEND + length / 14
    middle = ((x1 + x2) / 2 + across[0] * swing, (y1 + y2) / 2 + across[1] * swing)
    start, end = _rim(source, middle), _rim(target, middle)
    # The curve's own middle lies half way between the chord and the point that bends it.
    label = (
        (start[0] + end[0]) / 4 + middle[0] / 2 + along[0] * 4,
        (start[1] + end[1]) / 4 + middle[1] / 2 + along[1] * 4,
    )
    line = (
        f'<path class="a" d="M{start[0]:.0f} {start[1]:.0f}Q{middle[0]:.0f} {middle[1]:.0f} '
        f'{end[0]:.0f} {end[1]:.0f}"/>'
    )
    mark = (
        f'<circle class="b" cx="{label[0]:.0f}" cy="{label[1]:.0f}" r="10"/>'
        f'<text class="n" x="{label[0]:.0f}" y="{label[1]:.0f}">{number}</text>'
    )
    return line, mark


def _rim(centre: Place, toward: Place) -> Place:
    """Where the line from a box's centre leaves the box."""
    dx, dy = toward[0] - centre[0], toward[1] - centre[1]
    shrink = min(
        HALF_WIDTH / abs(dx) if dx else float("inf"), HALF_HEIGHT / abs(dy) if dy else float("inf"), 1.0
    )
    return centre[0] + dx * shrink, centre[1] + dy * shrink
