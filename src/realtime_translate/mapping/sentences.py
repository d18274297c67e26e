"""A growing text cut into its sentences, for a Deepgram agent's words are told one sentence at a time (O3).

The caller keeps one `Cut` an item: `feed` each delta, `pause` when the agent moves on to its audio, `flush`
when the item is over; each returns the sentences that this finished. How deltas divide the text is no matter.

- A sentence ends at a run of stops, with the closing quotes and brackets after it, before white space; a CJK
  stop needs none. At a pause it ends there at once, but not at the full stop of a number or an abbreviation.
  An ellipsis is a stop ("Well... maybe" is two). A blank line ends a sentence too; a new line alone does not.
- White space around a sentence is not told: Deepgram sends none. Every other character is told once. Stops
  and closing marks alone are no sentence: they begin the next one, or are told by `flush`.

What it does not do: know languages. Not cut: "Plan B. Then", "the U.S. Then" (initials), "end.Next", scripts
without stops. Cut: "am 3. Mai", abbreviations not listed, a pause within "example.com" or "...".
"""
# ruff: noqa: RUF001 (the stops of many scripts look alike)

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import define, field

__all__ = ["ABBREVIATIONS", "Cut", "feed", "flush", "is_ripe", "pause", "split"]

_CHARACTERS = {
    "line": "\n",
    "dot": ".",
    "stop": "!?…‼⁇⁈⁉‽؟۔।॥։።။។",
    "wide": "。！？｡",
    "close": "\"'”’»›)]}*_）」』】〉》〕］｝＂＇\u00a0\u202f",  # French sets a no-break space before a quote
    "quote": "“‘«",  # closes after a stop (German), opens after a CJK stop (Chinese)
}  # by their kind; the rest is `space`, `lower` (case), `digit` or `other`

_ABBREVIATIONS = {
    "text": """approx av avda bspw bzw ca capt cf col dr dra drs ee evtl fr ggf hr inkl lt mlle mme mr mrs ms
        mt prof sgt sig sog sr sra sras sres srta st ste vgl vs""",
    "digit": """abs apr art aug ch dec dez ext feb fig figs jan jul jun kap mar no nos nov nr núm oct okt p
        pág págs pp sec sep sept tel vol""",
    "lower": "a.m ave blvd bros co corp etc inc jr ltd o.k p.m ph.d rd ud uds usw uu",
}
"""By the next mark. No sentence ends there, save after `digit`, `lower` where no such character is next."""

_TRANSITIONS = """
              space     line  dot   stop  wide  close quote lower digit other
    start     start     start start start start start start text  text  text
    text      text      line  dot   stop  wide  text  text  text  text  text
    line      line      end   dot   stop  wide  text  text  text  text  text
    stop      end       end   stop  stop  wide  stop  stop  text  text  text
    wide      end       end   wide  wide  wide  wide  end   end   end   end
    number    end       end   stop  stop  wide  stop  stop  text  text  text
    digit     digit_gap end   stop  stop  wide  digit digit text  text  text
    lower     lower_gap end   stop  stop  wide  lower lower text  text  text
    digit_gap digit_gap end   end   end   end   end   end   end   text  end
    lower_gap lower_gap end   end   end   end   end   end   text  end   end
"""
"""Mark of a `Cut`, character, next mark. `end`: the sentence ended before it. `dot`: the word before decides.

`start`: no word yet; `line`: after a new line; `stop`, `wide`: after a stop, a CJK stop; `number`: after what
may be a decimal point; `digit`, `lower`: after such an abbreviation; `_gap`: and white space.
"""
_WORD = 16  # longer than any abbreviation
_ENUMERATOR = re.compile(r"\n\W*\d{1,2}")
_NAME = re.compile(r"(?<![\w.])\d*([^\W\d_]+(?:\.[^\W\d_]+)*)$")
_KINDS = {character: kind for kind, several in _CHARACTERS.items() for character in several}
ABBREVIATIONS: Mapping[str, str] = {
    name: mark for mark, names in _ABBREVIATIONS.items() for name in names.split()
}
"""Each abbreviation with the mark that a full stop after it leaves."""
_TABLE = [line.split() for line in _TRANSITIONS.strip().splitlines()]
_NEXT: dict[str, dict[str, str]] = {row[0]: dict(zip(_TABLE[0], row[1:], strict=True)) for row in _TABLE[1:]}
_LEAVING = "".join(each for each, kind in _KINDS.items() if _NEXT["text"][kind] != "text")
_PLAIN = re.compile(f"[^{re.escape(_LEAVING)}]+")
"""Characters that leave a text what it is: most of it."""


@define
class Cut:
    """Where the cutting of one text stands: plain data.

    `taken`: characters done with, white space included: `split(whole[taken:])` cuts the rest. `held`: what is
    here of it. `word`: its last word, after a white space (a new line at first). `mark`: see `_TRANSITIONS`.
    """

    taken: int = 0
    held: list[str] = field(factory=list[str])
    word: str = "\n"
    mark: str = "start"


def feed(cut: Cut, delta: str) -> tuple[str, ...]:
    """More of the text came; returns the sentences that are finished now."""
    found: list[str] = []
    begin = at = 0
    while at < len(delta):
        if cut.mark == "text" and (plain := _PLAIN.match(delta, at)):
            cut.word = _last_word(cut.word, plain[0])
            at = plain.end()
            continue
        if not _goes_on(cut, delta[at]):
            cut.held.append(delta[begin:at])
            found += flush(cut)
            begin = at
            _goes_on(cut, delta[at])  # as the first of the next sentence
        at += 1
    if begin < len(delta):
        cut.held.append(delta[begin:])
    return tuple(found)


def pause(cut: Cut) -> tuple[str, ...]:
    """The agent moved on; returns the sentence that a stop at the end of the text has finished, if any."""
    return flush(cut) if is_ripe(cut) else ()


def is_ripe(cut: Cut) -> bool:
    """Whether `pause` would finish a sentence."""
    return cut.mark in ("stop", "wide")


def flush(cut: Cut) -> tuple[str, ...]:
    """The text is over; returns what is left of it, if there is anything but white space."""
    text = "".join(cut.held)
    cut.taken, cut.held, cut.word, cut.mark = cut.taken + len(text), [], "\n", "start"
    return (text.strip(),) if text.strip() else ()


def split(text: str) -> tuple[str, ...]:
    """All sentences of a whole text."""
    cut = Cut()
    return feed(cut, text) + flush(cut)


def _goes_on(cut: Cut, character: str) -> bool:
    """Take a character in; False if the sentence ended before it, and then it is not taken in."""
    mark = _NEXT[cut.mark][_KINDS.get(character) or _kind(character)]
    if mark == "end":
        return False
    cut.mark = _after_dot(cut.word) if mark == "dot" else mark
    if character.isspace():
        cut.word = "\n" if mark in ("start", "line") else " "
    else:
        cut.word = (cut.word + character)[-_WORD:]
    return True


def _last_word(word: str, plain: str) -> str:
    """`Cut.word` after more of a text without new lines."""
    *_, last = plain.rsplit(None, 1) or ("",)
    if len(last) == len(plain):
        return (word + plain)[-_WORD:]
    return " " if plain[-1].isspace() else (" " + last)[-_WORD:]


def _kind(character: str) -> str:
    if character.isspace():
        return "space"
    return "digit" if character.isdecimal() else "lower" if character.islower() else "other"


def _after_dot(word: str) -> str:
    """The mark after this word and a full stop."""
    if word[-1].isdecimal():
        return "text" if _ENUMERATOR.fullmatch(word) else "number"  # "1. First" is one sentence
    if not (name := _NAME.search(word)):
        return "stop"
    return ABBREVIATIONS.get(name[1].lower()) or ("text" if _is_initials(name[0]) else "stop")


def _is_initials(name: str) -> bool:
    """Single letters: "U.S", "z.B", "J"; one alone is a capital, and "I" is a word."""
    letters = name.split(".")
    return all(len(each) == 1 for each in letters) and (len(letters) > 1 or (name.isupper() and name != "I"))
