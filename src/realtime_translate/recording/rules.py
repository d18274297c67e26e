"""What becomes of each key of a frame in a redacted recording. What is not listed is masked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

__all__ = ["BY_TYPE", "RULES", "Rule"]


class Rule(Enum):
    """What is done with the value of a key; objects and lists below it are looked into."""

    KEEP = "ids, names, codes and measures: kept, and masked if they are a text after all"
    NAME = "names of functions: kept, for what upstream calls one is made from it (S10)"
    SPEECH = "what is said: masked, with its sentences as they are"
    TEXT = "what is configured: masked, so that equal texts stay equal"
    TOOL = "what functions get and give: masked, and still JSON if it was"
    ERROR = "what an error says: masked, but for the words by which the translator knows it"
    SECRET = "credentials and addresses: removed"
    AUDIO = "base64: its size alone"


_KEPT = """
    type object id item_id response_id call_id event_id previous_item_id conversation_id request_id rt
    role status code reason behavior method client_side
    model model_id version voice mode encoding sample_rate rate bitrate container format speed volume
    temperature language language_code language_hint language_hints smart_format engine
    eot_threshold eager_eot_threshold eot_timeout_ms threshold eagerness prefix_padding_ms silence_duration_ms
    idle_timeout_ms idleTimeoutMs create_response interrupt_response turn_detection useOpenAIManualAudioCommit
    output_modalities outputModalities modalities max_output_tokens maxOutputTokens tool_choice toolChoice
    experimental history mip_opt_out is_dynamic reasoning_mode context_length defer_until_eot
    agent_filler_max_count agent_filler_interval_ms initial_agent_filler voice_prompt_opt_out
    content_index output_index audio_start_ms audio_end_ms start end duration last_word_end
    is_final speech_final channel channel_index expires_at param conversation
    total_latency tts_latency ttt_latency stt_latency ttt_token_latency ttt_text_latency ttt_tool_latency
    ttt_thinking_latency
    total_tokens input_tokens output_tokens text_tokens audio_tokens image_tokens cached_tokens seconds
"""
_LOOKED_INTO = """
    audio input session item part response agent listen think think_live speak provider context messages
    functions function_calls tools flags endpoint transcription metadata error alternatives sessionAudioOutput
    managedPrompt status_details properties required items enum parameters
    usage input_token_details output_token_details cached_tokens_details
"""
_TEXTS = "prompt instructions description keyterms tags title"
_SPEECH = "content text transcript delta greeting message"
_TOOLS = "arguments output result variables"
_SECRETS = """
    url headers credentials access_key_id secret_access_key session_token region api_key apikey key token
    authorization secret client_secret password user
"""

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(_KEPT.split(), Rule.KEEP),
    **dict.fromkeys(_LOOKED_INTO.split(), Rule.TEXT),
    **dict.fromkeys(_TEXTS.split(), Rule.TEXT),
    **dict.fromkeys(_SPEECH.split(), Rule.SPEECH),
    **dict.fromkeys(_TOOLS.split(), Rule.TOOL),
    **dict.fromkeys(_SECRETS.split(), Rule.SECRET),
    "audio": Rule.AUDIO,
    "name": Rule.NAME,
    "response": Rule.TOOL,  # in `History`; elsewhere it is an object
}

_AUDIO_DELTA: Mapping[str, Rule] = {"delta": Rule.AUDIO}
_CALL_RESPONSE: Mapping[str, Rule] = dict.fromkeys(("content", "result", "error"), Rule.TOOL)

BY_TYPE: Mapping[str, Mapping[str, Rule]] = {
    "response.output_audio.delta": _AUDIO_DELTA,
    "response.audio.delta": _AUDIO_DELTA,
    "FunctionCallResponse": _CALL_RESPONSE,
    "__customToThinkProvider": {"content": Rule.TOOL},
    "error": {"message": Rule.ERROR},
}
"""Where the type of a frame gives its keys another meaning."""
