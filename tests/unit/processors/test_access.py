"""Who may do what to whose client: the table as it is written, and what holds of every cell of it."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from processors.access import (
    MATRIX,
    OTHERS_TOO,
    ROLES,
    UNASSIGNED,
    Action,
    Owner,
    Person,
    may,
    may_at_all,
    owns,
    sees_all,
)

NAMES = st.sampled_from(["", "Ольга Петрова", "ольга  ПЕТРОВА", "Пётр Петров", "Петр Петров"])
CHATS = st.sampled_from([0, 7, 8])
PEOPLE = st.builds(Person, role=st.sampled_from(ROLES), name=NAMES, chat=CHATS, leads=st.sampled_from(["own", "all"]))
OWNERS = st.builds(Owner, name=NAMES, chat=CHATS, assigned=st.just(True)) | st.just(UNASSIGNED)
ACTIONS = st.sampled_from(get_args(Action))

MINE, OTHERS, NOBODYS = Owner("Ольга Петрова"), Owner("Пётр Петров"), Owner()
OLGA: dict[str, Person] = {role: Person(role=role, name="Ольга Петрова") for role in ROLES}

ALLOWED = {
    "viewer": {"view": "own", "audit_own": "all"},
    "curator": {
        **dict.fromkeys(("view", "contacts", "play", "write"), "own"),
        **dict.fromkeys(("approve_inside", "approve_outward", "erase_request", "consents"), "own"),
        **dict.fromkeys(("link", "alert"), "unassigned"),
        "audit_own": "all",
    },
    "head": dict.fromkeys(set(get_args(Action)) - {"payloads", "users", "definitions", "erase_execute"}, "all"),
    "admin": dict.fromkeys(
        {"view", "contacts", "play", "export", "flow", "payloads", "users", "definitions"}
        | {"audit_own", "audit", "erase_execute", "consents"},
        "all",
    ),
}
"""docs/page.md, "Кто что может", said once more the other way round."""


def test_the_table() -> None:
    """Every cell, and every empty one."""
    for role in ROLES:
        assert {action: cells[role] for action, cells in MATRIX.items() if role in cells} == ALLOWED[role]
    assert set(MATRIX) == set(get_args(Action))


def test_own_unassigned_and_others() -> None:
    """A curator: his own, what is nobody's yet where a chat is linked, never another's; nobody's client is no inbox."""
    curator = OLGA["curator"]
    assert may(curator, "write", MINE) and not may(curator, "write", OTHERS) and not may(curator, "write", NOBODYS)
    assert may(curator, "link", UNASSIGNED) and not may(curator, "link", OTHERS) and not may(curator, "link", NOBODYS)
    assert not may(curator, "write", UNASSIGNED) and not may(curator, "view", UNASSIGNED)
    wide = Person("curator", "Ольга Петрова", leads="all")
    assert may(wide, "view", OTHERS) and not may(wide, "write", OTHERS) and not may(wide, "contacts", OTHERS)


def test_two_admins_are_needed_to_erase() -> None:
    """Who confirms does not execute, and who executes does not confirm."""
    assert not [role for role in ROLES if {"erase_confirm", "erase_execute"} <= ALLOWED[role].keys()]


@given(PEOPLE, OWNERS)
def test_own_is_by_name_or_chat(user: Person, owner: Owner) -> None:
    """Never by an empty name or no chat: two nobodies are not the same."""
    if owns(user, owner):
        assert owner.assigned and (owner.name or owner.chat)
    if not owner.name and not owner.chat:
        assert not owns(user, owner)


@given(PEOPLE, ACTIONS, OWNERS)
def test_what_holds_of_every_answer(user: Person, action: Action, owner: Owner) -> None:
    """Allowed for somebody's client is allowed at all; a list that is not filtered has only what is allowed; a role
    without a cell may nothing; `leads = all` adds looking and takes nothing away."""
    answer = may(user, action, owner)
    assert not answer or may_at_all(user, action)
    assert not (sees_all(user, action) and owner.assigned) or answer
    if user.role not in MATRIX[action]:
        assert not answer
    narrow = Person(user.role, user.name, user.chat, "own")
    wide = Person(user.role, user.name, user.chat, "all")
    assert may(wide, action, owner) >= may(narrow, action, owner)
    if action not in OTHERS_TOO:
        assert may(wide, action, owner) == may(narrow, action, owner)


def test_an_unknown_action_is_not_allowed() -> None:
    """The table is an allow list."""
    assert not any(may(user, "delete_everything", MINE) for user in OLGA.values())  # type: ignore[arg-type]
