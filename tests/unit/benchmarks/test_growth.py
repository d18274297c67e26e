"""What is measured as things grow, and how it is drawn."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from itertools import groupby

import pytest

from tests.benchmarks import growth
from tests.benchmarks.growth import FRAME, LENGTH, MEMORY, SESSIONS, SETTINGS, SIZE, Series
from tests.benchmarks.plots import Axis, drawn

pytest.importorskip("numpy", reason="needs the resample extra")

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.again
def test_each_thing_that_grows_has_its_lines() -> None:
    found = list(growth.all_series(growth.SMALLEST))
    lines = [(each.grows, each.measured, each.name) for each in found]
    assert lines == [
        (LENGTH, FRAME, ""),
        (LENGTH, MEMORY, ""),
        (SESSIONS, FRAME, ""),
        (SESSIONS, MEMORY, ""),
        *(
            (SIZE, what, name)
            for what in (SETTINGS, FRAME, MEMORY)
            for name in ("prompt", "context", "functions")
        ),
    ]
    assert all(len(each.xs) == len(each.ys) == 2 for each in found)
    assert all(y > 0 for each in found for y in each.ys)
    assert all(list(each.xs) == sorted(each.xs) for each in found)
    sizes = {each.name: each.ys for each in found if each.grows == SIZE and each.measured == MEMORY}
    assert all(more > less for less, more in sizes.values()), "a session keeps its Settings"


@pytest.mark.parametrize(
    ("values", "high", "ticks"),
    [([1.0, 7.9], 10.0, 6), ([0.3], 0.4, 5), ([120], 150, 4), ([1.38], 1.5, 4), ([2000.0], 2500.0, 6)],
)
def test_an_axis_begins_at_nothing_and_ends_at_a_round_number(
    values: list[float], high: float, ticks: int
) -> None:
    axis = Axis.linear(values)
    assert (axis.low, axis.high, len(axis.ticks)) == (0.0, pytest.approx(high), ticks)
    assert [axis.part(0.0), axis.part(axis.high)] == [0.0, 1.0]
    assert axis.ticks[-1] == pytest.approx(axis.high)


def test_an_axis_of_powers() -> None:
    axis = Axis.powers([2, 5000])
    assert (axis.low, axis.high, list(axis.ticks)) == (1, 10000, [1, 10, 100, 1000, 10000])
    assert [axis.part(1), axis.part(100), axis.part(10000)] == pytest.approx([0.0, 0.5, 1.0])


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_plot_has_a_point_for_each_number_within_its_card(logarithmic: bool) -> None:
    xs, names = [1, 10, 5000], ["first <line>", "second"]
    lines = [Series(SESSIONS, what, name, xs, [3.0, 2.0, 9.5]) for what in (FRAME, MEMORY) for name in names]
    panels = [list(each) for _, each in groupby(lines, key=lambda line: line.measured)]
    svg = ElementTree.fromstring(drawn(panels, logarithmic))
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    circles = list(svg.iter(f"{SVG}circle"))
    assert len(circles) == len(lines) * len(xs)
    assert all(0 < float(each.attrib["cx"]) < width / 2 for each in circles), "moved with its panel"
    assert all(0 < float(each.attrib["cy"]) < height for each in circles)
    texts = ["".join(each.itertext()) for each in svg.iter(f"{SVG}text")]
    assert texts.count("first <line>second") == 2
    assert {FRAME, MEMORY, SESSIONS, "10 000" if logarithmic else "6 000"} <= set(texts)


def test_a_single_line_needs_no_name() -> None:
    svg = drawn([[Series(LENGTH, FRAME, "", [1, 2], [1.0, 1.0])]])
    assert "tspan class" not in svg
    assert "prefers-color-scheme: dark" in svg
