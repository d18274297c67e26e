"""A renewal that no attempt on the server at hand brings about goes on with another server (N19, N20)."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from realtime_translate import (
    ClientDialect,
    CloseClient,
    Config,
    ConfigError,
    ContextMode,
    ManualCommit,
    Notice,
    OpenUpstream,
    Renewal,
    SnapshotError,
    Translator,
    Voices,
)
from realtime_translate.audio import MULAW_8K, AudioFormat, Conversion
from realtime_translate.openai.dialects import (
    AZURE_GA,
    GLM,
    OPENAI_GA,
    QWEN,
    SPEACHES,
    XAI,
    Sound,
    Sounds,
    Transcripts,
    UpstreamDialect,
)
from tests.events import (
    PCM,
    TOOLS,
    UPDATED,
    audio,
    call_done,
    conversation_item,
    done,
    error,
    inject,
    settings,
)
from tests.harness import SETTINGS, Desk, Json, Log, audio_in
from tests.unit.session.renewing import asked, config, dialled_again, items, ready_in, renewed

GROK = evolve(XAI, model="grok-voice", voices=("ara", "eve"), voice="eve")
FLAT_PCM = evolve(SPEACHES, model="small")
WIDE = {**SETTINGS, "audio": {"input": {"encoding": "linear16", "sample_rate": 16000}}}
BOTH = pytest.mark.parametrize("dialect", ClientDialect)
VOICE = settings(speak={"provider": {"type": "deepgram", "model": "aura-2-zeus-en"}})


def backed(*rows: UpstreamDialect, **given: Any) -> Config:
    """A `Config` whose calls may go on at other servers, after one attempt on each."""
    fields: dict[str, Any] = {"attempts": 1, "fallback": rows, **given}
    return config(**fields)


def dials(log: Log) -> list[tuple[int, str]]:
    """The legs that were dialled, and where."""
    return [(each.leg, each.server) for each in log.outputs if isinstance(each, OpenUpstream)]


def told(log: Log, code: str) -> list[Json]:
    """The fields of the Notices of that code."""
    return [dict(each.fields) for each in log.outputs if isinstance(each, Notice) and each.code == code]


def elsewhere(desk: Desk) -> Log:
    """The session is lost, and one dial of the server at hand fails; what is sent to the next one."""
    return Log([*desk.lost().outputs, *desk.lost().outputs, *dialled_again(desk).outputs])


def update(log: Log) -> Any:
    (sent,) = log.of("session.update")
    return sent["session"]


# --- when ---------------------------------------------------------------------------------------------------


def test_N19_the_next_server_is_dialled_when_the_attempts_are_used_up() -> None:
    desk = ready_in(config(attempts=2, delays=(0.5, 2.0), fallback=(GROK, AZURE_GA)))
    made: list[list[tuple[int, str]]] = [dials(desk.lost())]
    for delay in (0.5, 2.0, 0.5, 2.0, 0.5, 2.0):
        assert not dials(desk.wait(delay - 0.1))
        made += [dials(desk.wait(0.1)), dials(desk.lost())]
    dialled = [each for log in made for each in log]
    assert dialled == [(2, ""), (3, ""), (4, "xai"), (5, "xai"), (6, "azure"), (7, "azure")]
    assert desk.translator.state.opening == "closed"


def test_N20_what_is_dialled_is_of_its_row() -> None:
    azure = evolve(AZURE_GA, headers={"X-Region": "eu"}, model="mine")
    desk = ready_in(backed(azure))
    assert told(desk.lost(), "RENEWAL_ELSEWHERE") == []
    log = desk.lost()
    (dial,) = [each for each in log.outputs if isinstance(each, OpenUpstream)]
    assert dial == OpenUpstream("mine", azure.target("mine"), {"X-Region": "eu"}, 3, "azure")
    assert told(log, "RENEWAL_FAILED") == [{"cause": "closed", "attempt": 1, "next": 0.0}]
    assert told(log, "RENEWAL_ELSEWHERE") == [{"server": "azure"}]
    assert told(log, "RENEWAL_STARTED") == [{"cause": "closed", "attempt": 1}]


def test_N20_without_a_model_a_row_has_that_of_the_configuration() -> None:
    desk = ready_in(backed(AZURE_GA, fields={"model": "gpt-realtime-mini"}))
    desk.lost()
    (dial,) = [each for each in desk.lost().outputs if isinstance(each, OpenUpstream)]
    assert dial.model == "gpt-realtime-mini"


@BOTH
def test_N19_after_the_last_server_the_call_ends(dialect: ClientDialect) -> None:
    desk = ready_in(backed(AZURE_GA, dialect=dialect))
    desk.lost()
    desk.lost()
    log = desk.lost()
    assert told(log, "RENEWAL_FAILED") == [{"cause": "closed", "attempt": 1, "next": None}]
    deepgram = dialect is ClientDialect.DEEPGRAM
    assert log.errors == ["INTERNAL_SERVER_ERROR" if deepgram else "upstream_closed_before_session_ready"]
    assert isinstance(log.closes[0], CloseClient)


def test_N19_the_call_stays_where_it_is_until_that_is_lost_too() -> None:
    desk = ready_in(backed(AZURE_GA, attempts=2, after=100.0, ready_for=5.0))
    lost = [desk.lost(), desk.lost(), desk.lost()]
    assert [each for log in lost for each in dials(log)] == [(2, ""), (3, ""), (4, "azure")]
    renewed(desk)
    assert dials(desk.wait(100.0)) == [(5, "azure")]  # by age
    renewed(desk)
    desk.wait(10.0)
    lost = [desk.lost(), desk.lost(), desk.lost()]
    assert [each for log in lost for each in dials(log)] == [(6, "azure"), (7, "azure"), (8, "")]
    assert told(lost[2], "RENEWAL_ELSEWHERE") == [{"server": "openai"}]


def test_N19_a_server_that_opens_and_closes_again_uses_up_its_attempts() -> None:
    desk = ready_in(backed(AZURE_GA, attempts=2, ready_for=5.0))
    desk.lost()
    renewed(desk)
    desk.lost()
    renewed(desk)
    assert dials(desk.lost()) == [(4, "azure")]
    renewed(desk)
    assert dials(desk.lost()) == [(5, "azure")]
    renewed(desk)
    assert dials(desk.lost()) == []
    assert desk.translator.state.opening == "closed"


def test_N19_a_planned_renewal_begins_with_the_server_at_hand() -> None:
    desk = ready_in(backed(AZURE_GA, after=60.0))
    assert dials(desk.wait(60.0)) == [(2, "")]
    assert dials(desk.lost()) == [(3, "azure")]


@BOTH
@pytest.mark.parametrize("reason", ["invalid_api_key", "insufficient_quota", "model_not_found"])
def test_N19_what_a_server_refuses_is_asked_of_the_next_one(dialect: ClientDialect, reason: str) -> None:
    given = backed(AZURE_GA, attempts=3, dialect=dialect)
    assert dials(ready_in(given).lost(4000, reason)) == [(2, "azure")]
    desk = ready_in(given)
    log = desk.upstream(error(reason, "no"))
    assert dials(log) == [(2, "azure")]
    assert told(log, "RENEWAL_STARTED") == [{"cause": "refused", "attempt": 1}]
    assert log.client == []
    assert not dials(desk.lost(None, f"HTTP 401 {reason}"))  # each server once


@pytest.mark.parametrize("at", ["dialled", "opened", "replayed"])
def test_N19_a_refusal_uses_up_the_attempts(at: str) -> None:
    desk = ready_in(backed(AZURE_GA, attempts=3))
    asked(desk)
    desk.lost()
    if at == "dialled":
        log = desk.lost(None, "HTTP 401 invalid_api_key")
    else:
        desk.dialled()
        if at == "replayed":
            desk.upstream(UPDATED)
        log = desk.upstream(error("insufficient_quota", "no"))
    (failed,) = told(log, "RENEWAL_FAILED")
    assert (failed["attempt"], failed["next"]) == (1, 0.0)
    assert dials(log) == [(3, "azure")]
    assert log.client == []


def test_N19_the_last_refusal_ends_the_call_with_its_code() -> None:
    desk = ready_in(backed(AZURE_GA, dialect=ClientDialect.COMPONENT))
    desk.lost()
    desk.lost()
    log = desk.lost(None, "HTTP 429 insufficient_quota")
    assert log.errors == ["insufficient_quota"]
    assert not dials(log)


def test_N19_a_session_that_is_refused_while_it_replays_ends_the_call_when_nothing_is_left() -> None:
    desk = ready_in(backed(AZURE_GA))
    asked(desk)
    elsewhere(desk)
    log = desk.upstream(error("insufficient_quota", "no"))
    assert not dials(log)
    assert len(log.closes) == 2


@pytest.mark.parametrize("lasted", [0, 600])
def test_N15_that_call_ends_with_the_code_however_long_the_first_session_lasted(lasted: float) -> None:
    """The dials in a row count until a session is ready, which the one that replays is not."""
    desk = ready_in(backed(AZURE_GA, dialect=ClientDialect.COMPONENT))
    asked(desk)
    desk.upstream(done("resp_1"))
    desk.wait(lasted)
    assert len(items(elsewhere(desk))) == 1
    assert desk.upstream(error("insufficient_quota", "no")).errors == ["insufficient_quota"]


# --- how it is written --------------------------------------------------------------------------------------


def test_N20_everything_is_written_in_the_way_of_its_row() -> None:
    desk = ready_in(backed(FLAT_PCM))
    asked(desk, "Hello", "resp_1")
    desk.upstream(done("resp_1"))
    desk.lost()
    desk.lost()
    session = update(desk.dialled())
    assert session["input_audio_format"] == "pcm16"
    assert "type" not in session
    log = desk.upstream(UPDATED)
    assert [each["role"] for each in items(log)] == ["user"]
    desk.upstream(*(conversation_item(each) for each in items(log)))
    (create,) = desk.client(inject("And now?")).of("conversation.item.create")
    log = desk.upstream(conversation_item(create["item"]))
    (response,) = log.of("response.create")
    assert "metadata" not in response.get("response", {})  # it does not take tags


def test_N20_the_ledger_is_written_in_the_way_of_its_row() -> None:
    given = {**TOOLS, "agent": {**TOOLS["agent"], "context": {"messages": [_said()]}}}
    desk = ready_in(backed(FLAT_PCM, fields={"context": ContextMode.ITEMS}), given)
    (item,) = items(elsewhere(desk))
    assert item["content"] == [{"type": "text", "text": "Welcome."}]


def _said() -> Json:
    return {"type": "History", "role": "assistant", "content": "Welcome."}


def test_N20_what_a_server_has_shown_is_learned_of_each_anew() -> None:
    desk = Desk(backed(AZURE_GA))
    desk.opened()
    desk.client(TOOLS)
    desk.dialled()
    desk.upstream({"type": "session.created", "session": {"modalities": ["text"]}})
    desk.upstream({"type": "session.updated", "session": {"modalities": ["text"], "voice": "alloy"}})
    desk.upstream(error("unknown_parameter", "no", param="session.voice"))
    desk.upstream(UPDATED)
    log = desk.lost()
    assert "audio" not in update(desk.dialled())
    log = desk.lost()
    assert dials(log) == [(3, "azure")]
    assert update(desk.dialled())["audio"]["output"]["voice"] == "marin"


def test_N20_how_ids_begin_is_learned_of_each_anew() -> None:
    desk = ready_in(backed(GROK))
    [sent] = desk.client(inject("One")).of("conversation.item.create")
    again = desk.upstream(error("invalid_value", "must start with 'item_'", event_id=sent["event_id"]))
    [item] = items(again)
    assert item["id"].startswith("item_")
    [there] = [each for each in items(elsewhere(desk)) if each.get("role") == "user"]
    assert there["id"].startswith("msg_")


@pytest.mark.parametrize("update_first", [False, True])
def test_N20_the_voice_goes_by_the_row(update_first: bool) -> None:
    """A voice that the host has chosen counts where the row lists it."""
    voices = Voices({"aura-2-zeus-en": "cedar", "aura-2-apollo-en": "eve"}, default="sage")
    desk = ready_in(backed(GROK, AZURE_GA, fields={"voices": voices}), SETTINGS if update_first else VOICE)
    if update_first:
        for name in ("aura-2-apollo-en", "aura-2-zeus-en"):
            desk.client({"type": "UpdateSpeak", "speak": VOICE["agent"]["speak"] | _speak(name)})
            desk.upstream(UPDATED)
    log = elsewhere(desk)
    assert update(log)["voice"] == "eve"  # its usual one
    (replaced,) = told(log, "VOICE_APPROXIMATED")
    assert (replaced["asked"], replaced["sent"]) == ("aura-2-zeus-en", "eve")
    log = Log([*desk.lost().outputs, *dialled_again(desk).outputs])
    assert update(log)["audio"]["output"]["voice"] == "cedar"
    assert not told(log, "VOICE_APPROXIMATED")


def _speak(name: str) -> Json:
    return {"provider": {"type": "deepgram", "model": name}}


def test_N20_voices_that_the_row_lists_stay_as_the_host_chose_them() -> None:
    voices = Voices({"aura-2-zeus-en": "ara"}, default="ara")
    desk = ready_in(backed(GROK, fields={"voices": voices}), VOICE)
    assert update(elsewhere(desk))["voice"] == "ara"
    desk = ready_in(backed(GROK, fields={"voices": voices}))
    assert update(elsewhere(desk))["voice"] == "ara"


def test_N20_no_voice_stays_none() -> None:
    desk = ready_in(backed(GROK, fields={"voices": Voices(default=None)}))
    assert "voice" not in update(elsewhere(desk))


def test_N20_the_model_goes_by_the_row() -> None:
    wanted = settings()
    wanted["agent"]["think"]["provider"]["model"] = "gpt-realtime-mini"
    desk = ready_in(backed(GROK), wanted)
    desk.lost()
    log = desk.lost()
    (dial,) = [each for each in log.outputs if isinstance(each, OpenUpstream)]
    assert dial.model == "grok-voice"
    (replaced,) = told(log, "MODEL_REPLACED")
    assert (replaced["asked"], replaced["sent"]) == ("gpt-realtime-mini", "grok-voice")
    azure = evolve(AZURE_GA, model="mine")
    assert model_of(ready_in(backed(azure), wanted)) == "mine"  # which may not be called as at the first one
    assert model_of(ready_in(backed(AZURE_GA), wanted)) == "gpt-realtime-2.1"  # the operator's (S10)
    other = evolve(OPENAI_GA, name="other")
    assert model_of(ready_in(backed(other), wanted)) == "gpt-realtime-mini"


def model_of(desk: Desk) -> str:
    """The model that the next server is asked for."""
    desk.lost()
    (dial,) = [each for each in desk.lost().outputs if isinstance(each, OpenUpstream)]
    return dial.model


@pytest.mark.parametrize(
    ("asked_for", "sent"), [("gpt-transcribe", "theirs"), ("mine", "theirs"), (None, None)]
)
def test_N20_the_transcription_model_goes_by_the_row(asked_for: str | None, sent: str | None) -> None:
    row = evolve(AZURE_GA, transcription=Transcripts(model="theirs"))
    desk = ready_in(backed(row, fields={"transcription_model": asked_for}))
    heard = update(elsewhere(desk))["audio"]["input"].get("transcription", {})
    assert heard.get("model") == sent


def test_N20_updates_of_what_is_heard_go_by_the_row() -> None:
    """A language may be all that one server takes, and words to expect what the next one does."""
    desk = ready_in(backed(AZURE_GA, fields={"upstream": evolve(GLM, model="glm-realtime")}))
    for provider in ({"language": "de"}, {"keyterms": ["Quark"]}, {"keyterms": ["Obatzda"]}):
        desk.client({"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", **provider}}})
        desk.upstream(UPDATED)
    assert len(desk.translator.snapshot()["call"]["updates"]["held"]) == 2  # type: ignore[index]
    heard = update(elsewhere(desk))["audio"]["input"]["transcription"]
    assert heard == {"model": "gpt-transcribe", "languages": ["de"], "keywords": ["Obatzda"]}


def test_N20_prompt_and_functions_go_on() -> None:
    desk = ready_in(backed(GROK))
    desk.client({"type": "UpdatePrompt", "prompt": "Be brief."})
    desk.upstream(UPDATED)
    session = update(elsewhere(desk))
    assert "Be brief." in session["instructions"]
    assert [each["name"] for each in session["tools"]] == ["weather", "clock", "lookup"]


@pytest.mark.parametrize("model", ["gpt-realtime-2.1", "gpt-realtime"])
def test_N20_reasoning_is_asked_of_a_model_that_takes_it(model: str) -> None:
    wanted = settings()
    wanted["agent"]["think"]["provider"] |= {"reasoning_mode": "high"}
    desk = ready_in(backed(evolve(AZURE_GA, model=model)), wanted)
    session = update(elsewhere(desk))
    assert session.get("reasoning") == ({"effort": "high"} if "2" in model else None)


@pytest.mark.parametrize("then", [{}, {"reasoning_mode": "medium"}])
def test_N20_a_server_whose_model_reasons_is_asked_for_what_updates_asked(then: Json) -> None:
    """The one between takes none of it. An update that does not name it leaves it as it is."""
    named = {"type": "open_ai", "model": "gpt-realtime-2"}
    wanted = settings(think={"provider": {**named, "reasoning_mode": "low"}})
    desk = ready_in(backed(evolve(AZURE_GA, model="gpt-realtime")), wanted)
    for number, fields in enumerate(({"reasoning_mode": "high"}, then)):
        think = {"provider": {**named, **fields}, "prompt": f"Be kind. {number}"}
        desk.client({"type": "UpdateThink", "think": think})
        desk.upstream(UPDATED)
    assert "reasoning" not in update(elsewhere(desk))
    desk.wait(60.0)
    session = update(elsewhere(desk))
    assert session["reasoning"] == {"effort": then.get("reasoning_mode", "high")}
    assert "Be kind. 1" in session["instructions"]


# --- audio --------------------------------------------------------------------------------------------------


LINEAR_8K = AudioFormat("linear16", 8000)
ONLY_LINEAR_8K = Sounds((Sound("linear16", 8000, "audio/pcm", says_rate=True),))


def test_N20_audio_is_converted_to_what_the_next_server_carries() -> None:
    """What the session before had and made no turn of, what came meanwhile, and what comes."""
    row = evolve(AZURE_GA, input=ONLY_LINEAR_8K)
    phone = {**SETTINGS, "audio": {"input": {"encoding": "mulaw", "sample_rate": 8000}}}
    desk = ready_in(backed(row, turns=ManualCommit(ceiling=None)), phone)
    said = [bytes(range(start, start + 50)) * 20 for start in (0, 50, 100)]
    desk.client(said[0])
    desk.lost()
    desk.lost()
    desk.client(said[1])
    log = Log([*dialled_again(desk).outputs, *desk.client(said[2]).outputs])
    heard = b"".join(audio_in(each) or b"" for each in log.outputs)
    assert heard == Conversion(MULAW_8K, LINEAR_8K).feed(b"".join(said))
    assert update(log)["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 8000}


def test_N20_audio_that_the_resampler_held_is_not_lost() -> None:
    desk = ready_in(backed(QWEN, turns=ManualCommit(ceiling=None)), WIDE)
    desk.client(bytes(32 * 300))
    desk.lost()
    desk.lost()
    log = dialled_again(desk)
    heard = b"".join(audio_in(each) or b"" for each in log.outputs)
    assert len(heard) == pytest.approx(32 * 300, abs=32)  # to 24 kHz, and back


def test_N20_the_user_is_heard_on_where_only_the_agents_audio_is_another() -> None:
    """What the resampler holds of a word goes on in the stream that it was in."""
    row = evolve(AZURE_GA, output=ONLY_LINEAR_8K)
    desk = ready_in(backed(row), WIDE)
    said = bytes(range(250)) * 40
    log = desk.client(said)
    elsewhere(desk)
    log = Log([*log.outputs, *desk.client(said).outputs])
    heard = b"".join(audio_in(each) or b"" for each in log.outputs)
    assert heard == Conversion(AudioFormat("linear16", 16000), AudioFormat("linear16", 24000)).feed(said * 2)


def test_N20_of_an_answer_that_broke_off_nothing_is_heard_at_the_next_server() -> None:
    """The resampler holds the end of it, and another takes its place."""
    phone = {**TOOLS, "audio": {"output": {"encoding": "linear16", "sample_rate": 16000}}}
    desk = ready_in(backed(evolve(AZURE_GA, output=ONLY_LINEAR_8K)), phone)
    asked(desk)
    desk.upstream(audio(PCM * 40), call_done())
    log = elsewhere(desk)
    assert "AgentAudioDone" not in log.client_types  # the call is to be answered yet
    assert "audio" not in log.client_types


# --- what cannot be -----------------------------------------------------------------------------------------


def test_N19_a_server_that_cannot_take_the_call_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = ready_in(backed(QWEN, AZURE_GA))
    monkeypatch.setattr("realtime_translate.mapping.formats.available", lambda: False)
    desk.lost()
    log = desk.lost()
    assert dials(log) == [(3, "azure")]
    assert [each["server"] for each in told(log, "RENEWAL_ELSEWHERE")] == ["qwen", "azure"]
    assert len(told(log, "RENEWAL_FAILED")) == 2


def test_N19_no_server_can_take_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = ready_in(backed(QWEN))
    monkeypatch.setattr("realtime_translate.mapping.formats.available", lambda: False)
    desk.lost()
    log = desk.lost()
    assert not dials(log)
    assert log.errors == ["INTERNAL_SERVER_ERROR"]
    assert len(log.closes) == 2


def test_N19_a_server_whose_audio_cannot_be_converted_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was asked for what the client has, and carries something else."""
    wide = {"audio": {"output": {"format": {"type": "audio/pcm", "rate": 16000}}}}
    desk = ready_in(backed(AZURE_GA))
    monkeypatch.setattr("realtime_translate.mapping.formats.available", lambda: False)
    desk.lost()
    desk.dialled()
    log = desk.upstream({"type": "session.updated", "session": wide})
    assert dials(log) == [(3, "azure")]
    desk.dialled()
    log = desk.upstream({"type": "session.updated", "session": wide})
    assert not dials(log)
    assert len(log.closes) == 2


@pytest.mark.parametrize("number", [-1, 2])
def test_N19_a_snapshot_says_which_server_is_at_hand(number: int) -> None:
    given = backed(AZURE_GA)
    desk = ready_in(given)
    assert desk.translator.snapshot()["row"] == 0
    desk.lost()
    desk.lost()
    snapshot = desk.translator.snapshot()
    assert snapshot["row"] == 1
    for restored_with, row in ((given, number), (Config.deepgram(), 1)):
        with pytest.raises(SnapshotError, match=r"renewal\.fallback"):
            Translator.restore({**snapshot, "row": row}, restored_with)


def test_N19_without_fallback_no_update_is_kept() -> None:
    desk = ready_in()
    desk.client({"type": "UpdateSpeak", "speak": VOICE["agent"]["speak"]})
    desk.upstream(UPDATED)
    assert desk.translator.snapshot()["call"]["updates"]["held"] == []  # type: ignore[index]


def test_N19_servers_have_names_of_their_own() -> None:
    for rows in ((OPENAI_GA,), (AZURE_GA, evolve(AZURE_GA, path="/"))):
        with pytest.raises(ConfigError, match="is the name of two servers"):
            Config(renewal=Renewal(fallback=rows))
    with pytest.raises(ConfigError, match=r"renewal\.fallback"):
        Renewal(fallback=["azure"])  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"renewal\.fallback"):
        Renewal(fallback=("azure",))  # type: ignore[arg-type]
