"""Spoken turns with the model of servers that keep detecting turns, announce no commit, or answer one by
themselves: each is answered once (V1, V3, R7).
"""

from __future__ import annotations

import pytest

from realtime_translate import Config, ManualCommit, ServerVad
from realtime_translate.testing import Group
from tests.harness import SETTINGS, Log, Pair

SPEECH, SILENCE = b"\x00\x20" * 2400, bytes(4800)
"""100 ms each."""
TURNS = 2


class Fixed:
    """The server always chooses so; of everything else the first option."""

    groups = frozenset(Group)

    def __init__(self, **chosen: int) -> None:
        self.chosen = chosen

    def choose(self, name: str, options: int) -> int:
        return self.chosen.get(name, 0)


def talk(config: Config, silence_ms: int, pause: float, **chosen: int) -> Log:
    """Turns of a second of speech, so much silence after it, and nothing for a while."""
    pair, now = Pair(config, choices=Fixed(**chosen)), 1.0
    pair.client(SETTINGS)
    pair.run(now)
    for _ in range(TURNS):
        for frame in [SPEECH] * 10 + [SILENCE] * (silence_ms // 100):
            pair.client(frame)
            now += 0.1
            pair.run(now)
        now += pause
        pair.run(now)
    return pair.log


@pytest.mark.parametrize("silence_ms", [0, 1500])
@pytest.mark.parametrize("commit_answer", [0, 1])
@pytest.mark.parametrize("committed", [0, 1, 2])
@pytest.mark.parametrize("vad_off", [0, 1, 2])
def test_V1_each_turn_is_answered_once_whatever_the_server_detects(
    vad_off: int, committed: int, commit_answer: int, silence_ms: int
) -> None:
    config = Config.deepgram(turn_detection=ManualCommit())
    server = {"vad_off": vad_off, "committed": committed, "commit_answer": commit_answer}
    log = talk(config, silence_ms, 6, **server)
    assert log.client_types.count("AgentAudioDone") == TURNS
    assert log.notices.count("TURN_DETECTION_NOT_OFF") == (vad_off > 0)
    if vad_off and silence_ms:
        assert log.of("response.create") == [], "the server hears the end, and answers"


@pytest.mark.parametrize("ignore_turn", [0, 1])
@pytest.mark.parametrize("committed", [0, 1, 2])
@pytest.mark.parametrize("create", [True, False])
def test_R7_each_turn_is_answered_once_whatever_the_server_announces(
    create: bool, committed: int, ignore_turn: int
) -> None:
    config = Config.deepgram(turn_detection=ServerVad(create_response=create))
    log = talk(config, 1500, 16, committed=committed, ignore_turn=ignore_turn)
    assert log.client_types.count("AgentAudioDone") == TURNS
