"""`identity merge|unmerge`: two leads that are one client (doubles, a lead that was entered anew)."""

import asyncio
import getpass

import click

from processors.cards import HAND, Cards
from processors.contact import KINDS
from processors.identity import Identities
from processors.russian.plural import Forms, count
from schemas.errors import Refused
from schemas.sources import Identity
from streams import settings
from streams.cli.cards import called, read
from streams.cli.links import linked, write
from streams.cli.reads import lead_id
from streams.cli.table import table
from streams.engine.clock import wall_clock
from streams.settings import Kafka

GO: Forms = ("привязка", "привязки", "привязок")
LONGEST_NAME = 200
MOST_ROWS = 30
"""Links that are shown before it is asked."""


@click.command("merge")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.argument("into", metavar="В_ЛИД", callback=lead_id)
@click.option("--by", default=getpass.getuser, show_default=False, help="Кто подтвердил; без этого — имя входа.")
@click.option("--yes", is_flag=True, help="Не переспрашивать.")
def merge_command(lead: str, into: str, by: str, yes: bool) -> None:
    """Объединить два лида одного клиента: всё, что было и будет у ЛИДа, принадлежит лиду В_ЛИД.

    Привязки ЛИДа остаются его привязками, поэтому `unmerge` возвращает всё, как было."""
    kafka = settings.load().kafka
    links, known, cards = asyncio.run(_read(kafka))
    if lead == into:
        raise Refused("это один и тот же лид")
    if (now := known.merged(lead)) != lead:
        raise Refused(f"лид {lead} уже объединён с лидом {now}; разъединить: leadpulse identity unmerge {lead}")
    if known.merged(into) != into:
        raise Refused(f"лид {into} сам объединён с лидом {known.merged(into)}: объединяйте с ним")
    names = set(known.names(lead)) - {f"lead:{lead}"}
    click.echo(f"Лид {called(lead, cards)} станет частью клиента {called(into, cards)}.")
    click.echo(
        f"К лиду {into} переходят вся история лида {lead} — сообщения, встречи, звонки, склад, CRM — и "
        f"{count(len(names), GO)}; тревоги лида {lead} закрываются."
    )
    shown = [(KINDS.get(one.kind, "объединённый лид"), one.value) for key, one in sorted(links.items()) if key in names]
    if shown:
        click.echo(table(("Привязка", "Значение"), shown[:MOST_ROWS]))
    if len(shown) > MOST_ROWS:
        click.echo(f"и ещё {len(shown) - MOST_ROWS}")
    if not yes:
        click.confirm("Объединить?", abort=True)
    link = Identity("lead", lead, into, by[:LONGEST_NAME], source=HAND, confirmed_at=wall_clock())
    asyncio.run(write(kafka, f"lead:{lead}", link))
    click.echo(f"Лид {called(lead, cards)} объединён с лидом {called(into, cards)}.")
    click.echo(f"Вернуть, как было: leadpulse identity unmerge {lead}")


@click.command("unmerge")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.option("--by", default=getpass.getuser, show_default=False, help="Кто разъединил; без этого — имя входа.")
def unmerge_command(lead: str, by: str) -> None:
    """Разъединить: ЛИД снова сам по себе, со своими привязками и всей своей историей."""
    kafka = settings.load().kafka
    links, _, cards = asyncio.run(_read(kafka))
    merged = links.get(f"lead:{lead}")
    if merged is None or merged.refused:
        raise Refused(f"лид {lead} ни с кем не объединён")
    ended = Identity("lead", lead, confirmed_by=by[:LONGEST_NAME], source=HAND, confirmed_at=wall_clock(), refused=True)
    asyncio.run(write(kafka, f"lead:{lead}", ended))
    click.echo(f"Лид {called(lead, cards)} снова сам по себе.")
    click.echo(f"Его история возвращается от лида {called(merged.lead_id or '', cards)}.")


async def _read(kafka: Kafka) -> tuple[dict[str, Identity], Identities, Cards]:
    links, known = await linked(kafka)
    return links, known, await read(kafka)
