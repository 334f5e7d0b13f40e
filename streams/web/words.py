"""Words of the page that stand in several screens."""

from collections.abc import Mapping
from typing import Final

from schemas.people import Deed, Role

ROLES: Final[Mapping[Role, str]] = {
    "viewer": "наблюдатель",
    "curator": "куратор",
    "head": "руководитель",
    "admin": "администратор",
}
DEEDS: Final[Mapping[Deed, str]] = {
    "view": "просмотр",
    "play": "прослушивание записи",
    "search": "поиск",
    "ask": "вопрос о клиенте",
    "export": "выгрузка",
    "note": "заметка",
    "correct": "правка карточки",
    "alert": "ответ на тревогу",
    "link": "привязка",
    "approve": "решение о команде",
    "erase": "удаление данных",
    "consent": "правка согласий",
    "users": "люди и роли",
    "key": "ключ устройства",
    "audit": "журнал доступа",
    "payload": "содержимое записей",
    "login": "вход",
    "logout": "выход",
    "refused": "отказ",
}
"""What was done, as nouns: they fit whoever did it, a man or a woman."""

BY_LINK: Final = "вход по разовой ссылке"
BY_BOT: Final = "вход через Telegram"
BY_KEY: Final = "вход ключом устройства"
"""What the access log calls a login, or one that failed."""
