"""Bit exact with ITU-T G.711 (A2, O1)."""

from __future__ import annotations

import warnings
from types import ModuleType

import pytest

from realtime_translate.audio import g711

LAWS = ("mulaw", "alaw")
SAMPLES = range(-32768, 32768)


def linear(samples: range | list[int]) -> bytes:
    return b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples)


def mulaw_code(sample: int) -> int:
    """As ITU-T G.191 has it: one's complement, 14 bits, a bias of 33, a logarithm by counting."""
    magnitude = min((~sample if sample < 0 else sample) // 4 + 33, 0x1FFF)
    segment = magnitude.bit_length() - 6
    code = segment << 4 | magnitude >> segment + 1 & 15
    return ~code & (0x7F if sample < 0 else 0xFF)


def alaw_code(sample: int) -> int:
    """As ITU-T G.191 has it: one's complement, 12 bits, every other bit inverted."""
    magnitude = (~sample if sample < 0 else sample) // 16
    segment = max(magnitude.bit_length() - 4, 0)
    code = segment << 4 | magnitude >> max(segment - 1, 0) & 15
    return (code | (0 if sample < 0 else 0x80)) ^ 0x55


def mulaw_sample(code: int) -> int:
    """The middle of the code's interval, G.711 table 2: `33 * 2**segment` and so on, on the 14-bit scale."""
    segment, step = ~code >> 4 & 7, ~code & 15
    magnitude = 4 * (2**segment * (2 * step + 33) - 33)
    return magnitude if code & 0x80 else -magnitude


def alaw_sample(code: int) -> int:
    """The middle of the code's interval, G.711 table 1, on the 13-bit scale."""
    segment, step = (code ^ 0x55) >> 4 & 7, (code ^ 0x55) & 15
    middle = 2 * step + 1 if segment == 0 else 2 ** (segment - 1) * (2 * step + 33)
    return 8 * middle if code & 0x80 else -8 * middle


CODE = {"mulaw": mulaw_code, "alaw": alaw_code}
SAMPLE = {"mulaw": mulaw_sample, "alaw": alaw_sample}


@pytest.fixture
def audioop() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("audioop", reason="the standard library has no audioop from 3.13 on")


@pytest.mark.parametrize("law", LAWS)
def test_every_sample_gets_the_code_of_the_standard(law: str) -> None:
    assert list(g711.encode(law, linear(SAMPLES))) == [CODE[law](sample) for sample in SAMPLES]
    assert list(g711.code_table(law)) == [CODE[law](sample) for sample in (*range(32768), *range(-32768, 0))]


@pytest.mark.parametrize("law", LAWS)
def test_every_code_stands_for_the_sample_of_the_standard(law: str) -> None:
    assert g711.decode(law, bytes(range(256))) == linear([SAMPLE[law](code) for code in range(256)])
    assert g711.sample_table(law) == tuple(SAMPLE[law](code) for code in range(256))


def test_values_printed_in_the_standard() -> None:
    """Tables 1 and 2: the ends of the scale, and the steps about zero."""
    assert [g711.sample_table("mulaw")[code] for code in (0x80, 0x00, 0xFF, 0xFE, 0x7E)] == [
        4 * value for value in (8031, -8031, 0, 2, -2)
    ]
    assert [g711.sample_table("alaw")[code ^ 0x55] for code in (0xFF, 0x7F, 0x80, 0x81, 0x00)] == [
        8 * value for value in (4032, -4032, 1, 3, -1)
    ]


@pytest.mark.parametrize("law", LAWS)
def test_a_round_trip_gives_every_code_again(law: str) -> None:
    codes = bytes(range(256))
    # mu-law has two zeros, and the negative one (0x7F) comes back as the positive one.
    again = codes.replace(b"\x7f", b"\xff") if law == "mulaw" else codes
    assert g711.encode(law, g711.decode(law, codes)) == again
    assert g711.recode(law, law, codes) == again


@pytest.mark.parametrize(("source", "target"), [LAWS, LAWS[::-1]])
def test_one_law_to_the_other_is_by_way_of_the_linear_value(source: str, target: str) -> None:
    codes = bytes(range(256))
    assert g711.recode(source, target, codes) == g711.encode(target, g711.decode(source, codes))


def test_audioop_agrees(audioop: ModuleType) -> None:
    codes, samples = bytes(range(256)), linear(SAMPLES)
    assert g711.decode("mulaw", codes) == audioop.ulaw2lin(codes, 2)
    assert g711.decode("alaw", codes) == audioop.alaw2lin(codes, 2)
    assert g711.encode("alaw", samples) == audioop.lin2alaw(samples, 2)
    assert g711.encode("mulaw", samples)[32768:] == audioop.lin2ulaw(samples, 2)[32768:]


def test_audioop_differs_in_negative_mulaw_by_one_step(audioop: ModuleType) -> None:
    """It makes -1 a -8, where ITU's code makes it a zero."""
    negative = linear(range(-32768, 0))
    ours, theirs = g711.encode("mulaw", negative), audioop.lin2ulaw(negative, 2)
    assert (ours[-1], theirs[-1]) == (0x7F, 0x7E)
    assert {one - other for one, other in zip(ours, theirs, strict=True)} == {0, 1}


def test_nothing_becomes_nothing() -> None:
    assert g711.encode("mulaw", b"") == g711.decode("mulaw", b"") == g711.recode("mulaw", "alaw", b"") == b""
