"""`dlq list|show|replay|drop`: what could not be used, and what a person does about it."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any

import click

from processors.russian.plural import count
from schemas.errors import Refused
from schemas.topics import DEAD_LETTERS
from streams import settings
from streams.cli.table import moscow, table
from streams.engine.dead_letters import Numbered, again, answer, read_open
from streams.engine.kafka import Outputs, Reader

LETTERS = ("письмо", "письма", "писем")
SHOWN_ERROR = 100
"""Characters of a fault in the list; `show` has all of it."""
UNITS = {"м": 60, "ч": 3600, "д": 86_400, "m": 60, "h": 3600, "d": 86_400}


def _since(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> int:
    """ms UTC, so long ago; 0 where nothing is given."""
    if value is None:
        return 0
    told = re.fullmatch(r"(\d{1,4})\s*([мчдmhd])", value.strip())
    if told is None:
        raise click.BadParameter("нужно число с буквой: 30м, 2ч или 7д")
    return round((time.time() - int(told[1]) * UNITS[told[2]]) * 1000)


def _selection(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--since", callback=_since, help="Не старше: 30м, 2ч, 7д."),
        click.option("--error", default="", help="Только с этой ошибкой (столбец «Ошибка»)."),
        click.option("--topic", default="", help="Только из этой темы."),
        click.argument("numbers", metavar="[НОМЕР]...", nargs=-1, type=click.IntRange(min=0)),
    ):
        command = option(command)
    return command


_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
_ALL = click.option("--all", "everything", is_flag=True, help="Все письма.")


@click.group("dlq")
def dlq_command() -> None:
    """Негодные записи (dead.letters): посмотреть, вернуть в работу, закрыть."""


@dlq_command.command("list")
@_selection
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="Сколько строк.")
@_AS_JSON
def list_command(limit: int, as_json: bool, **selection: Any) -> None:
    """Показать открытые письма по теме, ошибке и времени. Время московское."""
    found = _find(selection)
    if as_json:
        click.echo(json.dumps([_plain(one) for one in found], ensure_ascii=False))
        return
    if not found:
        click.echo("Негодных записей нет.")
        return
    rows = [
        (n.number, moscow(n.letter.ts), n.letter.topic, n.letter.error_class, n.letter.error[:SHOWN_ERROR])
        for n in found[:limit]
    ]
    click.echo(table(("Номер", "Время", "Тема", "Ошибка", "Причина"), rows))
    if len(found) > limit:
        click.echo(f"и ещё {count(len(found) - limit, LETTERS)}: --limit {len(found)} покажет все")


@dlq_command.command("show")
@click.argument("number", metavar="НОМЕР", type=click.IntRange(min=0))
@_AS_JSON
def show_command(number: int, as_json: bool) -> None:
    """Показать письмо НОМЕР целиком, вместе с самой записью."""
    one = _the(number)
    if as_json:
        click.echo(json.dumps(_plain(one) | {"payload": _text(one)}, ensure_ascii=False))
        return
    letter = one.letter
    click.echo(f"Письмо {one.number} от {moscow(letter.ts)}")
    click.echo(f"Где:     {letter.topic}, раздел {letter.partition}, место {letter.offset} ({letter.agent})")
    click.echo(f"Ошибка:  {letter.error_class}: {letter.error}")
    click.echo(f"Ключ:    {(letter.key or b'').decode(errors='replace')}")
    cut = f" (здесь только начало: не поместилось ещё {letter.cut} Б)" if letter.cut else ""
    click.echo(f"Запись{cut}:\n{_text(one)}")


@dlq_command.command("replay")
@_selection
@_ALL
@_AS_JSON
def replay_command(everything: bool, as_json: bool, **selection: Any) -> None:
    """Вернуть записи в их темы, когда причина устранена. Повторять безопасно: у события один номер."""
    _deal(selection, everything, as_json, replayed=True)


@dlq_command.command("drop")
@_selection
@_ALL
@_AS_JSON
def drop_command(everything: bool, as_json: bool, **selection: Any) -> None:
    """Закрыть письма, не возвращая записи."""
    _deal(selection, everything, as_json, replayed=False)


def _deal(selection: dict[str, Any], everything: bool, as_json: bool, *, replayed: bool) -> None:
    if not everything and not any(selection.values()):
        raise click.UsageError("укажите, какие письма: номера, --topic, --error, --since или --all")
    found = _find(selection)
    done, refused = asyncio.run(_answer(found, replayed=replayed))
    if as_json:
        click.echo(json.dumps({"done": done, "refused": refused}, ensure_ascii=False))
    else:
        click.echo(f"{'Возвращено' if replayed else 'Закрыто'}: {count(len(done), LETTERS)}")
        for number, why in refused.items():
            click.echo(f"письмо {number} не возвращено: {why}", err=True)
    if refused or not found:
        if not found and not as_json:
            click.echo("таких открытых писем нет", err=True)
        raise SystemExit(1)


async def _answer(found: list[Numbered], *, replayed: bool) -> tuple[list[int], dict[int, str]]:
    """Deal with each letter: first the record is where it belongs, then it is written down; between the two a kill
    leaves the letter open, and another replay is the same event again."""
    kafka = settings.load().kafka
    outputs = Outputs(kafka)
    done: list[int] = []
    refused: dict[int, str] = {}
    try:
        for one in found:
            try:
                if replayed:
                    await outputs.send([await again(kafka, one.letter)])
            except Refused as error:
                refused[one.number] = str(error)
                continue
            await outputs.send([answer(one.letter, "replayed" if replayed else "dropped")])
            done.append(one.number)
    finally:
        await outputs.stop()
    return done, refused


def _find(selection: dict[str, Any]) -> list[Numbered]:
    reader = Reader(settings.load().kafka, DEAD_LETTERS)
    return asyncio.run(read_open(reader.read(range(DEAD_LETTERS.partitions)))).select(**selection)


def _the(number: int) -> Numbered:
    found = _find({"numbers": [number]})
    if not found:
        raise click.ClickException(f"открытого письма {number} нет; список: leadpulse dlq list")
    return found[0]


def _plain(one: Numbered) -> dict[str, object]:
    letter = one.letter
    return {
        "number": one.number,
        "ts": letter.ts,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "agent": letter.agent,
        "error_class": letter.error_class,
        "error": letter.error,
        "bytes": len(letter.payload) + letter.cut,
        "cut": letter.cut,
    }


def _text(one: Numbered) -> str:
    return one.letter.payload.decode(errors="replace")
