"""Where servers differ, as data."""

from __future__ import annotations

import pytest

from realtime_translate.openai.dialects import AZURE_GA, OPENAI_GA, UpstreamDialect


@pytest.mark.parametrize(
    ("dialect", "model", "target"),
    [
        (OPENAI_GA, "gpt-realtime", "/v1/realtime?model=gpt-realtime"),
        (AZURE_GA, "my deployment", "/openai/v1/realtime?model=my%20deployment"),
        (OPENAI_GA, "a/b&c=d#e{f}", "/v1/realtime?model=a%2Fb%26c%3Dd%23e%7Bf%7D"),
        (UpstreamDialect("own", "/rt/{model}?v=1"), "m", "/rt/m?v=1"),
    ],
)
def test_S2_the_model_belongs_to_the_url(dialect: UpstreamDialect, model: str, target: str) -> None:
    assert dialect.target(model) == target
