"""What decisions about commands are made in, of tables that are kept up with."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from processors.access import UNASSIGNED, Owner
from schemas.cards import ClientCard
from schemas.codec import Codec
from schemas.errors import NotYet
from schemas.people import WebUser
from schemas.sources import Identity
from schemas.topics import CLIENTS, COMMAND_DEFS, IDENTITIES, WEB_USERS
from streams.engine.cards import KnownCards
from streams.engine.command_world import Surroundings
from streams.engine.identities import KnownIdentities
from streams.engine.process import Batch, Outcome
from streams.engine.reader import Reader
from streams.settings import Commands, Jitsi, Settings, Telegram

ANNA, OLGA, BOSS = 11, 22, 33


class EndsStandIn:
    """Says where the topics end."""

    def __init__(self) -> None:
        self.ends = dict.fromkeys((CLIENTS.name, IDENTITIES.name, WEB_USERS.name, COMMAND_DEFS.name), 0)

    async def ask(self, places: Any) -> dict[TopicPartition, int]:
        """As `Ends.ask`."""
        return {place: self.ends[place.topic] for place in places}


def surroundings(ends: EndsStandIn | None = None, **sections: Any) -> Surroundings:
    """Nothing is known yet."""
    settings = Settings(**sections)
    stand_in: Any = ends or EndsStandIn()
    cards = KnownCards(Reader(settings.kafka, CLIENTS))
    identities = KnownIdentities(Reader(settings.kafka, IDENTITIES), stand_in)
    return Surroundings(settings, cards, identities, stand_in)


def link(here: Surroundings, kind: str, value: str, **fields: Any) -> None:
    """A record of `identities`."""
    here._identities.identities.apply(f"{kind}:{value}", Identity(kind, value, **fields))


def card(here: Surroundings, lead: str, responsible: str) -> None:
    """A record of `clients`."""
    here._cards.cards.apply(f"{lead}/b", ClientCard(lead_id=lead, source="b", ts=1, responsible=responsible))


def user(here: Surroundings, **fields: Any) -> None:
    """A record of `web.users`."""
    one = WebUser(**fields)
    here.users.put(SimpleNamespace(key=one.user_id.encode(), value=Codec(WebUser).encode(one), offset=0))  # type: ignore[arg-type]


def test_whose_a_client_is() -> None:
    """By his card and by the chat that is rung; of a merged number, whose the other is; of no client, nobody's."""
    here = surroundings(telegram=Telegram(curators={"2": ANNA}))
    card(here, "1", "Ольга Петрова")
    link(here, "tg_chat", "-5", lead_id="3")
    link(here, "lead", "4", lead_id="1")
    owners = [here.owner_of(lead) for lead in "1234"]
    assert owners == [Owner("Ольга Петрова"), Owner(chat=ANNA), Owner(), Owner("Ольга Петрова")]
    assert here.owner_of("9") is UNASSIGNED


def test_who_presses_a_button() -> None:
    """A user of the page with his rights, a curator who has only a chat; no disabled one, no stranger."""
    here = surroundings(telegram=Telegram(curators={"2": ANNA}))
    link(here, "curator", str(OLGA), name="Ольга Петрова")
    user(here, user_id="a" * 16, name="Глава", role="head", telegram_id=BOSS)
    asked = here.person_of_telegram
    name, person = asked(BOSS) or ("", None)
    assert person is not None and (name, person.role, person.chat) == ("Глава", "head", BOSS)
    assert [(one[0], one[1].role, one[1].name) for one in map(asked, (OLGA, ANNA)) if one] == [
        ("Ольга Петрова", "curator", "Ольга Петрова"),
        ("куратор", "curator", ""),
    ]
    user(here, user_id="a" * 16, name="Глава", role="head", telegram_id=BOSS, disabled=True)
    user(here, user_id="b" * 16, name="Анна", role="curator", telegram_id=ANNA, disabled=True)
    assert [asked(one) for one in (BOSS, ANNA, 99, 0)] == [None] * 4


def test_what_the_server_fills_in() -> None:
    """Chats by their ids of today, none of our people's; the responsible by his number in the portal; rooms, flows."""
    here = surroundings(
        jitsi=Jitsi(url="https://meet.example.ru/"), commands=Commands(workflows={"счёт": "https://n8n/x"})
    )
    card(here, "1", "Ольга Петрова")
    link(here, "b24_user", "7", name="ольга петрова", ours=["tg_user:700"])
    link(here, "tg_chat", "-5", lead_id="1")
    link(here, "tg_moved", "-100500", was="-5")
    link(here, "lead", "2", lead_id="1")
    link(here, "tg_chat", "-6", lead_id="2")
    filled = here.filled
    assert list(filled("identities.telegram_chat", "1")) == ["-100500", "-6"]
    assert list(filled("identities.telegram_chat", "3")) == []
    assert [list(filled("portal.responsible", lead)) for lead in ("1", "2", "3", "")] == [["7"], ["7"], [], []]
    assert list(filled("rooms.link", "1")) == ["https://meet.example.ru/lead-1"]
    assert list(filled("commands.workflows", "")) == ["счёт"]
    assert not any(filled(source, "") for source in ("identities.telegram_chat", "rooms.link", "other"))
    assert not surroundings().filled("rooms.link", "1")


async def test_a_batch_is_decided_with_all_that_was_written_before_it() -> None:
    """A key, a person, a client or a chat that stands on its topic when the batch begins is in the table."""
    ends = EndsStandIn()
    here = surroundings(ends)
    decided = []

    async def process(batch: Batch) -> Outcome:
        decided.append(batch)
        return Outcome()

    informed = here.before(process)
    batch = Batch("commands", 0, 1, [])
    assert here.ready() is not True
    for known in here._tables().values():
        known.loaded.set()
    assert here.ready() is True
    await informed(batch)
    for topic, known in here._tables().items():
        ends.ends[topic] = 3
        with pytest.raises(NotYet):
            await informed(batch)
        known._reader.followed = 3
        await informed(batch)
    assert len(decided) == 5
