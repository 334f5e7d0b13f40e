"""The questions of `init`, one after the other, each until the answer is right or left out."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import click

from schemas.errors import Refused, Transient
from streams.cli import init_verify as verify
from streams.cli.bot import Api
from streams.cli.init_file import Answers
from streams.settings import Settings

T = TypeVar("T")


def ask_all(loaded: Settings, answers: Answers) -> Answers:
    """Fill in what the flags left open."""
    click.echo("Вопросы по порядку; Enter — пропустить вопрос. Секреты при вводе не видны.\n")
    if not answers.telegram_token:
        _telegram(Api.of(loaded.telegram), answers)
    if not answers.bitrix_webhook:
        answers.bitrix_webhook = _until_right(
            "Вебхук Битрикс24 (https://…/rest/…)", verify.bitrix_user, lambda user: f"вебхук пользователя {user}"
        )
    if not answers.speechkit_key:
        answers.speechkit_key = _until_right(
            "Ключ SpeechKit", lambda key: verify.speechkit_key(loaded, key), lambda _: "ключ принят"
        )
    if not answers.wms:
        _systems(answers)
    if not answers.public_url:
        _public_url(answers)
    if answers.page:
        _page(Api.of(loaded.telegram), answers)
    if not answers.recordings:
        answers.recordings = click.prompt("Папка записей встреч (общее хранилище)", str(loaded.speech.recordings))
        _note(verify.recordings_faults(answers.recordings))
    if not answers.vosk_model:
        answers.vosk_model = click.prompt("Папка модели Vosk", str(loaded.speech.vosk_model))
        _note(verify.model_faults(answers.vosk_model))
    if not answers.notified_on:
        _transfer(answers)
    return answers


def _transfer(answers: Answers) -> None:
    """The dates from which a model abroad may get words; without them it gets none."""
    click.echo("Модель за рубежом (например, GLM) получает слова клиентов только после уведомления Роскомнадзора.")
    answers.notified_on = _day("День, когда подано уведомление (ГГГГ-ММ-ДД)", verify.day)
    if not answers.notified_on:
        return
    answers.allowed_from = _day("С какого дня передавать можно", partial(verify.day_after, answers.notified_on))


def _day(question: str, check: Callable[[str], None]) -> str:
    """A date; empty when it is left out."""
    while said := str(click.prompt(question, "", show_default=False)).strip():
        if _right(partial(check, said)):
            return said
    return ""


def _public_url(answers: Answers) -> None:
    question = "Внешний адрес (https://имя): по нему открывают страницу и присылают события"
    while url := click.prompt(question, "", show_default=False).strip().rstrip("/"):
        if _right(partial(verify.public_url, url)):
            answers.public_url = url
            return


def _page(api: Api, answers: Answers) -> None:
    """Whether people want the page, how they get in, and who is let in first."""
    answers.page = click.confirm("Нужна ли сотрудникам страница: клиенты, история, тревоги?", default=True)
    if not answers.page:
        return
    if not answers.public_url:
        click.echo("  ! без внешнего адреса страница открывается только на этой машине")
    if answers.telegram_token and not answers.bot:
        _bot(api, answers)
    while not answers.admin:
        name = " ".join(click.prompt("Первый администратор: имя и фамилия", "", show_default=False).split())
        if not name:
            return
        if _right(partial(verify.admin_name, name)):
            answers.admin = name
    if answers.bot and not answers.admin_telegram:
        known = answers.staff[0] if len(answers.staff) == 1 else 0
        question = "Его номер в Telegram, для входа через бота (0 — без бота)"
        answers.admin_telegram = click.prompt(question, known, type=click.IntRange(0))


def _bot(api: Api, answers: Answers) -> None:
    try:
        name = verify.bot_name(api, answers.telegram_token)
    except (Refused, Transient) as error:
        click.echo(f"  ✗ {error}")
        return
    if click.confirm(f"Входить на страницу через бота {name}?", default=True):
        answers.bot = name.removeprefix("@")


def _systems(answers: Answers) -> None:
    while name := click.prompt("Имя системы склада, например moysklad", "", show_default=False):
        if _right(partial(verify.wms_name, name)) and name not in answers.wms:
            answers.wms.append(name)


def _telegram(api: Api, answers: Answers) -> None:
    answers.telegram_token = _until_right(
        "Токен бота Telegram (от @BotFather)", lambda token: verify.bot_name(api, token), lambda name: f"бот {name}"
    )
    if not answers.telegram_token:
        return
    _keep_webhook(api, answers)
    answers.curator_chat = answers.curator_chat or _chat(api, answers, "Чат кураторов")
    same = "Отчёт и сообщения для эксплуатации — в тот же чат?"
    if not answers.curator_chat or click.confirm(same, default=True):
        return
    answers.report_chat = answers.report_chat or _chat(api, answers, "Чат ежедневного отчёта")
    answers.ops_chat = answers.ops_chat or _chat(api, answers, "Чат эксплуатации")


def _keep_webhook(api: Api, answers: Answers) -> None:
    """A bot whose updates are sent somewhere gives none to those who ask."""
    try:
        there = not answers.telegram_webhook and verify.has_webhook(api, answers.telegram_token)
    except (Refused, Transient) as error:
        click.echo(f"  ✗ {error}")
        return
    if there:
        answers.telegram_webhook = click.confirm("  У бота есть вебхук. Получать сообщения через него?", default=True)
    if there and not answers.telegram_webhook:
        click.echo("  ! Снимите его (deleteWebhook): пока он есть, Telegram не отдаёт сообщения тому, кто спрашивает")


def _chat(api: Api, answers: Answers, what: str) -> int:
    """A chat where somebody has just written, or whose number is given; 0 when it is left out."""
    token = answers.telegram_token
    click.echo(f"{what}: добавьте туда бота и напишите там любое сообщение, например /start.")
    while True:
        said = click.prompt("Написали — нажмите Enter; можно ввести номер чата или «нет»", "", show_default=False)
        if said.lower() in ("нет", "н", "no"):
            return 0
        try:
            if said:
                return _number(api, token, said)
            heard = verify.last_heard(api, token)
        except (Refused, Transient) as error:
            click.echo(f"  ✗ {error}")
            continue
        if heard is None:
            click.echo("  ✗ бот не видит сообщений. В группе сделайте его администратором или выключите /setprivacy")
        elif click.confirm(f"  «{heard.title}» ({heard.chat}) — этот чат?", default=True):
            if heard.user not in answers.staff and click.confirm(f"  {heard.name} ({heard.user}) — сотрудник?", True):
                answers.staff.append(heard.user)
            return heard.chat


def _number(api: Api, token: str, said: str) -> int:
    try:
        chat = int(said)
    except ValueError:
        raise Refused("номер чата — целое число, у групп с минусом") from None
    click.echo(f"  ✓ чат «{verify.chat_title(api, token, chat)}»")
    return chat


def _until_right(question: str, check: Callable[[str], T], good: Callable[[T], str]) -> str:
    """A secret; empty when it is left out."""
    while True:
        answer: str = click.prompt(question, "", hide_input=True, show_default=False).strip()
        if not answer:
            return ""
        try:
            click.echo(f"  ✓ {good(check(answer))}")
        except (Refused, Transient) as error:
            click.echo(f"  ✗ {error}")
        else:
            return answer


def _note(faults: list[str]) -> None:
    """What may be put in place later is said, and not asked again."""
    for fault in faults:
        click.echo(f"  ! {fault}")


def _right(check: Callable[[], None]) -> bool:
    try:
        check()
    except Refused as error:
        click.echo(f"  ✗ {error}")
        return False
    return True
