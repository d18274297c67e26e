"""Deepgram's Voice Agent protocol for pipecat: between the client's socket and a pipeline of any services.

`pipecat_proxy.py` shows how it is used. The client gets the text of each turn as one piece, at the end of the
turn. Audio is linear16, at the rates that Settings declare.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames import frames
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.services.llm_service import FunctionCallParams, LLMService

from realtime_translate import deepgram as dg

FUNCTION_SECONDS = 30.0  # how long the client may take to answer a function call


class Wanted:
    """What a pipeline needs to know of Settings."""

    def __init__(self, settings: dg.Settings) -> None:
        agent = settings.agent if isinstance(settings.agent, dg.Agent) else dg.Agent()
        (think, *_) = agent.think if isinstance(agent.think, tuple) else (agent.think,)
        heard, spoken = settings.audio.input, settings.audio.output
        self.encodings = {heard.encoding if heard else "", (spoken and spoken.encoding) or ""}
        self.input_rate = heard.sample_rate if heard else 24000
        self.output_rate = (spoken and spoken.sample_rate) or 24000
        self.prompt = (think and think.prompt) or ""
        self.greeting = agent.greeting or ""
        self.functions = [each for each in (think and think.functions) or () if each.name]


class DeepgramSerializer(FrameSerializer):
    """The client's protocol: what it sends as frames, and as its messages what the pipeline does.

    Give it to the transport as its serializer, its `observer` to the worker, and the worker to `attach`.
    """

    def __init__(self, wanted: Wanted) -> None:
        super().__init__()
        self.wanted, self.observer = wanted, Observer(self)
        self.worker: PipelineWorker
        self.llm: LLMService[Any]
        self.calls: dict[str, asyncio.Future[str]] = {}  # unanswered function calls

    def attach(self, worker: PipelineWorker, llm: LLMService[Any]) -> None:
        """The worker runs the pipeline; `llm` is to call the client's functions."""
        self.worker, self.llm = worker, llm
        for each in self.wanted.functions:
            llm.register_function(str(each.name), self.call, timeout_secs=FUNCTION_SECONDS)

    def tools(self) -> ToolsSchema:
        """The client's functions, for the context of the language model."""
        schemas: list[FunctionSchema] = []
        for each in self.wanted.functions:
            parameters = json.loads(json.dumps(each.parameters or {}))
            properties, required = parameters.get("properties", {}), parameters.get("required", [])
            schemas.append(FunctionSchema(str(each.name), each.description or "", properties, required))
        return ToolsSchema(standard_tools=schemas)

    async def say(self, *messages: dg.ServerMessage) -> None:
        """Tell the client something, ahead of audio that waits."""
        for each in messages:
            frame = frames.OutputTransportMessageUrgentFrame(json.loads(dg.encode(each)))
            await self.worker.queue_frame(frame)

    async def say_text(self, role: str, text: str) -> None:
        await self.say(dg.ConversationText(role, text), dg.HistoryText(role, text))

    async def append(self, role: str, text: str, *, run: bool) -> None:
        """Add to the conversation: at the model, as the user's aggregator keeps texts from realtime ones."""
        messages: list[Any] = [{"role": role, "content": text}]
        await self.llm.queue_frame(frames.LLMMessagesAppendFrame(messages, run_llm=run))

    async def call(self, params: FunctionCallParams) -> None:
        """A function call of the language model: the client answers it."""
        arguments = json.dumps(params.arguments)
        function = dg.FunctionCall(params.tool_call_id, params.function_name, arguments, client_side=True)
        self.calls[params.tool_call_id] = answer = asyncio.get_running_loop().create_future()
        await self.say(dg.FunctionCallRequest((function,)))
        try:
            await params.result_callback(await answer)
        finally:
            del self.calls[params.tool_call_id]

    async def serialize(self, frame: frames.Frame) -> str | bytes | None:
        """What goes to the client's socket."""
        if isinstance(frame, frames.OutputAudioRawFrame):
            return frame.audio
        messages = (frames.OutputTransportMessageFrame, frames.OutputTransportMessageUrgentFrame)
        if isinstance(frame, messages) and not self.should_ignore_frame(frame):
            return json.dumps(frame.message)
        return None

    async def deserialize(self, data: str | bytes) -> frames.Frame | None:
        """What comes from there."""
        match message := dg.parse_client(data):
            case dg.ClientAudio(audio):
                return frames.InputAudioRawFrame(audio, self.wanted.input_rate, 1)
            case dg.InjectUserMessage(content):
                await self.say_text("user", content)
                await self.append("user", content, run=True)
            case dg.InjectAgentMessage():
                return frames.TTSSpeakFrame(message.message or "")
            case dg.UpdatePrompt(prompt):
                await self.append("developer", prompt, run=False)
                await self.say(dg.PromptUpdated())
            case dg.FunctionCallResponse():
                if (answer := self.calls.get(message.id or "")) and not answer.done():
                    answer.set_result(message.content)
            case dg.KeepAlive():
                pass
            case _:
                await self.say(dg.Warning(f"{type(message).__name__} has no counterpart in the pipeline"))
        return None


class Observer(BaseObserver):
    """Tells the client what the pipeline does."""

    def __init__(self, serializer: DeepgramSerializer) -> None:
        super().__init__()
        self.serializer = serializer

    async def on_push_frame(self, data: FramePushed) -> None:
        """A frame goes on. Those that go both ways are seen twice, and all of them at each step."""
        if not data.first_push or data.direction != FrameDirection.DOWNSTREAM:
            return
        say, say_text = self.serializer.say, self.serializer.say_text
        match data.frame:
            case frames.UserStartedSpeakingFrame():
                await say(dg.UserStartedSpeaking())
            case frames.LLMContextUserTurnFrame(text=text):
                await say_text("user", text)
            case frames.LLMContextAssistantTurnFrame(text=text):
                await say_text("assistant", text)
            case frames.BotStoppedSpeakingFrame():
                await say(dg.AgentAudioDone())
            case _:
                pass
