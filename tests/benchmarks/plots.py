"""Plots as SVG: a card with axes, lines and labels, in the colours that the reader's system asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10

from attrs import frozen

from tests.benchmarks.growth import Series

__all__ = ["Axis", "drawn"]

_WIDTH, _HEIGHT = 400, 300
"""Of a panel, with its labels."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 30, 44, 52
_STYLE = """
.card { fill: #ffffff; stroke: #d0d7de; }
text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #424a53; }
.title { font-size: 14px; font-weight: 600; fill: #1f2328; }
.grid { stroke: #d8dee4; }
.axis { stroke: #8c959f; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.a { stroke: #0969da; fill: #0969da; }
.b { stroke: #bc4c00; fill: #bc4c00; }
.c { stroke: #8250df; fill: #8250df; }
tspan { stroke: none; }
polyline.a, polyline.b, polyline.c { fill: none; }
@media (prefers-color-scheme: dark) {
  .card { fill: #161b22; stroke: #30363d; }
  text { fill: #b1bac4; }
  .title { fill: #e6edf3; }
  .grid { stroke: #2b323b; }
  .axis { stroke: #6e7681; }
  .a { stroke: #58a6ff; fill: #58a6ff; }
  .b { stroke: #f0883e; fill: #f0883e; }
  .c { stroke: #bc8cff; fill: #bc8cff; }
}
"""
_LINES = "abc"


@frozen
class Axis:
    """From `low` to `high`, with a mark at each of `ticks`; `logarithmic` where each step is a factor."""

    low: float
    high: float
    ticks: Sequence[float]
    logarithmic: bool = False

    @classmethod
    def linear(cls, values: Sequence[float]) -> Axis:
        """From 0 to a round number above all the values."""
        step = _round_step(max(values) / 4)
        high = step * ceil(max(values) * 1.05 / step)
        return cls(0.0, high, [step * n for n in range(round(high / step) + 1)])

    @classmethod
    def powers(cls, values: Sequence[float]) -> Axis:
        """Powers of ten around the values, which are above 0."""
        first, last = floor(log10(min(values))), ceil(log10(max(values)))
        return cls(10.0**first, 10.0**last, [10.0**n for n in range(first, last + 1)], logarithmic=True)

    def part(self, value: float) -> float:
        """Where a value is: 0 at `low`, 1 at `high`."""
        if self.logarithmic:
            return log10(value / self.low) / log10(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def _round_step(least: float) -> float:
    """The next of 1, 2, 5, 10, 20 …"""
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def drawn(panels: Sequence[Sequence[Series]], logarithmic: bool = False) -> str:
    """An SVG of the panels, side by side; each has the series of one measure. `logarithmic`: to the right."""
    width = _WIDTH * len(panels)
    names = "; ".join(f"{each[0].measured} against {each[0].grows}" for each in panels)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
            f'width="{width}" height="{_HEIGHT}" role="img">',
            f"<title>{escape(names)}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="card" x="0.5" y="0.5" width="{width - 1}" height="{_HEIGHT - 1}" rx="6"/>',
            *(line for n, panel in enumerate(panels) for line in _panel(panel, n * _WIDTH, logarithmic)),
            "</svg>\n",
        ]
    )


def _panel(panel: Sequence[Series], offset: int, logarithmic: bool) -> Iterator[str]:
    xs = [x for series in panel for x in series.xs]
    across = Axis.powers(xs) if logarithmic else Axis.linear(xs)
    up = Axis.linear([y for series in panel for y in series.ys])
    yield f'<g transform="translate({offset} 0)">'
    yield f'<text class="title" x="{_LEFT}" y="26">{escape(panel[0].measured)}</text>'
    yield from _grid(across, up)
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text x="{middle:g}" y="{_HEIGHT - 14}" text-anchor="middle">{escape(panel[0].grows)}</text>'
    yield from _legend([series.name for series in panel])
    for series, kind in zip(panel, _LINES, strict=False):
        yield from _line(series, across, up, kind)
    yield "</g>"


def _legend(names: Sequence[str]) -> Iterator[str]:
    """Above the lines, where none of them is. A single line needs none."""
    if len(names) > 1:
        words = zip(_LINES, names, strict=False)
        spans = "".join(f'<tspan class="{kind}" dx="12">{escape(name)}</tspan>' for kind, name in words)
        yield f'<text x="{_WIDTH - _RIGHT}" y="26" text-anchor="end">{spans}</text>'


def _grid(across: Axis, up: Axis) -> Iterator[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for tick in up.ticks:
        y = _y(up, tick)
        kind = "grid" if tick else "axis"
        yield f'<line class="{kind}" x1="{_LEFT}" x2="{right}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{_LEFT - 8}" y="{float(y) + 4:g}" text-anchor="end">{_number(tick)}</text>'
    for tick in across.ticks:
        x = _x(across, tick)
        yield f'<line class="axis" x1="{x}" x2="{x}" y1="{bottom}" y2="{bottom + 4}"/>'
        yield f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{_number(tick)}</text>'


def _line(series: Series, across: Axis, up: Axis, kind: str) -> Iterator[str]:
    points = [(_x(across, x), _y(up, y)) for x, y in zip(series.xs, series.ys, strict=True)]
    yield f'<polyline class="{kind}" points="{" ".join(f"{x},{y}" for x, y in points)}"/>'
    for x, y in points:
        yield f'<circle class="{kind}" cx="{x}" cy="{y}" r="2.5"/>'


def _x(across: Axis, value: float) -> str:
    return f"{_LEFT + across.part(value) * (_WIDTH - _LEFT - _RIGHT):.1f}"


def _y(up: Axis, value: float) -> str:
    return f"{_HEIGHT - _BOTTOM - up.part(value) * (_HEIGHT - _TOP - _BOTTOM):.1f}"


def _number(value: float) -> str:
    return f"{value:,.10g}".replace(",", " ")
