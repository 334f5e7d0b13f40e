"""`leadpulse score`: the risk and what made it, now, on a day, and before."""

import json
import re

from tests.unit.cli.conftest import Line, StoreApi

SCORE = {
    "score_id": "00000000000000aa",
    "version": 7,
    "ts": 1_795_244_400_000,
    "points": 41.26,
    "level": "yellow",
    "background": 2.04,
    "parts": [
        {
            "rule": "order_silence",
            "points": 34.2,
            "strength": 0.57,
            "weight": 0.6,
            "age_days": 0.0,
            "half_life_days": 0.0,
            "value": 6.0,
            "baseline": 1.5,
        },
        {
            "rule": "complaint_phrase",
            "points": 8.87,
            "strength": 0.45,
            "weight": 0.2,
            "age_days": 2.0,
            "half_life_days": 14.0,
        },
    ],
}


def test_the_newest_is_explained(line: Line, store: StoreApi) -> None:
    """Points, level, time in Moscow; a line a part with its points, strength, weight, age and figures."""
    store.answers["/api/leads/5/scores"] = {"lead_id": "5", "scores": [SCORE]}
    result = line("score", "5")
    assert result.exit_code == 0
    assert store.asked == [("GET", "/api/leads/5/scores?limit=1", None)]
    lines = result.stdout.splitlines()
    assert lines[0] == "Риск ухода клиента 5: 41 из 100, уровень жёлтый."
    assert lines[1] == "Оценка № 7 от 21.11.2026 10:00:00 (мск)."
    assert [re.split(" {2,}", row.replace("\u00a0", " ")) for row in lines[5:8]] == [
        ["фон: как редко и давно ли заказывает", "2"],
        ["нет заказов", "34", "57 %", "60 %", "сейчас", "6", "1,5"],
        ["жалуется", "8,9", "45 %", "20 %", "2 дня", "0", "0"],
    ]


def test_the_history_names_the_heaviest_parts(line: Line, store: StoreApi) -> None:
    """A line a score; the limit is asked for."""
    store.answers["/api/leads/5/scores"] = {"lead_id": "5", "scores": [SCORE, SCORE | {"parts": [], "level": "green"}]}
    rows = line("score", "5", "--history", "--limit", "9").stdout.splitlines()[2:]
    assert store.asked == [("GET", "/api/leads/5/scores?limit=9", None)]
    assert re.split(" {2,}", rows[0]) == [
        "21.11.2026 10:00:00",
        "41",
        "жёлтый",
        "2",
        "нет заказов (34), жалуется (8,9)",
    ]
    assert re.split(" {2,}", rows[1]) == ["21.11.2026 10:00:00", "41", "зелёный", "2"]


def test_a_past_day_is_asked_to_its_last_millisecond(line: Line, store: StoreApi) -> None:
    """In Moscow's time: the 21st of November 2026 ends at 21:00 UTC."""
    store.answers["/api/leads/5/scores"] = {"lead_id": "5", "scores": []}
    result = line("score", "5", "--day", "2026-11-21")
    assert store.asked == [("GET", "/api/leads/5/scores?limit=1&before=1795294800000", None)]
    assert result.stdout == "По лиду 5 оценок на этот день нет: первая появится вечером.\n"


def test_json_is_the_stores_own_answer(line: Line, store: StoreApi) -> None:
    """Nothing is renamed or rounded."""
    store.answers["/api/leads/5/scores"] = {"lead_id": "5", "scores": [SCORE]}
    assert json.loads(line("score", "5", "--json").stdout) == {"lead_id": "5", "scores": [SCORE]}
