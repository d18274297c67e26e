"""The reference by field: every public name has one entry, and every field of a class says what it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from types import FunctionType

import attrs
import pytest

from docs.tools import fields
from docs.tools.docstrings import rest
from realtime_translate import Config, Limits, Translator, deepgram, openai
from realtime_translate.testing import Choices, Reply
from tests.pages.test_pages import PAGES, blocks

PACKAGE = "realtime_translate"
MODULES = [
    import_module(name)
    for name in (
        PACKAGE,
        *(f"{PACKAGE}.{name}" for name in ("audio", "deepgram", "openai", "recording", "testing")),
        f"{PACKAGE}.openai.dialects",
        *(f"{PACKAGE}.testing.{name}" for name in ("machine", "profiles", "statistics")),
    )
]
PUBLIC = {f"{module.__name__}.{name}": getattr(module, name) for module in MODULES for name in module.__all__}
ENTRY = re.compile(r"^\.\. (module|currentmodule|auto\w+):: ([\w.]+)", re.MULTILINE)


def entries() -> Iterator[str]:
    """What has an entry, by its full name."""
    for page in PAGES:
        inside = ""
        for kind, name in ENTRY.findall("\n".join(blocks(page, "{eval-rst}"))):
            if kind.startswith("auto"):
                yield f"{inside}.{name}"
            else:
                inside = name
            if kind == "module":
                yield name


LISTED = Counter(entries())
"""How many entries each full name has."""


def same(name: str) -> list[str]:
    """All full names of what a public name stands for: modules export what others make, under its name."""
    short = name.rpartition(".")[2]
    return [other for other in PUBLIC if other.endswith(f".{short}") and PUBLIC[other] == PUBLIC[name]]


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_one_entry(name: str) -> None:
    assert sum(LISTED[other] for other in same(name)) == 1


def test_what_pages_import_is_public() -> None:
    code = "\n".join(block for page in PAGES for block in blocks(page, "python"))
    imported = set(re.findall(rf"^ *(?:from|import) ({PACKAGE}[\w.]*)", code, re.MULTILINE))
    assert imported <= {module.__name__ for module in MODULES}


def test_nothing_else_has_an_entry() -> None:
    assert set(LISTED) <= {*PUBLIC, *(module.__name__ for module in MODULES)}


CLASSES = {name: thing for name, thing in PUBLIC.items() if isinstance(thing, type)}
OTHERS = [
    name
    for name, thing in PUBLIC.items()
    if not isinstance(thing, (type, FunctionType)) and not hasattr(thing, "__path__") and LISTED[name]
]


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_and_its_fields_say_what_they_are(name: str) -> None:
    owner = CLASSES[name]
    assert owner.__doc__
    silent = [each.name for each in (fields.fields(owner) if attrs.has(owner) else ()) if not each.doc]
    assert silent == [], "write a docstring below the field"


@pytest.mark.parametrize("name", OTHERS)
def test_a_constant_says_what_it_is(name: str) -> None:
    module, _, short = name.rpartition(".")
    assert fields.meaning(import_module(module), short)


@pytest.mark.parametrize("name", CLASSES)
def test_a_signature_can_be_read(name: str) -> None:
    """A long one is broken into lines, one for each argument: none of these may be long."""
    arguments, _ = fields.signature("class", CLASSES[name])
    assert "OMITTED" not in arguments
    assert max(map(len, arguments.split(", "))) <= 60


# --- what is read from the source ---------------------------------------------------------------------------


def field(owner: type, name: str) -> fields.Field:
    return next(each for each in fields.fields(owner) if each.name == name)


@pytest.mark.parametrize(
    ("owner", "name", "type_", "given"),
    [
        (deepgram.Settings, "agent", "Agent | str", "required"),
        (deepgram.Settings, "tags", "tuple[str, ...]", "may be absent"),
        (openai.Session, "audio", "SessionAudio", "may be absent or null"),
        (openai.Session, "tools", "tuple[Mapping[str, object], ...]", "may be absent or null"),
        (openai.Session, "reasoning", "object", "may be absent"),
        (Config, "turn_detection", "TurnDetection | FromSettings", "default: FROM_SETTINGS"),
        (Config, "limits", "Limits", "default: Limits()"),
        (Limits, "text_bytes_up", "int", "default: 2 ** 20"),
        (deepgram.ComponentAudioInput, "sample_rate", "int", "optional"),
        (Reply, "status", "str", "default: 'completed'"),
    ],
)
def test_a_field_has_its_type_and_default(owner: type, name: str, type_: str, given: str) -> None:
    found = field(owner, name)
    assert (found.type, found.given) == (type_, given)


def test_a_field_says_what_it_is() -> None:
    assert field(Config, "model").doc == "Used unless Settings names a realtime model."
    assert field(openai.ResponseDone, "event_id").doc == fields.REPEATED["event_id"]
    assert field(deepgram.ComponentAgent, "greeting").doc == field(deepgram.Agent, "greeting").doc
    assert field(deepgram.ComponentThink, "tool_choice").doc.endswith("On the wire: ``toolChoice``.")


def test_what_all_messages_have_is_not_repeated() -> None:
    assert [each.name for each in fields.fields(deepgram.Welcome)] == ["request_id"]


def test_a_message_says_its_type_and_its_bounds() -> None:
    assert list(fields.described(deepgram.UpdateSpeak)) == [
        "",
        "*On the wire:* ``UpdateSpeak``.",
        "*At most:* 64 ``speak``.",
        "",
        ":ivar speak: The voice, or several, in the order in which they are tried.",
        ":vartype speak: Speak | tuple[Speak, ...], required",
    ]


@pytest.mark.parametrize(
    ("kind", "thing", "arguments", "result"),
    [
        ("class", deepgram.FunctionCallResponse, "(*, name, content, id)", ""),
        ("class", Choices, "", ""),
        ("class", deepgram.ErrorCode, "", ""),
        ("function", deepgram.parse_server, "(frame: str | bytes)", "ServerMessage | Unknown | Malformed"),
        ("method", Translator.handle_timeout, "()", "Outputs"),
        ("method", Config.component, "(**changes: Unpack[ConfigFields])", "Config"),
    ],
)
def test_a_signature_is_as_the_source_has_it(kind: str, thing: object, arguments: str, result: str) -> None:
    assert fields.signature(kind, thing) == (arguments, result)


def test_a_constructor_is_shown_without_self() -> None:
    arguments, _ = fields.signature("class", Translator)
    assert arguments.startswith("(config: Config=Config(), *, clock: Callable")


def test_a_docstring_links_to_rules_and_lists_what_it_raises() -> None:
    assert rest("Commits (V1) (B).\n\nRaises:\n    ValueError: `x` is\n        odd.") == (
        "Commits (`V1 <rules.html#v1>`__).\n\n:raises ValueError: `x` is\n        odd."
    )
    assert rest("A session (protocols, *Other servers*).") == (
        "A session (`protocols <protocols.html#other-servers>`__)."
    )


def test_a_constant_is_explained_where_it_is_made() -> None:
    assert fields.meaning(import_module(f"{PACKAGE}.testing"), "DEFAULT_REPLY").startswith(
        "What the agent says"
    )
