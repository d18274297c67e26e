"""L2, O3: what a cut holds between two deltas."""

from __future__ import annotations

from realtime_translate.mapping.sentences import Cut, feed, pause, split


def test_L2_empty_deltas_take_no_room() -> None:
    cut = Cut()
    for _ in range(3):
        assert feed(cut, "") == ()
    assert cut == Cut()
    feed(cut, "One. Two")
    held = list(cut.held)
    feed(cut, "")
    assert cut.held == held == [" Two"]


def test_O3_a_pause_in_the_middle_of_a_sentence_finishes_none() -> None:
    cut = Cut()
    assert feed(cut, "One. Two") == ("One.",)
    assert pause(cut) == ()
    assert "".join(cut.held) == " Two"


def test_O3_what_is_before_white_space_is_not_the_word_before_a_stop() -> None:
    assert split("He asked the dr . Then he went.") == ("He asked the dr .", "Then he went.")


def test_O3_an_abbreviation_may_follow_another_one() -> None:
    assert split("Rice etc. dr. Bao sold.") == ("Rice etc. dr. Bao sold.",)
