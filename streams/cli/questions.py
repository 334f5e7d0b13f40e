"""`questions list|judge|cases`: what was asked about clients and answered, people's verdicts, and these as cases."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import msgspec

from processors.answers.cases import case_of
from processors.russian.plural import Forms, count
from schemas.answers import VERDICTS, Question, Verdict
from schemas.errors import Refused
from schemas.lists import Questions
from streams import settings
from streams.cli.cards import cards_now
from streams.cli.reads import client, lead_id, whose
from streams.cli.table import clock_time, harmless
from streams.clients.store import call
from streams.web.told.answers import VERDICTS as WORDS

ASKED: Forms = ("вопрос", "вопроса", "вопросов")
CASES: Forms = ("случай", "случая", "случаев")
_JUDGED = "SELECT body FROM questions FINAL WHERE verdict != '' ORDER BY lead_id, question_id"


def _number(_: click.Context, __: click.Parameter, value: str) -> str:
    """An id: 16 hex digits."""
    if len(value) != 16 or not set(value) <= set("0123456789abcdef"):
        raise click.BadParameter("нужен номер вопроса из `leadpulse questions list`: 16 знаков 0–9, a–f")
    return value


_LEAD = click.argument("lead", metavar="ЛИД", callback=lead_id)
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")


@click.group("questions")
def questions_command() -> None:
    """Вопросы о клиентах: что спрашивали, что ответили, помог ли ответ."""


@questions_command.command("list")
@_LEAD
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Сколько вопросов.")
@_AS_JSON
def list_command(lead: str, limit: int, as_json: bool) -> None:
    """Показать, что спрашивали о клиенте ЛИД (номер лида в Битрикс24), сначала новое. Вопросы о лиде, который потом
    объединили с другим, — тоже его."""
    loaded = settings.load()
    answer = call(loaded.store, f"/api/leads/{quote(lead)}/questions?limit={limit}")
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    lead = whose(lead, answer)
    found = msgspec.convert(answer, Questions).questions
    click.echo(f"Клиент {client(cards_now(loaded), lead)}\n")
    click.echo("\n\n".join("\n".join(_lines(one)) for one in found) if found else "О нём ещё ничего не спрашивали.")


@questions_command.command("judge")
@_LEAD
@click.argument("question", metavar="НОМЕР", callback=_number)
@click.argument("verdict", metavar="СЛОВО", type=click.Choice([*filter(None, VERDICTS), "none"]))
@_AS_JSON
def judge_command(lead: str, question: str, verdict: str, as_json: bool) -> None:
    """Сказать, помог ли ответ НОМЕР о клиенте ЛИД. СЛОВО: useful — полезно, useless — не помогло, wrong_quote — цитата
    не о том, none — взять слово назад. Последнее слово заменяет прежнее."""
    path = f"/api/leads/{quote(lead)}/questions/{question}/verdict"
    said = call(settings.load().store, path, {"verdict": "" if verdict == "none" else verdict})
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"«{harmless(said['text'])}»: {_word(said.get('verdict', ''))}")


@questions_command.command("cases")
@click.argument("file", metavar="ФАЙЛ", type=click.Path(path_type=Path, dir_okay=False))
def cases_command(file: Path) -> None:
    """Выгрузить оценённые ответы в ФАЙЛ (JSONL): вопрос, слово человека, места, на которых стоял ответ. По ним
    `python -m bench.answers --cases ФАЙЛ` проверяет поиск. В файле слова клиентов: он доступен только владельцу."""
    if file.exists():
        raise Refused(f"{file} уже есть: укажите новый файл")
    rows: list[Any] = call(settings.load().store, "/api/sql", {"query": _JUDGED})["rows"]
    judged = [msgspec.json.decode(body, type=Question) for (body,) in rows]
    cases = [case for case in map(case_of, judged) if case is not None]
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.writelines(msgspec.json.encode(case) + b"\n" for case in cases)
    left = f"; без цитат, их не проверить: {len(judged) - len(cases)}" if len(judged) > len(cases) else ""
    click.echo(f"{file}: {count(len(cases), CASES)}{left}")


def _lines(one: Question) -> list[str]:
    """A question, who asked it, the answer as it was told then, and what people say of it."""
    lines = [
        f"{one.question_id}  {clock_time(one.at)}, {harmless(one.user)}: {harmless(one.text)}",
        *(f"    {harmless(claim.text)}{_quoted(claim.quote)}" for claim in one.claims),
    ]
    return [*lines, f"    — {_word(one.verdict)}" + (f" ({harmless(one.judge)})" if one.judge else "")]


def _quoted(words: str) -> str:
    return f": «{harmless(words)}»" if words else ""


def _word(verdict: Verdict) -> str:
    return WORDS[verdict].lower() if verdict else "без оценки"
