"""`migrate`."""

import fcntl
from pathlib import Path

import click

from schemas.errors import Refused
from streams import settings
from streams.store.clickhouse import prepare


@click.command("migrate")
def migrate_command() -> None:
    """Создать или обновить таблицы. Процесс store делает это и сам, при каждом запуске."""
    loaded = settings.load()
    store = loaded.store
    if store.backend == "chdb" and is_held(store.folder):
        raise Refused(
            f"папка {store.folder} занята: её открыл работающий `leadpulse worker store`. "
            "Таблицы он обновляет сам при запуске: перезапустите его"
        )
    done = prepare(store, retention=loaded.retention)
    for name in done:
        click.echo(f"применена  {name}")
    if not done:
        click.echo("таблицы уже в порядке")


def is_held(folder: Path) -> bool:
    """Whether another process has opened this chDB folder: ClickHouse holds an flock on its file `status`.

    Asked before opening, because chDB tells this fault on stderr only; its exception looks like a broken folder.
    """
    try:
        status = (folder / "status").open("rb")
    except FileNotFoundError:
        return False
    with status:
        try:
            fcntl.flock(status, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
