"""`dlq list|show|replay|drop`: what could not be used, and what a person does about it."""

import asyncio
import json
import secrets
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click
import msgspec

from processors.russian.plural import count
from schemas.topics import DEAD_LETTERS, TOPICS
from streams import settings
from streams.cli.ago import since
from streams.cli.broker import there
from streams.cli.dlq_mute import mute_command
from streams.cli.masked import MOST, printable, shown
from streams.cli.parked import parked_command, release_command
from streams.cli.table import clock_time, table
from streams.cli.who import who
from streams.engine.clock import wall_clock
from streams.engine.dead_letters import Claim, Numbered, OpenLetters, read_open
from streams.engine.dealing import Dealt, Desk, How
from streams.engine.reader import Reader

LETTERS = ("негодная запись", "негодные записи", "негодных записей")
SHOWN_ERROR = 100
"""Characters of a fault in the list; `show` has all of it."""
ANSWERS = {"replayed": "возвращена", "dropped": "закрыта"}
CLOSED = {"replayed": "возвращена в работу", "dropped": "закрыта"}
NONE = "таких открытых негодных записей нет"


def _selection(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--since", callback=since, help="Не старше: 30м, 2ч, 7д."),
        click.option("--error", default="", help="Только с этой ошибкой (столбец «Ошибка»)."),
        click.option("--topic", default="", help="Только из этой темы."),
        click.argument("numbers", metavar="[НОМЕР]...", nargs=-1, type=click.IntRange(min=0)),
    ):
        command = option(command)
    return command


_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
_ALL = click.option("--all", "everything", is_flag=True, help="Все негодные записи.")
_LIMIT = click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="Сколько строк.")


@click.group("dlq")
def dlq_command() -> None:
    """Негодные записи (dead.letters): посмотреть, вернуть в работу, закрыть."""


dlq_command.add_command(mute_command)
dlq_command.add_command(parked_command)
dlq_command.add_command(release_command)


@dlq_command.command("list")
@_selection
@click.option("--closed", is_flag=True, help="Закрытые: кто, когда и что сделал.")
@_LIMIT
@_AS_JSON
def list_command(limit: int, closed: bool, as_json: bool, **selection: Any) -> None:
    """Показать открытые негодные записи по теме, ошибке и времени. Время местное (`days.zone`)."""
    _known(selection["topic"])
    found = asyncio.run(_look()).select(**selection, closed=closed)
    if as_json:
        click.echo(json.dumps([_plain(one) for one in found], ensure_ascii=False))
        return
    if not found:
        click.echo("Закрытых негодных записей нет." if closed else "Негодных записей нет.")
        return
    head = ("Номер", "Время", "Тема", "Ошибка", *(("Сделано", "Когда", "Кто") if closed else ("Раз", "Причина")))
    click.echo(table(head, [_closed_row(one) if closed else _row(one) for one in found[:limit]]))
    if len(found) > limit:
        click.echo(f"и ещё {count(len(found) - limit, LETTERS)}: --limit {len(found)} покажет все")


def _row(one: Numbered) -> tuple[object, ...]:
    letter = one.letter
    times = len(one.history) + 1
    return (
        one.number,
        clock_time(letter.ts),
        letter.topic,
        letter.error_class,
        times,
        printable(letter.error, SHOWN_ERROR),
    )


def _closed_row(one: Numbered) -> tuple[object, ...]:
    letter, told = one.letter, one.answer
    assert told is not None
    when = clock_time(told.at) if told.at else ""
    return one.number, clock_time(letter.ts), letter.topic, letter.error_class, ANSWERS[told.answer], when, told.by


@dlq_command.command("show")
@click.argument("number", metavar="НОМЕР", type=click.IntRange(min=0))
@click.option("--words", is_flag=True, help="Со словами клиентов; иначе видно только, как запись устроена.")
@_AS_JSON
def show_command(number: int, words: bool, as_json: bool) -> None:
    """Показать негодную запись НОМЕР: где она стояла, чем негодна, сколько раз её пробовали и как она устроена."""
    one = _the(number)
    if as_json:
        text = one.letter.payload.decode(errors="replace") if words else shown(one.letter.payload, words=False)
        click.echo(json.dumps(_plain(one) | {"payload": text}, ensure_ascii=False))
        return
    letter = one.letter
    click.echo(f"Негодная запись {one.number} от {clock_time(letter.ts)}")
    click.echo(f"Где:     {letter.topic}, раздел {letter.partition}, место {letter.offset} ({letter.agent})")
    if letter.item:
        click.echo(f"Что:     {printable(letter.item, MOST)}")
    click.echo(f"Ошибка:  {letter.error_class}: {printable(letter.error, MOST)}")
    for before in one.history:
        why = f"{before.error_class}: {printable(before.error, MOST)}"
        click.echo(f"Раньше:  {clock_time(before.ts)} {why}; возвращение: {before.by}, {clock_time(before.at)}")
    if words:
        click.echo(f"Ключ:    {printable((letter.key or b'').decode(errors='backslashreplace'), MOST)}")
    cut = f" (здесь только начало: не поместилось ещё {letter.cut} Б)" if letter.cut else ""
    click.echo(f"Запись{cut}:\n{shown(letter.payload, words=words)}")
    if not words:
        click.echo("Слова клиентов скрыты; показать: --words", err=True)


@dlq_command.command("replay")
@_selection
@_ALL
@_AS_JSON
def replay_command(everything: bool, as_json: bool, **selection: Any) -> None:
    """Вернуть записи в их темы, когда причина устранена. Каждая вернётся один раз, и если команду прервали, и если её
    дали двое."""
    _deal(selection, everything, as_json, "replayed")


@dlq_command.command("drop")
@_selection
@_ALL
@click.option("--yes", is_flag=True, help="Не спрашивать.")
@_AS_JSON
def drop_command(everything: bool, yes: bool, as_json: bool, **selection: Any) -> None:
    """Закрыть негодные записи, не возвращая их в работу. Кто и когда это сделал, покажет list --closed."""
    _deal(selection, everything, as_json, "dropped", yes=yes)


def _deal(selection: dict[str, Any], everything: bool, as_json: bool, how: How, *, yes: bool = True) -> None:
    if not everything and not any(selection.values()):
        raise click.UsageError("укажите, какие записи: номера, --topic, --error, --since или --all")
    _known(selection["topic"])
    if not yes:
        found = asyncio.run(_look()).select(**selection)
        if found and not sys.stdin.isatty():
            raise click.UsageError(f"к закрытию — {count(len(found), LETTERS)}: подтвердите ключом --yes")
        if found and not click.confirm(
            f"К закрытию — {count(len(found), LETTERS)}, без возвращения в работу. Закрыть?", err=True
        ):
            raise click.ClickException("ничего не закрыто")
        selection = selection | {"numbers": [one.number for one in found]}  # those that the person was asked about
        if not found:
            raise click.ClickException(NONE)
    found, dealt = asyncio.run(_dealt(selection, how))
    if as_json:
        click.echo(json.dumps(asdict(dealt), ensure_ascii=False))
    else:
        click.echo(f"{'Возвращено' if how == 'replayed' else 'Закрыто'}: {count(len(dealt.done), LETTERS)}")
        for number, why in dealt.refused.items():
            click.echo(f"запись {number} не возвращена: {why}", err=True)
        if dealt.others:
            click.echo(f"другим человеком тем временем закрыто: {count(len(dealt.others), LETTERS)}", err=True)
        if not found:
            click.echo(NONE, err=True)
    if dealt.refused or not found:
        raise SystemExit(1)


async def _dealt(selection: dict[str, Any], how: How) -> tuple[list[Numbered], Dealt]:
    kafka = settings.load().kafka
    await there(kafka, [DEAD_LETTERS])
    desk = Desk(kafka, who(), secrets.token_hex(8), wall_clock, _wait_told)
    try:
        found = (await desk.look()).select(**selection)
        return found, await desk.deal(found, how)
    finally:
        await desk.close()


def _wait_told(claim: Claim) -> None:
    click.echo(
        f"С негодными записями сейчас работает {claim.by} (с {clock_time(claim.ts)}); жду не больше полуминуты…",
        err=True,
    )


async def _look() -> OpenLetters:
    kafka = settings.load().kafka
    await there(kafka, [DEAD_LETTERS])
    return await read_open(Reader(kafka, DEAD_LETTERS).read(range(DEAD_LETTERS.partitions)))


def _known(topic: str) -> None:
    """Wrong usage where no letter can be of such a topic."""
    names = [*sorted(spec.name for spec in TOPICS), "spool"]
    if topic and topic not in names:
        raise click.UsageError(f"темы «{topic}» нет; есть: {', '.join(names)}")


def _the(number: int) -> Numbered:
    letters = asyncio.run(_look())
    one = letters.get(number)
    if one is not None:
        return one
    closed = letters.select([number], closed=True)
    if closed and (told := closed[0].answer):
        by = f" ({told.by}, {clock_time(told.at)})" if told.at else ""
        raise click.ClickException(f"запись {number} уже {CLOSED[told.answer]}{by}")
    raise click.ClickException(f"открытой негодной записи {number} нет; список: leadpulse dlq list")


def _plain(one: Numbered) -> dict[str, object]:
    letter = one.letter
    return {
        "number": one.number,
        "ts": letter.ts,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "agent": letter.agent,
        "item": letter.item,
        "error_class": letter.error_class,
        "error": letter.error,
        "bytes": len(letter.payload) + letter.cut,
        "cut": letter.cut,
        "history": msgspec.to_builtins(one.history),
        "answer": one.answer and {"how": one.answer.answer, "by": one.answer.by, "at": one.answer.at},
    }
