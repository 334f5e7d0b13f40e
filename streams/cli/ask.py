"""`ask`: a question about one client, answered from his history."""

import asyncio
from collections.abc import Sequence, Set
from datetime import date

import click
import msgspec

from processors.answers.ending import ending
from processors.answers.extract import who
from processors.days import local_time
from processors.russian.dates import place
from schemas.answers import EXTRACT, Claim, Counted, Done, Looking, Source, Sources, Stage, Words
from streams import settings
from streams.asking import Desk, StoreHistory, StoreQuestions, answer, asking, telling
from streams.cli.cards import cards_now
from streams.cli.reads import client, lead_id
from streams.cli.table import harmless
from streams.engine.clock import wall_clock
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
    click.echo("\n".join(_lines(told, local_time(wall_clock()).date())))


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


def _lines(told: Told, today: date) -> list[str]:
    """Each claim with its quote and the numbers of its sources, then what these are, then who answered."""
    lines = []
    for claim in told.claims:
        numbers = f" [{', '.join(map(str, claim.sources))}]" if claim.sources else ""
        quote = f"\n    «{harmless(claim.quote)}»" if claim.quote else ""
        mark = "• " if claim.sources else ""
        lines.append(f"{mark}{harmless(claim.text)}{numbers}{quote}")
    named = {number for claim in told.claims for number in claim.sources}
    said = {claim.text for claim in told.claims}
    cited = [(one.number, _place(one, today, said)) for one in told.sources if one.number in named]
    lines += ["", *(f"[{number}] {harmless(words)}" for number, words in cited if words)]
    return [*lines, ending(told.done)]


def _place(source: Source, today: date, said: Set[str]) -> str:
    """Where a source stands, without what a claim has said already."""
    match source:
        case Words(passage=passage):
            heard = f"запись {passage.recording_id}, {place(passage.at_ms)}" if passage.recording_id else ""
            words = [who(passage, today), heard]
        case Counted(text=text):
            words = [text]
    return ", ".join(part for part in words if part and part not in said)
