"""What the head is told of unusual reading. Pure. Telegram's HTML."""

from html import escape

from processors.privacy.reading import Noticed
from processors.russian.dates import clock, date, whose_clock
from processors.russian.plural import Forms, count

CLIENTS: Forms = ("клиента", "клиентов", "клиентов")
"""In the genitive: `данные 51 клиента`."""


def render_reading(noticed: Noticed) -> str:
    """Who, when, how many, and where to look."""
    who = f"<b>{escape(noticed.name or noticed.user, quote=False)}</b>"
    at = f"{date(noticed.at)} в {clock(noticed.at)} ({whose_clock()})"
    look = "Подробно: страница «Кто что открывал» или «leadpulse audit list»."
    if noticed.kind == "night":
        return f"🟡 Ночью открывали данные клиентов: {who}, {at}. Если это не работа, спросите.\n{look}"
    many = count(noticed.clients, CLIENTS)
    return f"🔴 За час открыли данные {many}: {who}, {at}. Если это не работа, спросите.\n{look}"
