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
    "view": "открыл",
    "play": "слушал запись",
    "search": "искал",
    "ask": "спрашивал",
    "export": "выгрузил",
    "note": "написал заметку",
    "correct": "исправил карточку",
    "alert": "ответил на тревогу",
    "link": "привязал",
    "approve": "решил о команде",
    "erase": "удаление данных",
    "consent": "изменил согласие",
    "users": "изменил людей",
    "key": "изменил ключ устройства",
    "audit": "смотрел журнал",
    "payload": "смотрел содержимое записи",
    "login": "вошёл",
    "logout": "вышел",
    "refused": "отказано",
}

BY_LINK: Final = "вход по разовой ссылке"
BY_BOT: Final = "вход через Telegram"
BY_KEY: Final = "вход ключом устройства"
"""What the access log calls a login, or one that failed."""
