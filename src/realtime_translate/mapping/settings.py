"""Settings to `session.update` and to the plan of the call (S10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from attrs import evolve, frozen

from .. import deepgram
from ..config import Config, ContextMode, GreetingMode
from ..deepgram.codes import ErrorCode
from ..deepgram.component import ComponentAgent
from ..deepgram.history import HistoryCalls, HistoryText
from ..deepgram.settings import Agent, Think
from ..notices import notice
from ..openai import objects as upstream
from ..openai.models import holds_calls, takes_reasoning
from ..outputs import Notice
from ..wire import OMITTED, Omissible, unstructure
from . import context, formats, instructions, speech, tools, turns
from .component_fields import apply_component
from .left_out import note_left_out
from .plan import CommitPlan, Plan
from .refusal import Refusal

__all__ = ["Mapped", "first_of", "map_settings", "note_think", "reasoning_effort"]

T = TypeVar("T")
_ROLES = ("user", "assistant", "system")


@frozen
class Mapped:
    """What one Settings message gives: whom to dial, what to ask of it, and what to remember."""

    model: str
    session: upstream.Session
    plan: Plan
    notices: tuple[Notice, ...]


def map_settings(settings: deepgram.Settings, config: Config) -> Mapped:
    """Translate Settings. Raises `Refusal` for what cannot work."""
    agent = _agent(settings)
    notes: list[Notice] = []
    _note_left_out(settings, agent, notes)
    think = first_of(agent.think, "agent.think", notes)
    turn_detection = turns.choose(config, agent, notes)
    plan = _plan(settings, agent, think, config, turns.commit_plan(turn_detection), notes)
    model = _model(think, config, notes)
    plan = _with_reasoning(plan, think, model, notes)
    heard = speech.transcription(config, plan)
    session = upstream.Session(
        type="realtime",
        model=model if config.upstream.model_in_session else OMITTED,
        instructions=instructions.of_plan(plan),
        audio=upstream.SessionAudio(
            input=upstream.AudioInput(
                format=formats.to_upstream(plan.input.upstream),
                transcription=heard if heard != upstream.Transcription() else OMITTED,
                turn_detection=turns.to_upstream(turn_detection, config.upstream.turns),
            ),
            output=speech.output(plan, said=speech.says_format(settings.audio, config)),
        ),
        tools=plan.tools or OMITTED,
        reasoning={"effort": plan.reasoning} if plan.reasoning else OMITTED,
    )
    if isinstance(agent, ComponentAgent):
        session, output = apply_component(session, plan.output, agent, think, config.upstream.output, notes)
        plan = _with_voice(evolve(plan, output=output), session)
    return Mapped(model, session, plan, tuple(notes))


def _plan(
    settings: deepgram.Settings,
    agent: Agent,
    think: Think | None,
    config: Config,
    commit: CommitPlan,
    notes: list[Notice],
) -> Plan:
    """What the call remembers. Notes are taken in this order."""
    functions = (think.functions or ()) if think else ()
    messages = _context(agent, config)
    heard = speech.heard(agent, config, notes)
    audio = settings.audio
    paths = (
        formats.input_path(audio, config.upstream.input),
        formats.output_path(audio, config.upstream.output, said=speech.says_format(audio, config)),
        formats.is_wav(audio),
    )
    greeting = _greeting(agent, bool(messages), config, notes)
    declared = tools.tools(functions, "agent.think.functions", notes)
    naming = tools.naming(functions)
    items = _context_items(messages, naming, config, notes)
    background = instructions.background(messages, naming)
    voice, speed = speech.spoken(first_of(agent.speak, "agent.speak", notes), config, notes)
    return Plan(
        *paths,
        commit=commit,
        history=not settings.flags or settings.flags.history is not False,
        experimental=settings.experimental is True,
        greeting=greeting,
        greeted=config.greeting is not GreetingMode.SPOKEN,
        prompt=(think.prompt or "") if think else "",
        background=background if config.context is ContextMode.INSTRUCTIONS else "",
        functions=tools.specs(functions),
        tools=declared,
        voice=voice or "",
        speed=speed or None,
        language=heard.language,
        language_hints=heard.language_hints,
        keyterms=heard.keyterms,
        context_items=items,
    )


def _with_voice(plan: Plan, session: upstream.Session) -> Plan:
    """With the voice and the speed that the component asked for, if it did."""
    output = (session.audio.output if session.audio else None) or upstream.AudioOutput()
    voice = output.voice if isinstance(output.voice, str) else ""
    return evolve(plan, voice=voice, speed=output.speed or None)


def _agent(settings: deepgram.Settings) -> Agent:
    if isinstance(settings.agent, str):
        reason = "stored agents are not available here; send the agent's configuration"
        raise Refusal("agent", reason, ErrorCode.AGENT_ID_NOT_SUPPORTED)
    return settings.agent


def first_of(value: Omissible[T | tuple[T, ...]], path: str, notes: list[Notice]) -> T | None:
    """The first of a list of fallbacks, or the value itself; the fallbacks are noticed."""
    if value is OMITTED:
        return None
    if not isinstance(value, tuple):
        return value
    entries = cast("tuple[T, ...]", value)
    if len(entries) > 1:
        notes.append(notice("SETTING_LEFT_OUT", path=f"{path}[1:]"))
    return entries[0] if entries else None


def _note_left_out(settings: deepgram.Settings, agent: Agent, notes: list[Notice]) -> None:
    note_left_out(settings, ("tags", "mip_opt_out"), "", notes)
    if settings.audio.output:
        note_left_out(settings.audio.output, ("bitrate",), "audio.output.", notes)
    note_left_out(agent, ("think_live",), "agent.", notes)


def _context(agent: Agent, config: Config) -> tuple[HistoryText | HistoryCalls, ...]:
    messages = (agent.context.messages or ()) if agent.context else ()
    if config.context is ContextMode.ITEMS:
        for index, message in enumerate(messages):
            if isinstance(message, HistoryText) and message.role not in _ROLES:
                raise Refusal(f"agent.context.messages[{index}].role", "the role is user or assistant")
    return messages


def _context_items(
    messages: tuple[HistoryText | HistoryCalls, ...],
    naming: Callable[[str], str],
    config: Config,
    notes: list[Notice],
) -> tuple[Mapping[str, object], ...]:
    if config.context is not ContextMode.ITEMS:
        return ()
    return tuple(unstructure(item) for item in context.items(messages, naming, notes))


def _greeting(agent: Agent, has_context: bool, config: Config, notes: list[Notice]) -> str | None:
    if not agent.greeting:
        return None
    if config.greeting is GreetingMode.SUPPRESSED:
        notes.append(notice("GREETING_SUPPRESSED", reason="the configuration says so"))
        return None
    if has_context:  # G2: the client has it in its history
        notes.append(notice("GREETING_SUPPRESSED", reason="Settings carry context"))
        return None
    return agent.greeting


def _model(think: Think | None, config: Config, notes: list[Notice]) -> str:
    if think is None:
        return config.model
    note_think(think, "agent.think", notes)
    named = (think.provider.model or "").strip()
    if holds_calls(named, config.upstream.models):
        return named
    if named:
        notes.append(
            notice("MODEL_REPLACED", path="agent.think.provider.model", asked=named, sent=config.model)
        )
    return config.model


_EFFORTS = ("minimal", "low", "medium", "high", "xhigh")


def _with_reasoning(plan: Plan, think: Think | None, model: str, notes: list[Notice]) -> Plan:
    reasons = takes_reasoning(model)
    effort = reasoning_effort(think, reasons, "agent.think", notes) if think else ""
    return evolve(plan, reasons=reasons, reasoning=effort)


def reasoning_effort(think: Think, reasons: bool, path: str, notes: list[Notice]) -> str:
    """`reasoning.effort`, empty if the model does not take what was asked for; no server knows `none`."""
    mode = think.provider.reasoning_mode
    if reasons and mode in _EFFORTS:
        return mode or ""
    note_left_out(think.provider, ("reasoning_mode",), f"{path}.provider.", notes)
    return ""


_PROVIDER_LEFT_OUT = ("temperature", "credentials", "voice_prompt_opt_out")


def note_think(think: Think, path: str, notes: list[Notice]) -> None:
    """Name what upstream has no counterpart for."""
    note_left_out(think.provider, _PROVIDER_LEFT_OUT, f"{path}.provider.", notes)
    note_left_out(think, ("endpoint", "context_length"), f"{path}.", notes)
