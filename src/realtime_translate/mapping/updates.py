"""Update messages: what they make of the plan of a call, and what upstream has to be told of it (T2)."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from attrs import evolve

from .. import deepgram
from ..config import Config
from ..deepgram.codes import WarningCode
from ..notices import notice
from ..openai import objects as upstream
from ..outputs import Notice
from ..wire import OMITTED, Omissible
from . import instructions, speech, tools
from .dispensable import Part
from .plan import Plan
from .refusal import Refusal
from .settings import first_of, note_think, reasoning_effort

__all__ = [
    "ACKNOWLEDGED",
    "Update",
    "adopt",
    "apply",
    "asks_for",
    "by_server",
    "changes",
    "doubt",
    "overrides",
    "settle",
]

Update: TypeAlias = (
    deepgram.UpdatePrompt | deepgram.UpdateThink | deepgram.UpdateSpeak | deepgram.UpdateListen
)

ACKNOWLEDGED: Mapping[str, deepgram.ServerMessage] = {
    deepgram.UpdatePrompt.type: deepgram.PromptUpdated(),
    deepgram.UpdateThink.type: deepgram.ThinkUpdated(),
    deepgram.UpdateSpeak.type: deepgram.SpeakUpdated(),
    deepgram.UpdateListen.type: deepgram.ListenUpdated(),
}
"""What the client hears of each update that holds."""


def apply(plan: Plan, update: Update, config: Config, notes: list[Notice]) -> Plan:
    """The plan after an update. Raises `Refusal` for what cannot be done."""
    after = _APPLY[type(update)](plan, update, config, notes)
    if not plan.doubtful:
        return after
    settled = {name for name in _ABOUT[type(update)] if name not in _LASTING or getattr(after, name)}
    return settle(after, settled)


def settle(plan: Plan, names: Collection[str]) -> Plan:
    """The plan once nothing is to be done about doubts of these fields any more."""
    return evolve(plan, doubtful=tuple(each for each in plan.doubtful if each not in names))


def adopt(before: Plan, after: Plan) -> Plan:
    """The plan that holds from now on. A response that began before may call what was removed (F7)."""
    if after.functions == before.functions:
        return after
    names = {spec.name for spec in after.functions}
    return evolve(after, former=tuple(spec for spec in before.functions if spec.name not in names))


def doubt(before: Plan, after: Plan) -> Plan:
    """The plan that holds for us where nobody knows whether an update does: the model may call what that
    declares (F7), and what it changed is sent with the next one about it (T2).
    """
    names = {spec.name for spec in before.functions}
    perhaps = tuple(spec for spec in after.functions if spec.name not in names)
    changed = {name for name in _UNKNOWN if getattr(after, name) != getattr(before, name)}
    doubtful = tuple(name for name in _UNKNOWN if name in changed.union(before.doubtful))
    return evolve(before, former=perhaps or before.former, doubtful=doubtful)


def asks_for(update: Update, part: Part) -> bool:
    """Whether the client itself asked for this part in the update: then it is not left out of it (S7)."""
    return not _named(update).isdisjoint(part.plan)


def by_server(update: Update) -> bool:
    """Whether it means something else at another server (N20). Prompt and functions do not."""
    if isinstance(update, deepgram.UpdateThink):
        think = first_of(update.think, "think", [])
        return bool(think and think.provider.reasoning_mode)
    return not isinstance(update, deepgram.UpdatePrompt)


def overrides(later: Update, earlier: Update) -> bool:
    """Whether nothing of an earlier update is left after a later one."""
    return type(later) is type(earlier) and _named(later) >= _named(earlier)


def _named(update: Update) -> set[str]:
    return _ASKED[type(update)](update)


def _asked_of_speech(update: deepgram.UpdateSpeak) -> set[str]:
    speak = first_of(update.speak, "speak", [])
    asked = {"voice": speak and speech.named_voice(speak.provider), "speed": speak and speak.provider.speed}
    return {name for name, value in asked.items() if value}


def _asked_of_hearing(update: deepgram.UpdateListen) -> set[str]:
    provider = update.listen.provider
    asked = {"language": bool(provider.language), "keyterms": provider.keyterms is not OMITTED}
    hints = provider.language_hints or provider.language_hint
    return {name for name, given in {**asked, "language_hints": bool(hints)}.items() if given}


def _prompt(plan: Plan, update: deepgram.UpdatePrompt, config: Config, notes: list[Notice]) -> Plan:
    """Appends (protocols, *Updates and injections*)."""
    prompt = "\n".join(part for part in (plan.prompt, update.prompt) if part)
    if len(prompt) > config.limits.item_text:
        reason = f"the whole prompt is over {config.limits.item_text} characters"
        raise Refusal("prompt", reason, WarningCode.PROMPT_TOO_LONG)
    return evolve(plan, prompt=prompt)


def _think(plan: Plan, update: deepgram.UpdateThink, config: Config, notes: list[Notice]) -> Plan:
    """Replaces the whole block; the model belongs to the connection and stays."""
    think = first_of(update.think, "think", notes)
    if think is None:
        raise Refusal("think", "it needs at least one entry")
    note_think(think, "think", notes)
    if think.provider.model:
        notes.append(notice("SETTING_LEFT_OUT", path="think.provider.model"))
    functions = think.functions or ()
    return evolve(
        plan,
        reasoning=reasoning_effort(think, plan.reasons, "think", notes) or plan.reasoning,
        prompt=think.prompt or "",
        tools=tools.tools(functions, "think.functions", notes),
        functions=tools.specs(functions),
    )


def _speak(plan: Plan, update: deepgram.UpdateSpeak, config: Config, notes: list[Notice]) -> Plan:
    """Replaces voice and speed; the format stays."""
    voice, speed = speech.spoken(first_of(update.speak, "speak", notes), config, notes)
    usual = None if plan.speed is None and "speed" not in plan.doubtful else 1.0
    return evolve(plan, voice=voice or plan.voice, speed=usual if speed is OMITTED else speed)


def _listen(plan: Plan, update: deepgram.UpdateListen, config: Config, notes: list[Notice]) -> Plan:
    """Merges; hints that are not there are cleared (protocols, *Updates and injections*)."""
    provider = update.listen.provider
    speech.note_listen(provider, "listen.provider", notes)
    language = speech.iso_639(provider.language) if provider.language else plan.language
    if provider.language and not language:
        reason = f"{provider.language} cannot be chosen for the transcription"
        raise Refusal(
            "listen.provider.language", reason, WarningCode.UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED
        )
    expected = speech.expected(provider, config, "listen.provider", notes)
    return evolve(
        plan,
        language=language,
        language_hints=speech.hinted(provider, config, "listen.provider", notes),
        keyterms=plan.keyterms if provider.keyterms is OMITTED else expected,
    )


_APPLY: Mapping[type, Callable[[Plan, Any, Config, list[Notice]], Plan]] = {
    deepgram.UpdatePrompt: _prompt,
    deepgram.UpdateThink: _think,
    deepgram.UpdateSpeak: _speak,
    deepgram.UpdateListen: _listen,
}


_ASKED: Mapping[type, Callable[[Any], set[str]]] = {
    deepgram.UpdatePrompt: lambda _: set(),
    deepgram.UpdateThink: lambda _: {"reasoning"},
    deepgram.UpdateSpeak: _asked_of_speech,
    deepgram.UpdateListen: _asked_of_hearing,
}
"""The fields of the plan that an update names."""


_ABOUT: Mapping[type, tuple[str, ...]] = {
    deepgram.UpdatePrompt: ("prompt",),
    deepgram.UpdateThink: ("prompt", "tools", "reasoning"),
    deepgram.UpdateSpeak: ("voice", "speed"),
    deepgram.UpdateListen: ("language", "language_hints", "keyterms"),
}
"""The fields of the plan that an update may change, whether it names them or not."""
_LASTING = ("reasoning", "voice")
"""Where the plan has none of these, there is no way back: the server's own has no name."""
_NOTHING = "\ud800"
"""No peer can send that (L1)."""
_UNKNOWN: Mapping[str, Any] = {
    "prompt": _NOTHING,
    "tools": (_NOTHING,),
    "reasoning": _NOTHING,
    "voice": _NOTHING,
    "speed": math.nan,
    "language": _NOTHING,
    "language_hints": (_NOTHING,),
    "keyterms": (_NOTHING,),
}
"""What stands in a plan for what nobody knows: other than all that can be asked for."""


def changes(before: Plan, after: Plan, config: Config) -> upstream.Session | None:
    """The `session.update` of only what changes, or None if nothing does. What was doubtful before and is not
    any more changes.
    """
    if before.doubtful:
        settled = set(before.doubtful).difference(after.doubtful)
        before = evolve(before, **{name: value for name, value in _UNKNOWN.items() if name in settled})
    text = instructions.of_plan(after)
    heard = speech.transcription_change(config, before, after)
    audio_out = upstream.AudioOutput(
        voice=after.voice if after.voice != before.voice else OMITTED,
        speed=after.speed if after.speed is not None and after.speed != before.speed else OMITTED,
    )
    session = upstream.Session(
        type="realtime",
        instructions=text if text != instructions.of_plan(before) else OMITTED,
        tools=after.tools if after.tools != before.tools else OMITTED,
        reasoning={"effort": after.reasoning} if after.reasoning != before.reasoning else OMITTED,
        audio=_audio(
            upstream.AudioInput(transcription=heard) if heard else OMITTED,
            audio_out if (after.voice, after.speed) != (before.voice, before.speed) else OMITTED,
        ),
    )
    return None if session == upstream.Session(type="realtime") else session


def _audio(
    heard: Omissible[upstream.AudioInput], spoken: Omissible[upstream.AudioOutput]
) -> Omissible[upstream.SessionAudio]:
    audio = upstream.SessionAudio(input=heard, output=spoken)
    return OMITTED if audio == upstream.SessionAudio() else audio
