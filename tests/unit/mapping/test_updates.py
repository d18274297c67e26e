"""T2: what an update makes of the plan, and the `session.update` of only what changes."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from realtime_translate import Config, Notice, Voices, deepgram
from realtime_translate.deepgram.codes import ErrorCode, WarningCode
from realtime_translate.mapping import updates
from realtime_translate.mapping.plan import FunctionSpec, Plan
from realtime_translate.mapping.refusal import Refusal
from realtime_translate.wire import unstructure
from tests.unit.mapping.mapped import COMPONENT, DEEPGRAM, mapped

Json = dict[str, Any]

NOON = {"type": "function", "name": "noon", "parameters": {"type": "object", "properties": {}}}
HINT = (
    "Call the functions that you were given when they help to answer; "
    "never invent what a function would return."
)
LISTEN = {"provider": {"type": "deepgram", "language": "en", "keyterms": ["berth", "quay"]}}
VOICES = Config.deepgram(voices=Voices({"aura-2-thalia-en": "coral"}, default="ash"))


def parsed(message: Json, config: Config = DEEPGRAM) -> updates.Update:
    parse = deepgram.parse_component_client if config is COMPONENT else deepgram.parse_client
    update = parse(json.dumps(message))
    assert isinstance(
        update, (deepgram.UpdatePrompt, deepgram.UpdateThink, deepgram.UpdateSpeak, deepgram.UpdateListen)
    ), update
    return update


def apply(plan: Plan, message: Json, config: Config = DEEPGRAM) -> tuple[Plan, list[Notice]]:
    notes: list[Notice] = []
    return updates.apply(plan, parsed(message, config), config, notes), notes


def update_of(plan: Plan, message: Json, config: Config = DEEPGRAM) -> Json | None:
    """The `session` that has to be sent for a message, as it goes upstream."""
    session = updates.changes(plan, apply(plan, message, config)[0], config)
    return None if session is None else cast(Json, json.loads(json.dumps(unstructure(session))))


def refusal(plan: Plan, message: Json, config: Config = DEEPGRAM) -> Refusal:
    with pytest.raises(Refusal) as caught:
        apply(plan, message, config)
    return caught.value


def paths(notes: list[Notice]) -> list[str]:
    return [str(each.fields["path"]) for each in notes if each.code == "SETTING_LEFT_OUT"]


def prompt(text: str) -> Json:
    return {"type": "UpdatePrompt", "prompt": text}


def think(**fields: Any) -> Json:
    return {"type": "UpdateThink", "think": {"provider": {"type": "open_ai"}, **fields}}


def speak(**provider: Any) -> Json:
    return {"type": "UpdateSpeak", "speak": {"provider": {"type": "open_ai", **provider}}}


def listen(**provider: Any) -> Json:
    return {"type": "UpdateListen", "listen": {"provider": {"type": "deepgram", **provider}}}


# --- UpdatePrompt -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "added", "after"),
    [
        ("Be kind.", "Be brief.", "Be kind.\nBe brief."),
        ("", "Be brief.", "Be brief."),
        ("Be kind.", "", "Be kind."),
    ],
)
def test_T2_a_prompt_is_appended(before: str, added: str, after: str) -> None:
    plan = Plan(prompt=before)
    assert apply(plan, prompt(added))[0] == Plan(prompt=after)
    assert update_of(plan, prompt(added)) == (
        None if before == after else {"type": "realtime", "instructions": after}
    )


def test_T2_instructions_are_rebuilt_with_context_greeting_and_hints() -> None:
    settings = mapped(
        {
            "greeting": "Ahoy.",
            "think": {
                "provider": {"type": "open_ai"},
                "prompt": "Be kind.",
                "functions": [{"name": "noon"}],
            },
        }
    )
    with_context = mapped({"context": {"messages": [{"type": "History", "role": "user", "content": "Hi"}]}})
    sent = update_of(settings.plan, prompt("Be brief."))
    assert sent is not None
    assert sent["instructions"].startswith("Be kind.\nBe brief.\n\nThe user has already been greeted")
    assert sent["instructions"].endswith("Ahoy.\n\n" + HINT)
    assert sent["instructions"] == settings.session["instructions"].replace("Be kind.", "Be kind.\nBe brief.")
    assert update_of(with_context.plan, prompt("Be brief.")) == {
        "type": "realtime",
        "instructions": "Be brief.\n\nPrevious conversation:\nuser: Hi",
    }


# --- UpdateThink --------------------------------------------------------------------------------------------


def test_T2_think_replaces_the_prompt_and_the_functions() -> None:
    plan = mapped(
        {"think": {"provider": {"type": "open_ai"}, "prompt": "Old.", "functions": [{"name": "a"}]}}
    )
    sent = update_of(plan.plan, think(prompt="New.", functions=[{"name": "noon"}]))
    assert sent == {"type": "realtime", "instructions": "New.\n\n" + HINT, "tools": [NOON]}


def test_T2_a_prompt_that_think_leaves_out_is_gone() -> None:
    assert update_of(Plan(prompt="Old."), think()) == {"type": "realtime", "instructions": ""}


def test_T2_functions_that_think_leaves_out_are_gone_and_so_is_their_hint() -> None:
    plan = apply(Plan(prompt="P"), think(prompt="P", functions=[{"name": "noon"}]))[0]
    assert update_of(plan, think(prompt="P")) == {"type": "realtime", "instructions": "P", "tools": []}


def test_T2_only_what_changes_is_sent() -> None:
    plan = apply(Plan(prompt="P"), think(prompt="P", functions=[{"name": "noon"}]))[0]
    same_tools = think(prompt="Q", functions=[{"name": "noon"}])
    assert update_of(plan, same_tools) == {"type": "realtime", "instructions": "Q\n\n" + HINT}
    more_tools = think(prompt="P", functions=[{"name": "noon", "description": "When"}])
    assert update_of(plan, more_tools) == {"type": "realtime", "tools": [{**NOON, "description": "When"}]}
    assert update_of(plan, think(prompt="P", functions=[{"name": "noon"}])) is None


def test_T2_a_model_is_ignored_with_a_notice() -> None:
    for model in ("gpt-4o", "gpt-realtime-2"):
        message = think(provider={"type": "open_ai", "model": model}, prompt="P")
        plan, notes = apply(Plan(prompt="P"), message)
        assert plan == Plan(prompt="P")
        assert paths(notes) == ["think.provider.model"]


def test_T2_what_has_no_counterpart_is_noticed_by_its_path() -> None:
    blocks = [
        {
            "provider": {"type": "open_ai", "temperature": 0.2},
            "context_length": 9,
            "functions": [{"name": "noon", "defer_until_eot": True}],
        },
        {"provider": {"type": "google"}},
    ]
    plan, notes = apply(Plan(), {"type": "UpdateThink", "think": blocks})
    assert plan.functions == (FunctionSpec("noon"),)
    assert paths(notes) == [
        "think[1:]",
        "think.provider.temperature",
        "think.context_length",
        "think.functions[0].defer_until_eot",
    ]


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({"type": "UpdateThink", "think": []}, "think"),
        (think(functions=[{"description": "Nameless"}]), "think.functions[0].name"),
        (
            think(functions=[{"name": "a"}, {"name": "b", "parameters": {"type": "string"}}]),
            "think.functions[1].parameters.type",
        ),
    ],
)
def test_T2_a_think_that_cannot_work_is_refused_by_its_path(message: Json, path: str) -> None:
    refused = refusal(Plan(), message)
    assert refused.code is ErrorCode.INVALID_SETTINGS
    assert refused.description.startswith(f"{path}: ")


def test_F7_functions_that_were_removed_are_known_for_as_long_as_a_response_may_call_them() -> None:
    endpoint = {"url": "https://example.test/a", "method": "post"}
    before = apply(Plan(), think(functions=[{"name": "a", "endpoint": endpoint}, {"name": "b"}]))[0]
    plan = updates.adopt(before, apply(before, think(functions=[{"name": "b", "endpoint": endpoint}]))[0])
    assert (
        updates.adopt(plan, apply(plan, {"type": "UpdatePrompt", "prompt": "More."})[0]).function("a")
        is not None
    )
    spec = plan.function("a")
    assert spec is not None
    assert spec.endpoint == endpoint
    replaced = plan.function("b")
    assert replaced is not None
    assert replaced.endpoint == endpoint  # the new one, not the former
    assert plan.function("c") is None
    assert [each["name"] for each in plan.tools] == ["b"]


# --- UpdateSpeak --------------------------------------------------------------------------------------------


def output(message: Json, plan: Plan, config: Config = DEEPGRAM) -> Json | None:
    sent = update_of(plan, message, config)
    if sent is None:
        return None
    assert set(sent) == {"type", "audio"}
    assert set(sent["audio"]) == {"output"}
    return cast(Json, sent["audio"]["output"])


@pytest.mark.parametrize(
    ("provider", "sent"),
    [
        ({"voice": "cedar"}, {"voice": "cedar"}),
        ({"voice": "cedar", "speed": 1.2}, {"voice": "cedar", "speed": 1.2}),
        ({"voice": "marin", "speed": 1.2}, {"speed": 1.2}),
        ({"voice": "marin", "speed": 9}, {"speed": 1.5}),
        ({"voice": "marin"}, None),
    ],
)
def test_T2_speak_changes_voice_and_speed_and_only_these(provider: Json, sent: Json | None) -> None:
    plan = mapped({"think": {"provider": {"type": "open_ai"}, "prompt": "P"}}).plan
    assert plan.voice == "marin"
    assert output(speak(**provider), plan) == sent


def test_T2_a_voice_goes_through_the_configured_ones() -> None:
    message = {
        "type": "UpdateSpeak",
        "speak": {"provider": {"type": "deepgram", "model": "aura-2-thalia-en"}},
    }
    assert output(message, Plan(voice="ash"), VOICES) == {"voice": "coral"}


def test_T2_a_speed_that_speak_leaves_out_is_the_usual_one_again() -> None:
    fast = Plan(voice="cedar", speed=1.4)
    assert output(speak(voice="cedar"), fast) == {"speed": 1.0}
    assert apply(fast, speak(voice="cedar"))[0].speed == 1.0
    assert apply(Plan(voice="cedar"), speak(voice="cedar"))[0].speed is None


def test_T2_the_first_of_several_speakers_speaks() -> None:
    one, other = speak(voice="cedar")["speak"], speak(voice="ash")["speak"]
    plan, notes = apply(Plan(voice="marin"), {"type": "UpdateSpeak", "speak": [one, other]})
    assert plan.voice == "cedar"
    assert paths(notes) == ["speak[1:]"]


def test_T2_a_component_that_names_no_known_voice_keeps_the_one_it_has() -> None:
    plan, notes = apply(Plan(voice="cedar"), speak(voice="nobody"), COMPONENT)
    assert plan.voice == "cedar"
    assert len(notes) == 1
    assert apply(Plan(), {"type": "UpdateSpeak", "speak": []}, COMPONENT)[0] == Plan()


# --- UpdateListen -------------------------------------------------------------------------------------------


def heard(message: Json, plan: Plan, config: Config = DEEPGRAM) -> Json | None:
    sent = update_of(plan, message, config)
    if sent is None:
        return None
    assert set(sent) == {"type", "audio"}
    assert set(sent["audio"]) == {"input"}
    assert set(sent["audio"]["input"]) == {"transcription"}
    return cast(Json, sent["audio"]["input"]["transcription"])


MODEL = "gpt-transcribe"
STRINGS = Config.deepgram(transcription_model="gpt-4o-transcribe")


@pytest.mark.parametrize(
    ("provider", "sent"),
    [
        ({"language": "de-CH"}, {"languages": ["de"], "keywords": ["berth", "quay"]}),
        ({"keyterms": ["lock"]}, {"languages": ["en"], "keywords": ["lock"]}),
        ({"language": "fr", "keyterms": ["lock"]}, {"languages": ["fr"], "keywords": ["lock"]}),
        ({"keyterms": []}, {"languages": ["en"], "keywords": []}),
        ({"language_hints": ["nl"]}, {"languages": ["en", "nl"], "keywords": ["berth", "quay"]}),
        ({"language": "en-GB"}, None),
        ({}, None),
    ],
)
def test_T2_listen_merges(provider: Json, sent: Json | None) -> None:
    plan = mapped({"listen": LISTEN}).plan
    assert heard(listen(**provider), plan) == (sent and {"model": MODEL, **sent})


@pytest.mark.parametrize(
    ("provider", "sent"),
    [
        ({"language": "de-CH"}, {"language": "de", "prompt": "berth, quay"}),
        ({"keyterms": []}, {"language": "en", "prompt": ""}),
        ({"language": "en-GB", "language_hints": ["nl"]}, None),
    ],
)
def test_T2_listen_merges_in_the_spelling_of_the_model(provider: Json, sent: Json | None) -> None:
    plan = mapped({"listen": LISTEN}, STRINGS).plan
    merged = heard(listen(**provider), plan, STRINGS)
    assert merged == (sent and {"model": "gpt-4o-transcribe", **sent})


def test_T2_hints_that_are_not_said_again_are_cleared() -> None:
    plan = mapped({"listen": {"provider": {"type": "deepgram", "language_hints": ["de", "nl"]}}}).plan
    assert heard(listen(), plan) == {"model": MODEL, "languages": []}
    assert heard(listen(language_hints=["de"]), plan) == {"model": MODEL, "languages": ["de"]}


def test_T2_without_a_model_only_what_helps_to_hear_is_sent() -> None:
    config = Config.deepgram(transcription_model=None)
    assert heard(listen(language="fr"), Plan(), config) == {"language": "fr"}


def test_T2_key_terms_that_never_were_need_not_be_emptied() -> None:
    sent = heard(listen(language="fr", keyterms=[]), Plan())
    assert sent == {"model": MODEL, "languages": ["fr"]}


def test_T2_reasoning_changes_with_think_where_the_model_reasons() -> None:
    plan = mapped({}).plan
    message = think(provider={"type": "open_ai", "reasoning_mode": "high"})
    assert update_of(plan, message) == {"type": "realtime", "reasoning": {"effort": "high"}}
    after, notes = apply(plan, message)
    assert (paths(notes), update_of(after, think()), update_of(after, message)) == ([], None, None)
    older = mapped({}, Config.deepgram(model="gpt-realtime")).plan
    after, notes = apply(older, message)
    assert (after, paths(notes)) == (older, ["think.provider.reasoning_mode"])


def test_T2_the_configured_transcription_model_stays() -> None:
    config = Config.deepgram(transcription_model="whisper-1")
    sent = heard(listen(language="fr", model="nova-3"), Plan(), config)
    assert sent == {"model": "whisper-1", "language": "fr"}
    assert paths(apply(Plan(), listen(model="nova-3"), config)[1]) == ["listen.provider.model"]


@pytest.mark.parametrize("language", ["multi", "eng", "中文"])
def test_T2_a_language_that_cannot_be_chosen_is_refused(language: str) -> None:
    refused = refusal(mapped({"listen": LISTEN}).plan, listen(language=language))
    assert refused.code is WarningCode.UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED
    assert refused.description.startswith("listen.provider.language: ")


# --- several ------------------------------------------------------------------------------------------------


def test_T2_several_updates_make_one() -> None:
    before = mapped({"listen": LISTEN}).plan
    after = before
    for message in (
        prompt("Dropped by the next."),
        think(prompt="New.", functions=[{"name": "noon"}]),
        prompt("More."),
        speak(voice="cedar"),
        listen(language="fr"),
    ):
        after = apply(after, message)[0]
    session = updates.changes(before, after, DEEPGRAM)
    assert session is not None
    assert json.loads(json.dumps(unstructure(session))) == {
        "type": "realtime",
        "instructions": "New.\nMore.\n\n" + HINT,
        "audio": {
            "input": {"transcription": {"model": MODEL, "languages": ["fr"], "keywords": ["berth", "quay"]}},
            "output": {"voice": "cedar"},
        },
        "tools": [NOON],
    }


def test_T2_each_update_has_its_acknowledgement() -> None:
    assert {kind: getattr(each, "type", "") for kind, each in updates.ACKNOWLEDGED.items()} == {
        "UpdatePrompt": "PromptUpdated",
        "UpdateThink": "ThinkUpdated",
        "UpdateSpeak": "SpeakUpdated",
        "UpdateListen": "ListenUpdated",
    }
