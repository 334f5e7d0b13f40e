"""The act of an erasure: signed, readable, without a word of the client."""

import stat
from datetime import date
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from msgspec.structs import replace

from alerting.erasure import STEP_WORDS, act_page, state_words
from schemas.erasures import STEPS, Erasure, StepDone
from streams.erasing.act import signed, verified

NOW = 1_795_244_400_000
ENDED = Erasure(
    erasure_id="0" * 16,
    lead_id="7",
    reason="<b>заявление</b>",
    requested_by="Ольга",
    requested_at=NOW,
    confirmed_by="Глеб",
    confirmed_at=NOW,
    executed_by="Анна",
    started_at=NOW,
    done=[StepDone(step, NOW, 3) for step in STEPS],
    ended_at=NOW,
)


def test_a_changed_act_is_no_act(tmp_path: Path) -> None:
    """The signature holds for the text as it is; the key is made once, for its owner only."""
    made = signed(tmp_path / "acts", ENDED, [("lead.events", date(2026, 12, 29))])
    verified(made)
    assert '"topics_until":{"lead.events":"2026-12-29"}' in made.act
    with pytest.raises(InvalidSignature):
        verified(replace(made, act=made.act.replace("Глеб", "Вера")))
    assert signed(tmp_path / "acts", ENDED, []).public_key == made.public_key
    assert stat.S_IMODE((tmp_path / "acts" / "key.pem").stat().st_mode) == 0o600


def test_the_page_names_people_steps_and_days() -> None:
    """Who asked, confirmed and did it; every step with its number; until when the rest stands; markup is text."""
    page = act_page(ENDED, [("lead.events", date(2026, 12, 29))], "KEY=")
    assert "Заявка: Ольга" in page and "Подтверждение: Глеб" in page and "Выполнение: Анна" in page
    assert all(words in page for words in STEP_WORDS.values())
    assert "<td>lead.events</td><td>29.12.2026</td>" in page
    assert "&lt;b&gt;заявление" in page and "<b>" not in page
    assert "не ответила" not in page
    done = [StepDone("outlets", NOW, 0, ["bitrix/waits", "notebook/refused"])]
    page = act_page(replace(ENDED, done=done), [], "KEY=")
    assert "в карточке лида Битрикс24: система не ответила" in page
    assert "в Open Notebook: система отказала" in page
    assert state_words(ENDED) == "удалено"
    assert state_words(replace(ENDED, ended_at=0)) == "удаляется"
    assert state_words(replace(ENDED, ended_at=0, started_at=0)) == "подтверждена"
