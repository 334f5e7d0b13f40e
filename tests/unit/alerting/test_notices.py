"""What ops read of an engine that refuses."""

import pytest

from alerting.notices import render_notice
from schemas.notices import OpsNotice

TEN = 1_795_244_400_000
"""10:00 Moscow time."""


def test_a_refusal_says_what_to_do() -> None:
    """Who refuses, in whose words, since when, what to look at; and that meetings go on."""
    text = render_notice(OpsNotice("n", TEN, "engine_refuses", "speechkit_stream", "PERMISSION_DENIED: no role"))
    assert text == (
        "🔴 <b>SpeechKit</b> отказывает: PERMISSION_DENIED: no role.\n"
        "Время: 10:00 (мск). Проверьте ключ, роль ai.speechkit-stt.user и оплату. "
        "Встречи распознаёт запасной движок; когда ключ заработает, тексты улучшатся сами."
    )


def test_it_is_over() -> None:
    """The same message turns green."""
    assert render_notice(OpsNotice("n", TEN, "engine_back", "speechkit_stream")).startswith("🟢 <b>SpeechKit</b> снова")


@pytest.mark.parametrize("subject", ["<i>", "other"])
def test_a_remote_text_cannot_write_html(subject: str) -> None:
    """Names and faults come from outside."""
    text = render_notice(OpsNotice("n", TEN, "engine_refuses", subject, "<b>&"))
    assert "&lt;b&gt;&amp;" in text
    assert "<i>" not in text
