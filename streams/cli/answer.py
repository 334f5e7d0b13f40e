"""`ask`: a question about one client, answered from his history."""

import asyncio
from collections.abc import Sequence

import click
import msgspec

from processors.russian.dates import place
from schemas.answers import EXTRACT, Claim, Done, Looking, Source, Sources, Stage, Words
from streams import settings
from streams.asking import Desk, StoreHistory, StoreQuestions, answer, asking, telling
from streams.cli.ask import client, lead_id
from streams.cli.cards import cards_now
from streams.cli.table import harmless
from streams.settings import Settings


class Told(msgspec.Struct):
    """An answer as one object, for programs."""

    lead_id: str
    question: str
    claims: list[Claim]
    sources: list[Source]
    looked: int
    done: Done


@click.command("ask")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.argument("question", metavar="ВОПРОС", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def ask_command(lead: str, question: tuple[str, ...], as_json: bool) -> None:
    """Ответить на ВОПРОС о клиенте ЛИД (номер лида в Битрикс24) по его истории: цифры и слова, с указанием откуда.

    Ответ составлен только из истории этого клиента; если в ней этого нет, так и сказано. Время местное."""
    loaded = settings.load()
    stages = asyncio.run(_stages(loaded, lead, " ".join(question)))
    told = _told(lead, " ".join(question), stages)
    if as_json:
        click.echo(msgspec.json.encode(told))
        return
    click.echo(f"Клиент {client(cards_now(loaded), lead)}\n")
    click.echo("\n".join(_lines(told)))


async def _stages(loaded: Settings, lead: str, question: str) -> list[Stage]:
    """All of them; what is being done is told on stderr."""
    found: list[Stage] = []
    from streams.cli.models import models

    async with models(loaded, lead) as gateway:
        desk = Desk(StoreHistory(asking(loaded.store)), gateway, StoreQuestions(telling(loaded.store)))
        async for stage in answer(desk, lead, question):
            if isinstance(stage, Looking):
                click.echo(f"{stage.text}…", err=True)
            found.append(stage)
    return found


def _told(lead: str, question: str, stages: Sequence[Stage]) -> Told:
    claims: list[Claim] = []
    sources: list[Source] = []
    looked, done = 0, Done(EXTRACT, 0.0)
    for stage in stages:
        match stage:
            case Sources():
                sources, looked = [*sources, *stage.sources], looked + stage.looked
            case Claim():
                claims.append(stage)
            case Done():
                done = stage
            case Looking():
                pass
    return Told(lead, question, claims, sources, looked, done)


def _lines(told: Told) -> list[str]:
    """Each claim with its quote and the numbers of its sources, then who answered."""
    lines = []
    for claim in told.claims:
        numbers = f" [{', '.join(map(str, claim.sources))}]" if claim.sources else ""
        quote = f"\n    «{harmless(claim.quote)}»" if claim.quote else ""
        mark = "• " if claim.sources else ""
        lines.append(f"{mark}{harmless(claim.text)}{numbers}{quote}")
    named = {number for claim in told.claims for number in claim.sources}
    cited = [one for one in told.sources if isinstance(one, Words) and one.number in named]
    heard = [(one.number, one.passage) for one in cited if one.passage.recording_id]
    lines += ["", *(f"[{number}] запись {passage.recording_id}, {place(passage.at_ms)}" for number, passage in heard)]
    how = "Без модели: вот что есть в истории." if told.done.engine == EXTRACT else f"Модель: {told.done.engine}."
    return [*lines, " ".join(filter(None, (told.done.note, how)))]
