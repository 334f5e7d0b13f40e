"""`init`: from questions, or from flags, to a `leadpulse.toml` that works."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click

from schemas.errors import LeadpulseError, Refused
from streams import settings
from streams.cli import init_verify as verify
from streams.cli.bot import Api
from streams.cli.init_ask import ask_all
from streams.cli.init_file import BEFORE, BOT, FOLDER, Answers, write
from streams.engine.command_world import origin_of
from streams.settings import FILE, Settings
from streams.settings.partial import usable

LOCAL = origin_of(Settings())
FROM_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("init")
@click.option("--public-url", default="", help="Внешний адрес этой установки: https://имя.")
@click.option("--page/--no-page", default=True, help="Нужна ли сотрудникам страница; обычно нужна.")
@click.option("--web-bot", "bot", default="", help="Имя бота, через которого входят на страницу.")
@click.option("--admin", default="", help="Первый администратор страницы: имя и фамилия.")
@click.option("--admin-telegram", type=click.IntRange(0), default=0, help="Его номер в Telegram, для входа через бота.")
@click.option("--telegram-token-file", type=FROM_FILE, help="Файл с токеном бота.")
@click.option(
    "--telegram-webhook",
    is_flag=True,
    help="Сообщения приходят на вебхук; без этого шлюз спрашивает Telegram сам, и внешний адрес не нужен.",
)
@click.option("--curator-chat", type=int, default=0, help="Номер чата кураторов.")
@click.option("--report-chat", type=int, default=0, help="Номер чата ежедневного отчёта.")
@click.option("--ops-chat", type=int, default=0, help="Номер чата эксплуатации.")
@click.option("--staff", type=int, multiple=True, help="Номер сотрудника в Telegram; можно несколько раз.")
@click.option("--bitrix-webhook-file", type=FROM_FILE, help="Файл с адресом вебхука Битрикс24.")
@click.option("--speechkit-key-file", type=FROM_FILE, help="Файл с ключом SpeechKit.")
@click.option("--wms", multiple=True, help="Имя системы склада: для неё создаётся токен; можно несколько раз.")
@click.option("--recordings", default="", help="Папка записей встреч.")
@click.option("--vosk-model", default="", help="Папка модели Vosk.")
@click.option("--notified-on", default="", help="День уведомления Роскомнадзора о передаче за рубеж: 2026-11-02.")
@click.option("--allowed-from", default="", help="С какого дня модель за рубежом может получать слова: 2026-11-17.")
@click.option("--no-input", is_flag=True, help="Ничего не спрашивать: взять только то, что указано в команде.")
@click.option("--force", is_flag=True, help=f"Заменить {FILE}; прежний останется как {BEFORE}.")
def init_command(
    telegram_token_file: Path | None,
    bitrix_webhook_file: Path | None,
    speechkit_key_file: Path | None,
    staff: tuple[int, ...],
    wms: tuple[str, ...],
    no_input: bool,
    force: bool,
    **plain: object,
) -> None:
    """Составить leadpulse.toml: вопросы по порядку, каждый ответ проверяется сразу.

    Секреты не передаются в командной строке, только в файлах; они ложатся в папку secrets, доступную только владельцу.
    """
    _may_write(no_input, force)
    answers = Answers(staff=list(staff), wms=list(wms), **plain)  # type: ignore[arg-type]  # click's own types
    loaded = usable()
    files = {
        "telegram_token": telegram_token_file,
        "bitrix_webhook": bitrix_webhook_file,
        "speechkit_key": speechkit_key_file,
    }
    faults = [*_read(answers, files), *_given_faults(loaded, answers)]
    if faults:
        raise Refused("ничего не записано:\n" + "\n".join(f"  - {fault}" for fault in faults))
    _written(answers if no_input else ask_all(loaded, answers))


def _may_write(no_input: bool, force: bool) -> None:
    there = [name for name in (FILE, str(FOLDER)) if Path(name).exists()]
    if not there or force:
        return
    question = f"Уже есть: {', '.join(there)}. Заменить? Прежние настройки останутся рядом как {BEFORE}."
    if no_input or not click.confirm(question, default=False):
        raise Refused(f"уже есть: {', '.join(there)}; ничего не изменено")


def _read(answers: Answers, files: dict[str, Path | None]) -> Iterator[str]:
    for name, file in files.items():
        if file is not None:
            try:
                setattr(answers, name, verify.secret_in(file))
            except Refused as error:
                yield str(error)


def _given_faults(loaded: Settings, answers: Answers) -> Iterator[str]:
    """What is wrong with the flags: all of it at once."""
    api, token = Api.of(loaded.telegram), answers.telegram_token
    looks: list[Callable[[], object]] = [partial(verify.wms_name, name) for name in answers.wms]
    looks.append(partial(verify.public_url, answers.public_url))
    looks += [partial(verify.bot_login, answers.bot), partial(verify.admin_name, answers.admin)]
    looks += [partial(verify.day, day) for day in (answers.notified_on, answers.allowed_from) if day]
    if answers.notified_on and answers.allowed_from:
        looks.append(partial(verify.day_after, answers.notified_on, answers.allowed_from))
    if token:
        looks.append(partial(verify.bot_name, api, token))
        chats = dict.fromkeys((answers.curator_chat, answers.report_chat, answers.ops_chat))
        looks += [partial(verify.chat_title, api, token, chat) for chat in chats if chat]
    if answers.bitrix_webhook:
        looks.append(partial(verify.bitrix_user, answers.bitrix_webhook))
    if answers.speechkit_key:
        looks.append(partial(verify.speechkit_key, loaded, answers.speechkit_key))
    for look in looks:
        try:
            look()
        except LeadpulseError as error:
            yield str(error)


def _written(answers: Answers) -> None:
    files = write(answers)
    settings.load()
    click.echo("Записано, доступно только владельцу:")
    for file in files:
        click.echo(f"  {file}")
    host = answers.public_url or "https://<ваш адрес>"
    for name in answers.wms:
        click.echo(f"Система {name}: POST {host}/hooks/wms/{name}, токен — в {FOLDER / f'wms-{name}'}")
    if answers.hooked:
        word = FOLDER / f"telegram-{BOT}-webhook"
        click.echo(f"Telegram: вызовите setWebhook с url={host}/hooks/telegram/{BOT}, secret_token — в {word}")
    click.echo("Дальше: leadpulse check, затем leadpulse up")
    if answers.page and answers.admin:
        click.echo(f'Страница: {answers.public_url or LOCAL}; первый вход — leadpulse web link "{answers.admin}"')
    elif answers.page:
        click.echo("Страница: откройте её первому человеку, leadpulse web add ИМЯ --role admin")
