"""Who in a room is who: what a name says, and what a person says of it."""

import pytest

from processors.answered import participant
from processors.candidates import Candidate
from processors.contact import link_key
from processors.identity import Identities
from processors.participants import InRoom
from schemas.sources import Identity

LEAD = "7"
CONTACTS = [
    Candidate("b24_contact:1", "Анна Петрова", "client", "закупки"),
    Candidate("b24_contact:2", "Олег Сидоров", "client"),
]
STAFF = {"5": "Олег Ким", "6": "Семёнова Мария Петровна", "8": "Вера"}


def known() -> Identities:
    """Three of ours."""
    table = Identities()
    for user, name in STAFF.items():
        table.apply(f"b24_user:{user}", Identity("b24_user", user, name=name))
    return table


def room(table: Identities | None = None, lead: str = LEAD) -> InRoom:
    """The client's meetings."""
    return InRoom(lead, known() if table is None else table, ("Переговорная", "Анна, склад"), "ООО «Ромашка»")


def say(table: Identities, in_room: str, lead: str = LEAD, **said: object) -> None:
    """A person's word on a name, as it comes from the topic."""
    client = participant(lead, in_room)
    table.apply(link_key(client), Identity(client.kind, client.value, confirmed_by="Ольга", confirmed_at=1, **said))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    (
        *("Олег Ким", "ким олег", "Oleg Kim", "Олег Ким (2)", "Олег Ким | склад"),
        *("Семенова  Мария Петровна", "Мария Семёнова", "Маша Семёнова", "переговорная", "Анна, склад", "АННА, СКЛАД"),
    ),
)
def test_sure_names_are_ours(name: str) -> None:
    assert room().is_ours(name)


@pytest.mark.parametrize(
    "name",
    ["Олег", "Вера", "О. Ким", "Анна", "", " ", "(2)", "Олег Кимов", "Ким", "Олег Ким (Ромашка)", "Олег Ким и Анна"],
)
def test_what_may_be_anybodys_is_not(name: str) -> None:
    """A first name alone, a part of a name, the client's firm beside it, two people, nothing: his words count."""
    assert not room().is_ours(name)


def test_a_person_says_who_it_is_and_takes_it_back() -> None:
    """In this client's meetings alone, whatever the case; with what he said the name is nobody else's."""
    table = known()
    say(table, "Олег", name="Олег Ким", side="staff", person="b24_user:5")
    assert room(table).is_ours("олег") and room(table).called("ОЛЕГ") == "Олег Ким"
    assert not room(table, "8").is_ours("Олег") and room(table, "8").called("Олег") == "Олег"
    told = room(table).told("Олег", CONTACTS)
    assert told.answer is not None and told.ours and told.candidates == []
    table.apply(link_key(participant(LEAD, "Олег")), None)
    assert not room(table).is_ours("Олег") and room(table).called("Олег") == "Олег"
    asked = room(table).told("Олег", CONTACTS)
    assert (asked.certainty, asked.reason) == ("unsure", "first")
    assert {one.person for one in asked.candidates} == {"b24_user:5", "b24_contact:2"}


def test_a_persons_word_goes_before_what_a_name_says() -> None:
    """He is called as our colleague and is the client's, or none of those who were asked about: he is not ours."""
    table = known()
    say(table, "Олег Ким", name="Олег Ким", side="client")
    say(table, "Мария Семёнова", refused=True)
    for name in ("Олег Ким", "Мария Семёнова"):
        assert room(table).is_theirs(name) and not room(table).is_ours(name) and room(table).called(name) == name
    assert not room(table).is_theirs("Вера")


def test_an_answer_stays_with_a_client_that_is_merged() -> None:
    table = known()
    say(table, "Аня", lead="9", name="Анна Петрова", side="client")
    table.apply("lead:9", Identity("lead", "9", LEAD))
    assert room(table).called("Аня") == "Анна Петрова" == room(table, "9").called("Аня")


def test_one_name_of_ours_and_of_the_clients_is_asked_about() -> None:
    told = room().told("Олег Ким", [*CONTACTS, Candidate("b24_contact:3", "Ким Олег", "client")])
    assert (told.certainty, told.reason, len(told.candidates)) == ("unsure", "several", 2)
    assert room().told("Переговорная", CONTACTS).certainty == "sure"
