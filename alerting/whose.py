"""The question whose a chat is, with the clients that are called like it, and the same once it is answered. Pure.
Telegram's HTML.
"""

from collections.abc import Sequence

from alerting.clients import LONGEST_NAME, Client
from alerting.foreign import cut, line, telegram
from alerting.render import Button, Rendered
from processors.asked_chats import ASKED
from schemas.callback import encode_whose

LONGEST_LABEL = 40
"""Characters of a button: a phone shows about so many."""


def render_whose(chat_id: str, title: str, said: str, likely: Sequence[Client]) -> Rendered:
    """A chat with somebody whom nobody has linked: what was said in it last, and who it may be. One without a title is
    told by its number, or two of them could not be told apart."""
    name = _called(chat_id, title)
    mark, question, end = ASKED
    lines = [f"{mark}<b>{question}{name}{end}</b>"]
    lines += [telegram(said)] if line(said) else []
    if likely:
        lines += ["", "Похожие клиенты — на кнопках. Если это другой, напишите в самом чате: /link и номер клиента."]
    else:
        lines += ["", "Похожих имён нет. Напишите в самом чате: /link и номер клиента."]
    rows = [
        (Button(cut(f"{one.number} {one.name}", LONGEST_LABEL), encode_whose(one.number, chat_id)),) for one in likely
    ]
    return Rendered("\n".join(lines), tuple(rows))


def render_whose_settled(chat_id: str, title: str, client: Client | None, who: str) -> Rendered:
    """The same once it was answered elsewhere: whose it is; with nobody, that it is no client's."""
    _, question, end = ASKED
    said = "Это не чат клиента." if client is None else f"Чат привязан к клиенту {client.short()}."
    return render_settled(f"{question}{_called(chat_id, title)}{end}", said, who)


def key_of_chat(chat_id: str) -> str:
    """Of the question in the outbox: it is asked once."""
    return f"whose:{chat_id}"


def render_settled(asked: str, answer: str, who: str) -> Rendered:
    """A question without its buttons: what was asked and what came of it (HTML), and who said so, where that is
    known."""
    by = f"\nОтвет: {telegram(cut(who, LONGEST_NAME))}" if who else ""
    return Rendered(f"✅ {asked}\n\n{answer}{by}")


def render_answered(asked: str, answer: str, who: str) -> Rendered:
    """The question without its buttons: what was asked, what came of it (HTML), and who said so."""
    said = "\n".join(map(telegram, asked.removeprefix(ASKED[0]).partition("\n\n")[0].split("\n")))
    return render_settled(said, answer, who)


def _called(chat_id: str, title: str) -> str:
    return f"«{telegram(cut(title, LONGEST_NAME))}»" if line(title) else f"{telegram(chat_id)} (без названия)"
