"""What `check` says of language models and of the outlets: nothing of what is not set up."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from http.client import HTTPException

from alerting.consents import CLOSED
from processors.days import zone
from processors.privacy.transfer import closed
from schemas.errors import LeadpulseError, Transient
from streams.clients.store import OPENER
from streams.settings import Settings

RIGHTS = {"crm": "crm", "user": "user", "voximplant": "telephony", "disk": "disk"}
"""Of a webhook, by the first word of a method (b24restdocs, `scopes`)."""
TIMEOUT = 10.0
"""Seconds that one question may take."""


def llm_faults(loaded: Settings) -> list[str]:
    """Where words leave the house there is a key, and somebody answers at the address. Roles are checked when settings
    are read.

    No model is asked: a question costs money.
    """
    faults = []
    for name, model in loaded.llm.models.items():
        if not _listens(model.base_url):
            faults.append(f"llm.models.{name}.base_url: по адресу {model.base_url} никто не отвечает")
        key = model.api_key.get_secret_value()
        if model.external and not key:
            faults.append(f"llm.models.{name}.api_key: ключ не указан")
        if key != key.strip():
            faults.append(f"llm.models.{name}.api_key: в начале или в конце ключа пробел или перевод строки")
    return faults


def llm_warnings(loaded: Settings) -> list[str]:
    """Which models get no word, and why: those abroad before the dates of the notification."""
    today = datetime.now(zone()).date()
    found = []
    for name, model in loaded.llm.models.items():
        why = closed(model.country, loaded.transfer.notification, today) if model.external else None
        if why:
            found.append(
                f"llm.models.{name}: {CLOSED[why]}. Пока эта модель не получает ничего, её работу делают правила"
            )
    return found


def bitrix_faults(loaded: Settings) -> list[str]:
    """The webhook answers, and has the rights to read where that is asked for. No message names its code, which stands
    in the URL."""
    bitrix = loaded.bitrix
    if not bitrix.enabled:
        return ["bitrix.webhook: не указан, а bitrix.read включено"] if bitrix.read else []
    from streams.notify.crm.calls import NEEDED as FOR_CALLS
    from streams.notify.crm.doubles import BY_CONTACT
    from streams.notify.crm.portal import NEEDED as FOR_CRM
    from streams.notify.outlets.bitrix_client import BitrixApi

    async def ask() -> None:
        api = BitrixApi(loaded.bitrix)
        try:
            await api.call("crm.timeline.comment.fields", {})
            if bitrix.read:
                needed = [*FOR_CRM, *(FOR_CALLS if bitrix.calls else ()), *((BY_CONTACT,) if bitrix.doubles else ())]
                told = await api.batch({str(n): ("method.get", {"name": name}) for n, name in enumerate(needed)})
                missing.extend(name for n, name in enumerate(needed) if not _is_available(told[str(n)]))
        finally:
            await api.close()

    missing: list[str] = []
    faults = _asked("Битрикс24", ask())
    if missing:
        rights = dict.fromkeys(RIGHTS[name.partition(".")[0]] for name in missing)
        faults.append(f"вебхуку Битрикс24 недоступны методы {', '.join(missing)}: дайте ему права {', '.join(rights)}")
    token = loaded.gateway.bitrix_token
    if bitrix.read and not (token and token.get_secret_value()):
        faults.append(
            "gateway.bitrix_token: не указан, исходящий вебхук никого не впускает: изменения приходят только "
            "сверкой, раз в bitrix.read_every секунд"
        )
    return faults


def _is_available(told: object) -> bool:
    """By `method.get`; where it is refused nobody knows, and the method itself will tell."""
    return not isinstance(told, dict) or bool(told.get("isAvailable"))


def notebook_faults(loaded: Settings) -> list[str]:
    """Open Notebook answers, and takes the password."""
    if not loaded.notebook.enabled:
        return []
    from streams.notify.outlets.notebook_client import OpenNotebook

    async def ask() -> None:
        api = OpenNotebook(loaded.notebook)
        try:
            await api.books()
        finally:
            await api.close()

    faults = _asked("Open Notebook", ask())
    if not loaded.notebook.password.get_secret_value():
        faults.append("notebook.password не указан: Open Notebook без пароля открыт каждому, кто его видит")
    return faults


def webhook_faults(loaded: Settings) -> list[str]:
    """There is a secret, and somebody listens. No event is sent."""
    if not loaded.webhooks.enabled:
        return []
    faults = [] if loaded.webhooks.secret.get_secret_value() else ["webhooks.secret: ключ подписи не указан"]
    if not _listens("/".join(loaded.webhooks.url.split("/", 3)[:3])):
        faults.append("n8n не отвечает: проверьте webhooks.url")
    return faults


def mail_faults(loaded: Settings) -> list[str]:
    """The server lets us in, and there is somebody to write to. No letter is sent."""
    mail = loaded.mail
    if not mail.enabled:
        return []
    from streams.notify.mail.smtp import Post

    faults = [] if mail.sender or mail.username else ["mail.sender: не указано, от кого письма"]
    if not mail.head and not mail.chats:
        faults.append("mail.head: не указан ни один адрес (mail.head, mail.chats), тревоги почтой не уйдут")
    if mail.security == "none" and mail.username:
        faults.append("mail.security: пароль уходит без шифрования; нужно starttls или tls")
    return faults + _asked(f"почта ({mail.server}:{mail.port}, раздел [mail])", Post(mail).greet())


def _listens(url: str) -> bool:
    """Whether an HTTP server is there; any answer will do, nothing is sent."""
    try:
        OPENER.open(url, timeout=TIMEOUT).close()
    except (OSError, ValueError, HTTPException) as error:
        return hasattr(error, "code")
    return True


def _asked(name: str, question: Awaitable[None]) -> list[str]:
    async def within() -> None:
        async with asyncio.timeout(TIMEOUT):
            await question

    try:
        asyncio.run(within())
    except TimeoutError:
        return [f"{name} не отвечает за {TIMEOUT:g} с"]
    except Transient as error:
        return [f"{name} не отвечает или не впускает нас ({error})"]
    except LeadpulseError as error:
        return [f"{name} отказывает: {error}"]
    return []
