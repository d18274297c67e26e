"""Masks keep the shape of a text and nothing of what it says."""

from __future__ import annotations

import json
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from realtime_translate.mapping import sentences
from realtime_translate.recording import texts
from realtime_translate.recording.texts import keyed, keyed_name, plain, spoken, tool, tool_shape

KEY = b"k" * 16
MASKS = [plain, spoken, tool, lambda text: keyed(text, KEY), lambda text: keyed_name(text, KEY)]
words = st.sampled_from(
    ["Dr", "no", "I", "J", "U.S", "a.m", "p.m", "Ph.D", "Prof", "núm", "Well", "3", "12", "etc", "日本", "x"]
)
marks = st.sampled_from([". ", ".", "! ", "? ", "… ", "。", "\n", "\n\n", " ", ", ", '." ', ".) ", "'"])
prose = st.lists(st.tuples(words, marks), max_size=12).map(lambda pairs: "".join(map("".join, pairs)))
finite = st.floats(allow_nan=False, allow_infinity=False)
any_text = st.text() | prose


@pytest.mark.parametrize("mask", MASKS)
@given(text=any_text)
def test_a_mask_keeps_length_white_space_and_size(mask: Any, text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert [c.isspace() for c in masked] == [c.isspace() for c in text]
    if mask is not tool:  # an escape of JSON may be of another character
        assert len(masked.encode("utf-8", "surrogatepass")) == len(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("mask", MASKS)
@given(text=any_text)
def test_plain_sees_no_difference_between_a_text_and_its_mask(mask: Any, text: str) -> None:
    assert plain(mask(text)) == plain(text)


@given(any_text, any_text)
def test_plain_does_not_depend_on_how_a_text_is_cut(one: str, other: str) -> None:
    assert plain(one + other) == plain(one) + plain(other)


@given(prose)
@example("See no. 5. Mr. J. Doe and Prof.Lee, I. Then e.g. this.")
def test_O3_a_masked_text_has_the_same_sentences(text: str) -> None:
    masked = spoken(text)
    assert [plain(each) for each in sentences.split(masked)] == [
        plain(each) for each in sentences.split(text)
    ]


@given(st.lists(st.tuples(words, marks), max_size=12))
def test_O3_also_when_the_text_comes_word_by_word(pairs: list[tuple[str, str]]) -> None:
    real, masked = sentences.Cut(), sentences.Cut()
    for pair in pairs:
        for piece in pair:
            told = [plain(each) for each in sentences.feed(real, piece)]
            assert [plain(each) for each in sentences.feed(masked, spoken(piece))] == told
            assert sentences.is_ripe(masked) == sentences.is_ripe(real)


def test_what_masks_say() -> None:
    assert plain("Call me at 0555, Zoë!") == "Xxxx xx xx 0000, Xxé!"
    assert spoken("No. 5: I met Mr. Lee. No, not him.") == "Ch. 0: I xxx Av. Xxx. Ch, xxx xxx."
    assert tool('{"city": "Oslo", "n": 42.5e3, "ok": true, "u": "\\u00e9\\n"}') == (
        '{"xxxx": "Xxxx", "x": 11.1x1, "xx": true, "x": "\\u00a0\\n"}'.replace("11.1x1", "11.1e1")
    )
    assert tool_shape("42.5e3 miles or 7") == "0 xxxxx xx 0"


def test_keyed_texts_are_equal_only_if_the_texts_are() -> None:
    assert keyed("Be kind.", KEY) == keyed("Be kind.", KEY)
    assert keyed("Be kind.", KEY) != keyed("Be calm.", KEY)
    assert keyed("Be kind.", KEY) != keyed("Be kind.", b"another key......")
    assert keyed_name("1", KEY) != keyed_name("2", KEY)
    assert keyed_name("\u00c0", KEY) != keyed_name("\u00c1", KEY)


def test_every_character_of_a_kind_has_the_shape_of_its_kind() -> None:
    for standin, (first, many) in texts._FIRST.items():
        assert {plain(chr(code)) for code in range(first, first + many)} == {standin}


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.integers()
        | st.text(),
        st.lists,
    )
)
def test_masked_json_is_json(value: Any) -> None:
    masked = json.loads(tool(json.dumps(value)))
    assert type(masked) is type(value)


@given(st.text())
def test_the_coarse_mask_of_tools_sees_no_difference(text: str) -> None:
    assert tool_shape(tool(text)) == tool_shape(text)


@given(finite | st.integers())
def test_nor_in_numbers_that_were_read_and_written_again(number: float) -> None:
    again = json.dumps(json.loads(tool(json.dumps(number))))
    assert tool_shape(again) == tool_shape(json.dumps(number))


def test_so_many_different_characters_are_masked_as_well() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 9000)))
    assert plain(text) == "字" * 9000
