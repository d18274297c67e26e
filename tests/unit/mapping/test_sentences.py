"""O3: the agent's words, cut into sentences as they come; B4: what is not finished can still be dropped."""
# ruff: noqa: RUF001 (the stops of many scripts look alike)

from __future__ import annotations

import json
from itertools import groupby, pairwise
from time import process_time
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from realtime_translate.mapping import sentences
from realtime_translate.mapping.sentences import Cut, feed, flush, pause, split
from tests.shared_material import shared

PAUSE = None  # in a list of deltas: audio or a done event came


def take(cut: Cut, delta: str | None) -> tuple[str, ...]:
    return pause(cut) if delta is None else feed(cut, delta)


def told(deltas: list[str | None]) -> list[str]:
    """The sentences of one item, told as its deltas and pauses come, and at its end."""
    cut = Cut()
    found: list[str] = []
    for each in deltas:
        found += take(cut, each)
    return [*found, *flush(cut)]


def steps(deltas: list[str | None]) -> list[tuple[str, ...]]:
    """What each of the deltas and pauses makes the agent tell."""
    cut = Cut()
    return [take(cut, each) for each in deltas]


def assert_told_once(text: str, found: list[str] | tuple[str, ...]) -> None:
    """The sentences are the text, in order, and only white space is between them."""
    for sentence in found:
        assert sentence
        assert sentence == sentence.strip()
        text = text.lstrip()
        assert text.startswith(sentence)
        text = text[len(sentence) :]
    assert not text.strip()


# --- where a sentence ends ----------------------------------------------------------------------------------

# "|" is where the text is cut; a white space next to it is not told.
EXAMPLES = {
    "full stops": "It is 12 degrees.| It rains.| Bye.",
    "other stops": "Really?| Yes!| Fine‽| Go on",
    "runs": "What?!| No way!!!| Oh",
    "no stop": "and so it goes",
    "nothing after": "Of course!",
    "white space": "  One.|  \t Two.| \n Three.  ",
    "quotes": "He said “Stop.”| She said 'Go!'| I said \"Why?\"| So",
    "brackets": "It rains (a lot.)| It snows [a bit!]| Bye",
    "emphasis": "**Done.**| _Really?_| Yes",
    "stops inside": "See example.com or v1.2.3 or www.a.org.| Then go!now",
    "decimals": "It is 3.5 or 1,000.50 or 7.| Fine.",
    "numbers end": "2 + 2 equals 4.| Right?| In 1999.| Yes.",
    "squares": "It has 30 m².| Big.",
    "ellipses": "Well…| maybe.| Well...| yes…and no.",
    "ellipsis first": "... and then?| Yes.",
    "only stops": "... ?! .",
    "only closing": '" ) Yes.| No.',
    "enumerations": "1. First thing.| 2. Second.|\n3. Third\n4. Fourth\n  12. Twelve.| (5. Fifth.)| 6.) Six.",
    "letters enumerate": "A. First.| B. Second.",
    "no enumerations": "Till 2024.| 2025.| Or 26.| Yes.",
    "titles": "Dr. Smith, Mr. Jones, Prof. Li.| See St. Mary vs. (cf. Mt. Fuji).| Sra. Gil.",
    "composites": "Mr./Mrs. Smith.| Non-U.S. goods.| 'Dr. Who'.| (Dr. Who).| \"Dr.\" who.",
    "capitals": "DR. SMITH.| NO. 5.",
    "initials": "J. R. R. Tolkien.| J.R.R. Tolkien.| The U.S. Senate.| А. С. Пушкин.",
    "no initials": "It is I.| You and I.| It has 5G.| It is in 3D.| Yes y a.| See x1dr.| No",
    "latin": "Use tools, e.g. Hammers, i.e. These.| Or approx. 5.",
    "German": "Das ist z.B. Berlin bzw. Bonn, d.h. gut.| Gehen usw. und so fort.| Usw.| „Ja.“| »Gut.«| So.",
    "times": "At 5 p.m. today.| At 5p.m. or 6 A.M. on.| At 7 p.m.| Then (8 p.m.) go.| *9 a.m.* is.",
    "companies": "Foo Inc. is ours.| Foo Inc.| Then Bar Co.| 3 of them.",
    "number or no": 'No. 5 is no. 6.| No.| It is not.| Am I?| No.| "Nos. 3."| Jan. 5.| Jan.|\nFeb.',
    "word or p.m.": "p.mx no.x Dr.x inc.x",
    "abbreviation and stop": "Is it 5 p.m.?| Is it Dr.?| Is it no.| … Is it Inc.| ...",
    "abbreviation at stop": "Is it 5 p.m.?| Dr.!| No...| a.m.!| No.",
    "abbreviation at line": "At 5 p.m.|\ntoday Dr.\nWho 5 p.m. |\nhi.",
    "French": "Quoi\u202f?| «\u00a0Non.\u202f»| M. Blanc\u00a0!| Le 3.\u00a0Mai.| Dr.\u00a0No.| Nr.\u00a05.",
    "Spanish": "¿Qué tal?| ¡Hola!| ¿Y Ud. qué?| La Srta. Gil.| EE. UU. es.",
    "Chinese": "你好。|我很好！|你呢？|“好。”|“再见……”他说：「走吧！」|好｡|“…",
    "Chinese and Latin": "你好！?|a。|1。|A。| 是",
    "CJK ellipsis": "等等……我来了。|好",
    "Japanese": "はい。|（そうです。）|またね",
    "Hindi": "मैं ठीक हूँ।| और आप?",
    "Arabic": "كيف حالك؟| بخير.| شكرا",
    "Urdu": "میں ٹھیک ہوں۔| شکریہ",
    "Armenian and others": "Բարև։| ሰላም።| မင်္ဂလာပါ။| សួស្តី។| ok",
    "Thai": "สวัสดีครับ ยินดีที่ได้รู้จัก",
    "emoji": "Great!| 😀 How?| 😀",
    "new lines": "One\ntwo\n- three.|\nFour",
    "blank lines": "# Title|\n\nText|\n \t\n1.|\n\n\n\nMore.|\n\nEnd\n\n",
    "Windows": "Title|\r\n\r\nText\r\nmore",
    "separators": "One.|\u3000Two.|\u2003Three",
}


@pytest.mark.parametrize("marked", EXAMPLES.values(), ids=EXAMPLES)
def test_O3_a_sentence_ends_where_it_should(marked: str) -> None:
    pieces = [each.strip() for each in marked.split("|")]
    text = marked.replace("|", "")
    assert list(split(text)) == pieces
    assert told(list(text)) == pieces  # one character at a time
    assert_told_once(text, pieces)


@pytest.mark.parametrize("text", ["", " ", "\n\n \n\n", "\u00a0", "\u3000"])
def test_O3_white_space_alone_is_not_told(text: str) -> None:
    assert split(text) == ()


@pytest.mark.parametrize(
    ("deltas", "expected"),
    [
        (["Hi", ".", " ", "You"], [(), (), ("Hi.",), ()]),
        (["Hi. You. And", " I"], [("Hi.", "You."), ()]),
        (["你好", "。", "”", "我", "。？", "」", " "], [(), (), (), ("你好。”",), (), (), ("我。？」",)]),
        (["At 5 p.m.", " ", " ", "Then"], [(), (), (), ("At 5 p.m.",)]),
        (["No.", " ", "5", ".", "\n"], [(), (), (), (), ("No. 5.",)]),
        (["Title\n", " ", "\n"], [(), (), ("Title",)]),
        (["", "Hi! ", "", ""], [(), ("Hi!",), (), ()]),
    ],
)
def test_O3_a_sentence_is_told_as_soon_as_its_end_is_seen(
    deltas: list[str | None], expected: list[tuple[str, ...]]
) -> None:
    assert steps(deltas) == expected


# --- pauses -------------------------------------------------------------------------------------------------

ENDED = "Hello!|Is it?|Yes.|Well…|Well...|“Stop.”|4!|3...|你好。|你好。」|ठीक।|It is I.|It has 30 m²."
UNENDED = "It is 3.|1.|Dr.|e.g.|5 p.m.|No.|J.|Hello|Hello,|(Dr.)|Title\n|...|| "


@pytest.mark.parametrize("text", ENDED.split("|"))
def test_O3_at_a_pause_a_stop_ends_the_sentence(text: str) -> None:
    assert steps([text, PAUSE, PAUSE, " Next"]) == [(), (text,), (), ()]


@pytest.mark.parametrize("text", UNENDED.split("|"))
def test_O3_at_a_pause_what_may_go_on_is_kept(text: str) -> None:
    assert steps([text, PAUSE]) == [(), ()]


@pytest.mark.parametrize(
    ("deltas", "expected"),
    [
        (["It is 3.", PAUSE, "14", ".", PAUSE, " Yes", "."], ["It is 3.14.", "Yes."]),
        (["It is 3.", PAUSE, " Yes", "."], ["It is 3.", "Yes."]),
        (["Dr.", PAUSE, " Who", ".", PAUSE], ["Dr. Who."]),
        (["At 5 p.m.", PAUSE, " ", PAUSE, "we go"], ["At 5 p.m. we go"]),
        (["At 5 p.m. ", PAUSE, "We go"], ["At 5 p.m.", "We go"]),
        (["Hello!", PAUSE, " How", " are", PAUSE, " you", "?"], ["Hello!", "How are you?"]),
        # The end came too early: what follows is told all the same.
        (["Well.", PAUSE, "..", " maybe."], ["Well.", ".. maybe."]),
        (["“Stop.", PAUSE, "”", " Go."], ["“Stop.", "” Go."]),
        (["好。", PAUSE, "」", PAUSE], ["好。", "」"]),
        (["See a.", PAUSE, "com"], ["See a.", "com"]),
        # A sentence begins after a pause, so this may be an enumeration.
        (["Hi!", PAUSE, " 1.", " One", "."], ["Hi!", "1. One."]),
    ],
)
def test_O3_pauses_within_a_text(deltas: list[str | None], expected: list[str]) -> None:
    assert told(deltas) == expected


# --- whatever the text --------------------------------------------------------------------------------------

WORDS = "Hi| no|. |...| 5| p.m.| Dr.|\n|。| I| z.B.|”| then"
TEXTS = st.one_of(
    st.text(st.sampled_from('aZI1².,!?…。！"”“«)\n\r \u00a0\u3000好।؟-😀\ud800\u0301')),
    st.lists(st.sampled_from(WORDS.split("|"))).map("".join),
    st.text(),
)


@st.composite
def divided(draw: st.DrawFn, pauses: bool = False) -> list[str | None]:
    """A text in deltas of any length, empty ones too, with pauses between them if wanted."""
    text = draw(TEXTS)
    inner = draw(st.lists(st.integers(0, len(text)), max_size=len(text) + 2))
    deltas: list[str | None] = []
    for begin, end in pairwise([0, *sorted(inner), len(text)]):
        deltas.append(text[begin:end])
        if pauses and draw(st.booleans()):
            deltas.append(PAUSE)
    return deltas


def whole(deltas: list[str | None]) -> str:
    return "".join(each for each in deltas if each is not None)


@given(divided())
def test_O3_the_division_into_deltas_makes_no_difference(deltas: list[str | None]) -> None:
    assert told(deltas) == list(split(whole(deltas))) == told(list(whole(deltas)))


@given(divided(pauses=True))
def test_O3_no_character_is_lost_or_doubled(deltas: list[str | None]) -> None:
    assert_told_once(whole(deltas), told(deltas))


@given(divided(pauses=True))
@example(["Yes. ", PAUSE, "1.", PAUSE, " One. Two"])
def test_O3_whoever_has_the_whole_text_can_go_on_from_what_is_taken(deltas: list[str | None]) -> None:
    cut = Cut()
    found: list[str] = []
    text = whole(deltas)
    for each in deltas:
        found += take(cut, each)
        assert text[cut.taken :].startswith("".join(cut.held))
        assert "" not in cut.held
        assert_told_once(text[: cut.taken], found)
    assert split(text[cut.taken :]) == flush(cut)
    assert (cut.taken, cut.held) == (len(text), [])


@given(TEXTS)
def test_O3_a_sentence_is_one_sentence(text: str) -> None:
    for sentence in split(text):
        assert split(sentence) == (sentence,)


@given(divided(pauses=True))
def test_the_memory_is_plain_data(deltas: list[str | None]) -> None:
    kept, cut = Cut(), Cut()
    for each in deltas:
        expected = take(kept, each)
        cut = Cut(**json.loads(json.dumps(attrs.asdict(cut))))
        assert take(cut, each) == expected
    assert cut == kept


def test_a_flushed_cut_is_as_good_as_new() -> None:
    cut = Cut()
    assert feed(cut, "Good. At 5 p.m.") == ("Good.",)
    assert flush(cut) == ("At 5 p.m.",)
    assert flush(cut) == ()
    assert attrs.evolve(cut, taken=0) == Cut()
    assert cut.taken == len("Good. At 5 p.m.")


# --- cost ---------------------------------------------------------------------------------------------------


def seconds(unit: str, length: int) -> float:
    """The time for a text of single-character deltas with a pause after each."""
    text = (unit * length)[:length]
    cut = Cut()
    begin = process_time()
    for character in text:
        feed(cut, character)
        pause(cut)
    flush(cut)
    return process_time() - begin


@pytest.mark.parametrize("unit", ["😀", "1.", "Dr. ", "p.m. ", ".", 'a:"'])
def test_the_cost_grows_with_the_length_and_no_faster(unit: str) -> None:
    short = min(seconds(unit, 12_500) for _ in range(3))
    assert seconds(unit, 100_000) < short * 24  # linear: 8; quadratic: 64


def test_only_the_end_of_a_long_word_is_remembered() -> None:
    cut = Cut()
    feed(cut, "a" * 100_000)
    assert len(cut.word) <= 16
    assert [len(each) for each in cut.held] == [100_000]


# --- the tables ---------------------------------------------------------------------------------------------

# What finishes a sentence after a text: a pause (p), a letter (X), white space and a capital (C), a small
# letter (s) or a digit (d), a new line (n), a stop and white space (!).
PROBES = {"p": PAUSE, "X": "X", "C": " X", "s": " x", "d": " 5", "n": "\n", "!": "! X"}
OUTCOMES = {
    "": "nothing", "!": "word", "n!": "line", "pCsdn!": "stop", "pXCsdn!": "cjk", "Csdn!": "number",
    "Csn!": "No.", "Cdn!": "a.m.", "XCsn!": "No._", "XCdn!": "a.m._",
}  # fmt: skip
BEFORE = ["", "Hi", "Hi\n", "Hi!", "好。", "Hi 4.", "Dr.", "No.", "a.m.", "No. ", "a.m. "]
NEXT = {
    " ":  "nothing word   line  |nothing |nothing |nothing word  No._    a.m._    No._     a.m._   ",
    "\n": "nothing line  |nothing |nothing |nothing |nothing line |nothing |nothing |nothing |nothing ",
    ".":  "nothing stop   stop   stop     cjk      stop    stop  stop     stop    |nothing |nothing",
    "?":  "nothing stop   stop   stop     cjk      stop    stop  stop     stop    |nothing |nothing",
    "！": "nothing cjk    cjk    cjk      cjk      cjk     cjk   cjk      cjk     |nothing |nothing",
    ")":  "nothing word   word   stop     cjk      stop    word  No.      a.m.    |nothing |nothing",
    "“":  "nothing word   word   stop    |nothing  stop    word  No.      a.m.    |nothing |nothing",
    "x":  "word    word   word   word    |word     word    word  word     word    |word     word",
    "7":  "word    word   word   word    |word     word    word  word     word     word    |word",
    "X":  "word    word   word   word    |word     word    word  word     word    |word    |word",
}  # fmt: skip


def outcome(text: str) -> str:
    """What a text leads to; `|` if a sentence of it is told already."""
    finish = ""
    for name, probe in PROBES.items():
        cut = Cut()
        feed(cut, text)
        finish += name if take(cut, probe) else ""
    return ("|" if steps([text])[0] else "") + OUTCOMES[finish]


@pytest.mark.parametrize(
    ("before", "character", "expected"),
    [
        (before, character, expected)
        for character, row in NEXT.items()
        for before, expected in zip(BEFORE, row.split(), strict=True)
    ],
)
def test_O3_each_character_after_each_text(before: str, character: str, expected: str) -> None:
    assert outcome(before + character) == expected


@pytest.mark.parametrize("stop", "!?…‼⁇⁈⁉‽؟۔।॥։።။។.")
def test_O3_these_stops_need_white_space(stop: str) -> None:
    assert split(f"Hi{stop} You{stop}There") == (f"Hi{stop}", f"You{stop}There")


@pytest.mark.parametrize("stop", "。！？｡")
def test_O3_these_stops_do_not(stop: str) -> None:
    assert split(f"你{stop}好{stop}{stop} 我") == (f"你{stop}", f"好{stop}{stop}", "我")


@pytest.mark.parametrize("mark", "\"'”’»›)]}*_）」』】〉》〕］｝＂＇\u00a0\u202f“‘«")
def test_O3_these_close_a_sentence(mark: str) -> None:
    assert split(f"Hi!{mark} You") == (f"Hi!{mark}".strip(), "You")


def test_every_mark_and_every_kind_of_character_has_a_transition() -> None:
    kinds = {*sentences._KINDS.values(), "space", "lower", "digit", "other"}
    assert all(set(row) == kinds for row in sentences._NEXT.values())
    reached = {mark for row in sentences._NEXT.values() for mark in row.values()}
    assert reached | {"number", *sentences._ABBREVIATIONS} == {*sentences._NEXT, "end", "dot"}
    assert not {"end", "dot"} & set(sentences._NEXT["start"].values())


def test_no_abbreviation_is_listed_twice_or_too_long() -> None:
    names = " ".join(sentences._ABBREVIATIONS.values()).split()
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and len(name) + 2 < sentences._WORD for name in names)


@pytest.mark.parametrize(("mark", "after"), [("text", " X x 5"), ("digit", " 5"), ("lower", " x")])
def test_O3_every_abbreviation_that_is_listed_is_found(mark: str, after: str) -> None:
    for name in sentences._ABBREVIATIONS[mark].split():
        ended = {each for each in "Xx5" if len(split(f"Hi {name}. {each}")) == 2}
        assert ended == set("Xx5") - set(after)


# --- recorded sessions --------------------------------------------------------------------------------------

RECORDED = ["chat-1", "chat-2", "chat-3", "chat-fallback-speak-1", "function-call-2", "function-call-3"]
UPSTREAM = ["openai-vad-audio-turn", "openai-idle-timeout", "azure-vad-audio-turn"]


def events(name: str) -> list[dict[str, Any]]:
    lines = shared("traces", name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["event"] for line in lines]


@pytest.mark.parametrize("name", RECORDED)
def test_O3_cut_as_deepgram_cuts(name: str) -> None:
    texts = [each for each in events(f"dg-{name}.jsonl") if each["type"] == "ConversationText"]
    for role, several in groupby(texts, key=lambda each: each["role"]):
        if role == "assistant":
            recorded = [each["content"] for each in several]
            assert list(split(" ".join(recorded))) == recorded


@pytest.mark.parametrize("name", UPSTREAM)
def test_O3_recorded_transcripts_are_told_sentence_by_sentence(name: str) -> None:
    cut, found = Cut(), list[str]()
    for each in events(f"ga-{name}.jsonl"):
        kind = each["type"].removeprefix("response.output_audio")
        if kind in (".delta", ".done"):
            found += pause(cut)
        elif kind == "_transcript.delta":
            found += feed(cut, each["delta"])
        elif kind == "_transcript.done":
            found += flush(cut)
            assert tuple(found[-len(split(each["transcript"])) :]) == split(each["transcript"])
    assert found
