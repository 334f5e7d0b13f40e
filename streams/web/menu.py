"""The menu: who sees which screen is decided by the same question as who may open it."""

from typing import TYPE_CHECKING, Final, NamedTuple

from processors.access import Action
from streams.web.command_queue import waiting

if TYPE_CHECKING:
    from streams.web.visit import Visit


class Item(NamedTuple):
    """A link of the menu, for whoever may do `action`."""

    path: str
    words: str
    action: Action


COMMANDS: Final = "/commands"
ITEMS: Final = (
    Item("/", "Клиенты", "view"),
    Item("/alerts", "Тревоги", "view"),
    Item("/inbox", "Разобрать", "link"),
    Item(COMMANDS, "Команды", "view"),
    Item("/assistant", "Помощник", "approve_inside"),
    Item("/search", "Поиск", "view"),
    Item("/flow", "Поток", "flow"),
    Item("/privacy", "Персональные данные", "consents"),
    Item("/audit", "Кто что открывал", "audit_own"),
    Item("/admin/users", "Люди", "users"),
)


def menu_of(visit: "Visit") -> list[tuple[Item, bool]]:
    """The items of this user, each with whether it is the page that he is on."""
    path = visit.request.path
    return [(_counted(visit, item), path == item.path) for item in ITEMS if visit.may(item.action)]


def _counted(visit: "Visit", item: Item) -> Item:
    """With what waits behind it."""
    number = waiting(visit) if item.path == COMMANDS else 0
    return item._replace(words=f"{item.words}\u00a0{number}") if number else item
