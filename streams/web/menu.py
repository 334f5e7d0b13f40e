"""The menu: who sees which screen is decided by the same question as who may open it."""

from typing import TYPE_CHECKING, Final, NamedTuple

from processors.access import Action

if TYPE_CHECKING:
    from streams.web.visit import Visit


class Item(NamedTuple):
    """A link of the menu, for whoever may do `action`."""

    path: str
    words: str
    action: Action


ITEMS: Final = (
    Item("/", "Клиенты", "view"),
    Item("/alerts", "Тревоги", "view"),
    Item("/inbox", "Разобрать", "link"),
    Item("/search", "Поиск", "view"),
    Item("/flow", "Поток", "flow"),
    Item("/privacy", "Персональные данные", "consents"),
    Item("/audit", "Кто что открывал", "audit_own"),
    Item("/admin/users", "Люди", "users"),
)


def menu_of(visit: "Visit") -> list[tuple[Item, bool]]:
    """The items of this user, each with whether it is the page that he is on."""
    path = visit.request.path
    return [(item, path == item.path) for item in ITEMS if visit.may(item.action)]
