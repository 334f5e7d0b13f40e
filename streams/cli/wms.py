"""`wms try MAPPING SAMPLE`: what a mapping makes of a sample, before anybody sends anything."""

from pathlib import Path

import click
import msgspec

from processors.days import live_in
from streams.cli.mapped_file import barred, told
from streams.engine.clock import wall_clock
from streams.loading import items_in, survey
from streams.settings.mappings import mapping_of
from streams.settings.partial import usable

SHOWN = 20
"""Events that a person is shown."""
MOST = 10_000
"""Events that a program gets."""

_PATH = click.Path(path_type=Path)


@click.group("wms")
def wms_command() -> None:
    """Склад: проверить разметку системы."""


@wms_command.command("try")
@click.argument("mapping", metavar="РАЗМЕТКА", type=_PATH)
@click.argument("sample", metavar="ОБРАЗЕЦ", type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы: готовые события и все ошибки.")
def try_command(mapping: Path, sample: Path, as_json: bool) -> None:
    """Показать, какие события получаются из ОБРАЗЦА (JSON, CSV, XLSX) по РАЗМЕТКЕ, и что не так.

    Ничего не отправляет и не требует настроек. Код выхода 1, если есть ошибки."""
    live_in(usable().days.zone)  # times are shown as everywhere else
    read = mapping_of(mapping)
    with items_in(sample, read) as items:
        found = survey(items, read, wall_clock(), MOST if as_json else SHOWN, barred("Читаю"))
        if as_json:
            said = {
                "events": found.first,
                "count": found.events,
                "passed": found.passed,
                "repeats": found.repeats,
                "old": found.old,
                "faults": found.faults,
                "notes": items.notes,
            }
            click.echo(msgspec.json.encode(said).decode())
        else:
            for note in items.notes:
                click.echo(note, err=True)
            click.echo(told(found, items.unit, everything=True))
    if found.faults:
        raise SystemExit(1)
