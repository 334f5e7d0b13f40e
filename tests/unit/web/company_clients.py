"""Clients of the invented company, their curators, and who writes to it without being linked to a client."""

from collections.abc import Iterator

import msgspec

from schemas import events as ev
from schemas.cards import ClientCard
from schemas.codec import event_id
from schemas.sources import ClientRef, Unassigned

HOUR, DAY = 3_600_000, 86_400_000
LEAVES, CALM, NEW = "1001", "1002", "1003"
ANNA, MARIA = ev.Author("71", "Анна Лебедева"), ev.Author("3", "Ольга Петрова", client=False)

NAMES = (
    "ООО «Тёплые пледы»",
    "ИП Лебедева А. С.",
    "«Рюкзаки и сумки»",
    "ООО «Северный чай»",
    "ИП Громов",
    "«Детский мир книг»",
    "ООО «Посуда24»",
    "ИП Ким О. Р.",
    "«Велозапчасти»",
    "ООО «Косметика Лайт»",
    "ИП Седова",
    "ООО «Игрушки Урала»",
)
CURATORS = ("Ольга Петрова", "Пётр Другой", "Мария Седова")


def cards(now: int) -> Iterator[ClientCard]:
    """Twelve clients of three curators."""
    for number, name in enumerate(NAMES):
        mail, phone = f"client{number}@example.ru", f"+7916555{number:02}34"
        yield ClientCard(
            lead_id=str(1001 + number),
            source="bitrix:main",
            ts=now,
            name=name,
            responsible=CURATORS[number % 3],
            phones=[phone],
            mails=[mail],
            card=f"https://b24.example/crm/lead/details/{1001 + number}/",
        )


def unknown(now: int) -> Iterator[Unassigned]:
    """Two chats and a phone that nobody has linked."""
    chats = (("-1005551", "Пледы тёплые, склад", 6), ("-1005552", "Закупка мебели", 2))
    for chat, title, many in chats:
        for number in range(many):
            words = {"text": ("добрый день, по приёмке есть вопрос", "когда заберёте?")[number % 2]}
            message = {"message": {"chat": {"id": int(chat), "title": title}, "from": {"first_name": "Анна"}, **words}}
            raw = msgspec.Raw(msgspec.json.encode({"payload": message}))
            id_ = event_id("company", "unknown", chat, number)
            yield Unassigned(
                id_, now - number * HOUR, "telegram:main", ClientRef("tg_chat", chat), "source.telegram", raw
            )
    call = msgspec.Raw(
        msgspec.json.encode({"payload": {"kind": "activity", "fields": {"TYPE_ID": "2", "SUBJECT": "Вопрос о цене"}}})
    )
    phone = ClientRef("phone", "+79165551234")
    yield Unassigned(event_id("company", "phone"), now - 3 * HOUR, "bitrix:main", phone, "source.bitrix", call)
