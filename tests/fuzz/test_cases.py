"""Bytes and mutated real frames, in any state (L1), and what fuzzing has found so far."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .cases import SEPARATOR, decoded, encoded, mutated, play, seeds
from .seeds import LEGS
from .stages import CONFIGS, begun, stages_of

CORPUS = Path(__file__).parent / "corpus"
FOUND = sorted(CORPUS.glob("*/*"))
quick = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    database=None,
)
leg = st.sampled_from(LEGS)


@quick
@given(leg, st.binary(max_size=200))
def test_L1_any_bytes(leg: str, case: bytes) -> None:
    play(leg, case)


@quick
@given(leg, st.integers(0, 2**16 - 1), st.lists(st.text(max_size=60), min_size=1, max_size=3), st.booleans())
def test_L1_any_text(leg: str, number: int, texts: list[str], quoted: bool) -> None:
    frames = [f'{{"type": "{text}"}}' if quoted else text for text in texts]
    play(leg, number.to_bytes(2, "big") + encoded("deepgram", "fresh", *frames)[2:])


@quick
@given(leg, st.integers(0), st.lists(st.integers(0, 2**32), min_size=1, max_size=8))
def test_L1_mutated_real_frames(leg: str, start: int, numbers: list[int]) -> None:
    known = seeds(leg)
    case = known[start % len(known)]
    for number in numbers:
        case = mutated(case, number, leg)
    play(leg, case)


@quick
@given(leg, st.integers(0), st.integers(0), st.binary(max_size=4), st.integers(0, 3))
def test_L1_real_frames_with_other_bytes_in_them(leg: str, start: int, at: int, put: bytes, cut: int) -> None:
    known = seeds(leg)
    case = known[start % len(known)]
    place = 2 + at % len(case)
    play(leg, case[:place] + put + case[place + cut :])


@pytest.mark.parametrize("path", FOUND, ids=[f"{each.parent.name}-{each.name}" for each in FOUND])
def test_what_fuzzing_found_stays_found(path: Path) -> None:
    play(path.parent.name, path.read_bytes())


@pytest.mark.parametrize("leg", LEGS)
def test_each_seed_stands_by_itself(leg: str) -> None:
    assert len(seeds(leg)) > 40
    for case in seeds(leg)[::8]:
        play(leg, case)


@pytest.mark.parametrize("config", CONFIGS)
def test_the_stages_are_what_they_say(config: str) -> None:
    """An attack on a call that has closed by mistake would prove nothing."""
    for stage in stages_of(CONFIGS[config]):
        assert (begun(CONFIGS[config], stage).phase == "closed") == (stage == "closed"), stage


def test_a_case_is_read_as_it_was_written() -> None:
    frames = ["{}", b"\0\xff", "\ud800", ""]
    assert decoded(encoded("component", "ready", *frames)) == ("component", "ready", frames)
    assert decoded(b"\xff\xff\xff" + SEPARATOR)[2] == ["\udcff", ""]
    assert decoded(b"")[2] == [""]
