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
    name = f"«{telegram(cut(title, LONGEST_NAME))}»" if line(title) else f"{telegram(chat_id)} (без названия)"
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


def render_answered(asked: str, answer: str, who: str) -> Rendered:
    """The question without its buttons: what was asked, what came of it (HTML), and who said so."""
    said = "\n".join(map(telegram, asked.removeprefix(ASKED[0]).partition("\n\n")[0].split("\n")))
    return Rendered(f"✅ {said}\n\n{answer}\nОтвет: {telegram(cut(who, LONGEST_NAME))}")
