"""`replay --from D --to D`: the store's events through the fold once more, beside what rang then."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import click
import msgspec

from alerting.difference import ALL, Pair, Ring, Row, pairs, rows
from alerting.rehearsal import Rehearsal, lines
from processors.cards import Cards
from processors.days import DAY_MS, day_start, local_day_of
from processors.identity import Identities
from processors.state import DAYS_KEPT
from schemas.codec import Rejected, decode
from schemas.events import Event
from schemas.stored import RaisedPage, ReplayPage
from schemas.types import Millis
from streams import settings
from streams.cli.gist import RULES
from streams.cli.reads import lead_id
from streams.cli.table import clock_time, table
from streams.cli.tried import tried
from streams.clients.store import fetch
from streams.engine.desks import Desks
from streams.settings import Store

LOOK_EVERY = 1 << 12
"""Events between two looks at the bar."""
EXAMPLES = 5
"""Of each kind of difference, the latest."""
DAY = click.DateTime(["%Y-%m-%d"])

_ENCODE = msgspec.json.Encoder().encode
_EVENTS, _RAISED = msgspec.json.Decoder(ReplayPage), msgspec.json.Decoder(RaisedPage)


class _Span(NamedTuple):
    """What is played: from the start of the warm-up, until, and whether history that was imported counts as live."""

    since: Millis
    until: Millis
    imported: bool


@click.command("replay")
@click.option("--from", "first", type=DAY, required=True, help="С какого дня (ГГГГ-ММ-ДД).")
@click.option("--to", "last", type=DAY, required=True, help="По какой день включительно.")
@click.option("--lead", "lead", callback=lambda *given: given[2] and lead_id(*given), help="Показать одного клиента.")
@click.option("--settings", "rules", type=click.Path(path_type=Path), help="Файл TOML с порогами поверх встроенных.")
@click.option("--imported", is_flag=True, help="Проиграть и загруженную историю, как будто она пришла в своё время.")
@click.option("--json", "as_json", is_flag=True, help="По строке JSON на оповещение: когда тогда и когда теперь.")
def replay_command(
    first: datetime, last: datetime, lead: str | None, rules: Path | None, imported: bool, as_json: bool
) -> None:
    """Что сказали бы эти пороги о прошедших днях: события из хранилища проигрываются заново, в памяти,
    и сравниваются с теми тревогами, о которых кураторов оповестили на самом деле. Ничего не отправляет и не меняет."""
    loaded = settings.load()  # first of all: days are cut in its zone
    begin, end = (max(0, local_day_of(day.date())) for day in (first, last))  # before 1970 there is nothing
    since, until = day_start(begin), day_start(end + 1)
    if since >= until:
        raise click.UsageError("--to раньше, чем --from")
    thresholds = tried(rules or loaded.pipeline.rules)
    span = _Span(since - DAYS_KEPT * DAY_MS, until, imported)
    desks = Desks(loaded.telegram, Cards(), Identities())  # who told the bot himself counts to the shared chat here
    rehearsal = Rehearsal(thresholds, ticked=False, curator=desks.desk)
    now = [
        Ring(line.lead_id, line.rule, line.ts, line.severity)
        for line in lines(rehearsal.play(_shown(span, _events(loaded.store, span))))
        if line.rings and line.ts >= since and lead in (None, line.lead_id)
    ]
    found = pairs(_raised(loaded.store, since, until, lead or ""), now)
    counted = rows(found)
    if as_json:
        out = click.get_binary_stream("stdout")
        out.writelines(_ENCODE(pair) + b"\n" for pair in found)
        out.write(_ENCODE({"summary": counted}) + b"\n")
        out.flush()
        return
    _show(found, counted)


def _events(store: Store, span: _Span) -> Iterator[tuple[Millis, Event]]:
    """The store's events with their times, a page in memory."""
    order = "ts" if span.imported else "appended"
    asked = {"since": max(0, span.since), "until": span.until, "order": order}
    following: str | None = ""
    while following is not None:
        page = fetch(store, f"/api/events?{urlencode(asked | {'after': following})}", _EVENTS.decode)
        for ts, raw in page.events:
            event = decode(bytes(raw))
            if isinstance(event, Rejected):
                click.echo(f"Событие в хранилище не читается и пропущено: {event.reason}", err=True)
                continue
            yield ts, msgspec.structs.replace(event, backfill=False) if span.imported and event.backfill else event
        following = page.next


def _raised(store: Store, since: Millis, until: Millis, lead: str) -> Iterator[Ring]:
    asked = {"since": max(0, since), "until": until, "lead": lead}
    following: str | None = ""
    while following is not None:
        page = fetch(store, f"/api/alerts/raised?{urlencode(asked | {'after': following})}", _RAISED.decode)
        yield from (Ring(alert.lead_id, alert.rule, alert.ts, alert.severity) for alert in page.alerts)
        following = page.next


def _shown(span: _Span, played: Iterable[tuple[Millis, Event]]) -> Iterator[tuple[Millis, Event]]:
    """The events, and a bar on stderr for a person: how far the time has come."""
    length = span.until - span.since
    with click.progressbar(
        length=length, label="Проигрываю", file=sys.stderr, width=30, hidden=not sys.stderr.isatty()
    ) as bar:
        for number, (ts, event) in enumerate(played):
            if not number % LOOK_EVERY:
                bar.update(max(0, ts - span.since - bar.pos))
            yield ts, event
        bar.update(length - bar.pos)


def _show(found: Sequence[Pair], counted: Sequence[Row]) -> None:
    if not found:
        click.echo("За эти дни не оповещали тогда и не оповестили бы теперь.")
        return
    head = ("Сигнал", "Оповещали тогда", "Оповестили бы теперь", "И тогда, и теперь", "Пропали бы", "Добавились бы")
    cells = [(_name(row.rule), row.then, row.now, row.both, row.gone, row.new) for row in counted]
    click.echo(table(head, cells))
    for title, side in (
        ("Пропали бы", [(pair.then, pair) for pair in found if pair.now is None]),
        ("Добавились бы", [(pair.now, pair) for pair in found if pair.then is None]),
    ):
        if side:
            latest = [(clock_time(ts or 0), pair.lead_id, _name(pair.rule)) for ts, pair in side[-EXAMPLES:]]
            click.echo(f"\n{title}, последние:\n{table(('Время', 'Клиент', 'Сигнал'), latest)}")


def _name(rule: str) -> str:
    return "всего" if rule == ALL else RULES.get(rule, rule)
