"""A trace as a person reads it: every stage, every state, with time and what to do."""

from typing import get_args

import pytest

from alerting.traces import DONE, SILENT, STATUSES, clock_ms, elapsed, standing_told, step_told
from schemas.alerts import AlertStatus, Held
from schemas.traces import STAGES, Standing, State, Step, Trace

NOW = 1_795_244_400_000


def told(**of: object) -> str:
    """A step, without no-break spaces."""
    return step_told(Step(**({"at": NOW} | of)), NOW).replace("\u00a0", " ")  # type: ignore[arg-type]


def test_steps() -> None:
    """One line each; kinds, rules and outlets by the names that people know."""
    assert told(stage="received", name="source.wms/3/41") == "принято: запись source.wms/3/41"
    assert told(stage="parsed", what="reservation") == "разобрано: бронь"
    assert told(stage="stored", what="new_kind") == "в истории клиента: new_kind"
    assert told(stage="unassigned", detail="tg_chat:-5") == "чей это клиент, неизвестно (tg_chat:-5)"
    assert told(stage="signal", what="reservation_spike") == "сигнал: резкий рост броней"
    assert told(stage="alert", what="reservation_spike", version=1, detail="open") == "тревога: резкий рост броней"
    assert told(stage="alert", what="reservation_spike", version=1, detail="night").endswith("(ночью не оповещаем)")
    assert told(stage="alert", what="reservation_spike", version=2, detail="acknowledged").endswith("(принята)")
    dead = {"stage": "dead", "what": "pipeline.source.wms", "detail": "Invalid: no qty"}
    assert told(**dead, state="failed") == "негодная запись (pipeline.source.wms): Invalid: no qty"
    assert told(**dead).endswith("; человек её вернул или закрыл")


def test_deliveries() -> None:
    """Where, under which number; what it waits for and how long; who refused and why."""
    sent = {"stage": "delivery", "what": "telegram"}
    assert told(**sent, message="-100/881") == "доставлено: Telegram, сообщение 881 в чате -100"
    assert told(stage="delivery", what="bitrix") == "доставлено: Битрикс24"
    waiting = {"state": "waiting", "at": 0, "detail": "429"}
    assert told(**sent, **waiting, retry_at=NOW + 12_000) == "ждёт Telegram: 429, ещё 12 с"
    assert told(**sent, **waiting, retry_at=NOW - 1) == "ждёт Telegram: 429"
    assert told(stage="delivery", what="files", state="waiting", at=0) == "ждёт папку протоколов"
    assert told(**sent, state="failed", at=0, detail="chat not found") == "не принято (Telegram): chat not found"


@pytest.mark.parametrize(
    ("ms", "expected"),
    [(0, "0 мс"), (999, "999 мс"), (1500, "1,5 с"), (12_000, "12 с"), (240_000, "4 мин"), (4_800_000, "1 ч 20 мин")],
)
def test_time_between(ms: int, expected: str) -> None:
    """As short as it can be said."""
    assert elapsed(ms).replace("\u00a0", " ") == expected


def test_clock() -> None:
    """Local, with milliseconds; a dash where nobody knows."""
    assert (clock_ms(NOW + 13), clock_ms(0)) == ("10:00:00,013", "—")


def stands(state: State, **of: object) -> str:
    """Where it stands, without no-break spaces."""
    trace = Trace(asked="x", stands=Standing(state=state, **of))  # type: ignore[arg-type]
    return standing_told(trace, NOW).replace("\u00a0", " ")


def test_where_it_stands() -> None:
    """And what a person has to do, where he has to."""
    assert (
        stands("waiting", worker="pipeline", behind=1200) == "ждёт разбора (процесс pipeline): перед ней 1200 записей."
    )
    assert stands("waiting", worker="pipeline", behind=1) == "ждёт разбора (процесс pipeline)."
    assert stands("waiting", worker="store") == "разобрано, сейчас появится в истории (процесс store)."
    assert stands("waiting", worker="notify") == "тревога ждёт отправки (процесс notify)."
    given = {"stage": "delivery", "worker": "webhooks", "detail": "503", "retry_at": NOW + 90_000}
    assert stands("waiting", **given) == "ждёт n8n: 503, ещё 1 мин."
    assert "leadpulse dlq replay" in stands("failed", stage="dead", worker="pipeline.source.wms", detail="x")
    assert stands("failed", stage="delivery", worker="bitrix", detail="нет лида") == "не принято (Битрикс24): нет лида."
    assert "leadpulse identity link" in stands("unassigned")
    assert stands("nothing").startswith("прочитано;") and "ничего не найдено" in stands("unknown")
    assert stands("done", stage="delivery") == "доставлено."


def test_every_word_of_the_code_has_its_own() -> None:
    """A new stage, status or reason to be silent needs words."""
    assert set(DONE) == set(STAGES)
    assert set(STATUSES) == set(get_args(AlertStatus))
    assert set(SILENT) == set(get_args(Held)) - {""}
    for state in get_args(State):
        for stage in STAGES:
            assert stands(state, stage=stage).endswith(".")
