"""The translator is as early as `docs/reference/latency.md` says (A2, O1, S4, O6)."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy", reason="needs the resample extra")

from realtime_translate.audio import AudioFormat
from tests.benchmarks.pairs import Pair, pairs
from tests.quality import latency
from tests.quality.held import held
from tests.quality.turns import SPEECH, spoken, turn
from tests.quality.waits import CAUSES, IN, OUT, Cause, waited

PAIRS = [
    pytest.param(pair, id=f"{pair.direction}-{pair.path.client}-{pair.path.upstream}") for pair in pairs()
]
DECLARED = [pytest.param(*each, id=str(each[0])) for each in latency.declared()]
PAGE = latency.PAGE.read_text(encoding="utf-8")


def budget(pair: Pair) -> float:
    """Milliseconds."""
    if pair.source.rate == pair.target.rate:
        return 0.0
    return 3.0 if min(pair.source.rate, pair.target.rate) < 16000 else 2.0


@pytest.mark.parametrize("pair", PAIRS)
def test_A2_O1_audio_is_held_two_milliseconds_or_three(pair: Pair) -> None:
    whole = held(pair, latency.size_of(pair))
    assert abs(whole.shifted) < 0.001
    assert whole.total < budget(pair) + 0.001


@pytest.mark.parametrize("pair", PAIRS)
def test_A2_O1_however_it_is_cut(pair: Pair) -> None:
    """Half a sample of the input may wait for its other half, and an output lies a part of a sample on."""
    crumbs = held(pair, latency.CRUMB)
    assert abs(crumbs.shifted) < 0.001
    a_sample = 500 / pair.source.rate + (500 / pair.target.rate if budget(pair) else 0)
    assert crumbs.total < budget(pair) + a_sample + 0.001


@pytest.mark.parametrize(("client", "upstream", "output"), DECLARED)
def test_A2_a_spoken_turn_is_answered_less_than_five_milliseconds_later(
    client: AudioFormat, upstream: AudioFormat, output: AudioFormat
) -> None:
    without, with_it = turn(client, upstream, output)
    assert without > 0.3  # the server waited for the end of the turn, and thought
    assert -1e-6 < with_it - without < 0.005


@pytest.mark.parametrize(("rate", "bound"), [(8000, 0.005), (11025, 0.0025), (16000, 0.002), (48000, 0.002)])
def test_A2_a_sentence_that_is_cut_off_is_answered_a_little_later(rate: int, bound: float) -> None:
    audio = AudioFormat("linear16", rate)
    without, with_it = turn(audio, AudioFormat("linear16", 24000), audio, fade=0.002)
    assert 0 < with_it - without < bound + 1e-6


def test_A2_a_spoken_turn_is_not_later_where_nothing_is_converted() -> None:
    for audio in (AudioFormat("linear16", 24000), AudioFormat("mulaw", 8000), AudioFormat("alaw", 8000)):
        without, with_it = turn(audio, audio, audio)
        assert with_it == without


def test_what_the_user_says_is_heard_and_over() -> None:
    signal, end = spoken(16000), round(16000 * SPEECH)
    assert abs(signal[end - 1600 : end - 800]).max() > 500
    assert abs(signal[end + 16 :]).max() <= 1


@pytest.mark.parametrize("cause", IN.values(), ids=IN)
def test_A3_the_clients_audio_waits_for_no_text(cause: Cause) -> None:
    assert waited(cause) == 0


@pytest.mark.parametrize("cause", OUT.values(), ids=OUT)
def test_O1_the_agents_audio_waits_for_no_text(cause: Cause) -> None:
    assert waited(cause) == 0


@pytest.mark.parametrize("cause", CAUSES.values(), ids=map(" ".join, CAUSES))
def test_S4_O6_what_a_moment_calls_for_comes_in_the_same_call(cause: Cause) -> None:
    assert waited(cause) == 0


def test_what_never_comes_is_noticed() -> None:
    cause = next(iter(IN.values()))
    assert waited(Cause(cause.call, cause.act, lambda _: False)) == float("inf")


@pytest.mark.parametrize("name", latency.TABLES)
def test_the_page_says_what_is_measured(name: str) -> None:
    """`python -m tests.quality.latency page` writes it."""
    assert "\n".join(latency.TABLES[name]()) in PAGE


def test_an_unknown_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert latency.main(["pages"]) == 2
    assert "usage" in capsys.readouterr().err
