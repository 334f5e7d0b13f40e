"""`check` on the sources: a line each, the red ones as faults with what to do."""

import json

import msgspec

from schemas.rounds import SourceHealth
from tests.unit.cli.conftest import Line, StoreApi

AT = 1_795_246_200_000
"""2026-11-21 10:30 in Moscow."""
HOUR = 3_600_000

WELL = SourceHealth("telegram:main", AT, 1200, last_round=AT + 60_000, lag_ms=90_000, gap_ms=30 * HOUR, rejected=1)
SILENT = SourceHealth("wms:demo", AT, 0, "silent", AT, due_at=AT + HOUR)
FAILING = SourceHealth("bitrix:main", 0, 0, "failing", AT, last_round=AT, failed_rounds=3, error="ответ 401")
UNREAD = SourceHealth("wms:second", AT, 5, "unread", AT)
NEW = SourceHealth("jibri", AT, 2, "new", AT, history=40)


def told(store: StoreApi, line: Line, *sources: SourceHealth) -> tuple[list[str], list[str]]:
    """Faults and notes."""
    store.answers["/api/sources"] = {"sources": msgspec.to_builtins(list(sources))}
    found = json.loads(line("check", "--json").stdout)
    assert not any("секрет" in text for text in found["notes"])
    return found["faults"]["источники"], found["notes"]["источники"]


def test_what_is_red_is_a_fault_with_what_to_do(store: StoreApi, line: Line) -> None:
    """By the names that people use, with since when and why."""
    faults, notes = told(store, line, FAILING, NEW, WELL, SILENT, UNREAD)
    assert [fault.replace("\u00a0", " ") for fault in faults] == [
        "Битрикс24: не читается с 21 ноября в 10:30: ответ 401; исправьте причину; пропущенное прочитается само",
        "склад demo: нет данных дольше обычного, с 21 ноября в 10:30; проверьте, что отправитель работает и шлёт на "
        "адрес шлюза",
        "склад second: никто не опрашивает с 21 ноября в 10:30; проверьте, что работает процесс gateway "
        "(для Битрикс24 — notify) и что опрос не выключен в настройках",
    ]
    assert len(notes) == 5


def test_every_source_has_a_line(store: StoreApi, line: Line) -> None:
    """How it goes, what came last, how late, what was lost."""
    faults, notes = told(store, line, WELL, NEW, SourceHealth("wms:demo", AT, 40, due_at=AT + HOUR))
    assert faults == []
    assert [note.replace("\u00a0", " ") for note in notes] == [
        "Telegram: всё в порядке; последние данные 21 ноября в 10:30; удачный опрос 21 ноября в 10:31; за сутки: "
        "1200 записей; задержка 1 мин; перерыв в чтении 30 ч, сообщения старше суток потеряны; не удалось разобрать: "
        "1 запись",
        "записи встреч: ритм ещё не известен; последние данные 21 ноября в 10:30; за сутки: 2 записи; из импорта: "
        "40 записей",
        "склад demo: всё в порядке; последние данные 21 ноября в 10:30; ждём до 21 ноября в 11:30; за сутки: 40 "
        "записей",
    ]


def test_a_person_sees_them_under_their_part(store: StoreApi, line: Line) -> None:
    """Red before the lines; without a store nothing is said twice."""
    store.answers["/api/sources"] = {"sources": msgspec.to_builtins([SILENT])}
    shown = line("check").output.split("источники\n")[1].splitlines()
    assert [text.strip()[:14] for text in shown[:2]] == ["✗ склад demo: ", "· склад demo: "]
    store.answers.clear()
    found = json.loads(line("check", "--json").stdout)
    assert (found["faults"]["источники"], found["notes"]["источники"]) == ([], [])


def test_the_command_shows_the_red_ones_first(store: StoreApi, line: Line) -> None:
    """Beside a way for programs, and a word where there is nothing yet."""
    store.answers["/api/sources"] = {"sources": msgspec.to_builtins([WELL, SILENT])}
    shown = line("sources").output.splitlines()
    assert [text[:13] for text in shown] == ["✗ склад demo:", "· Telegram: в"]
    assert json.loads(line("sources", "--json").stdout) == store.answers["/api/sources"]
    store.answers["/api/sources"] = {"sources": []}
    assert "ещё ничего не пришло" in line("sources").output
