"""Whose private chat gets the alerts of which lead."""

from processors.cards import Cards
from processors.identity import Identities
from schemas.cards import ClientCard
from schemas.sources import Identity
from streams.engine.desks import Desks
from streams.settings import Telegram


def curator(identities: Identities, chat: str, name: str) -> None:
    """He told the bot who he is."""
    identities.apply(f"curator:{chat}", Identity("curator", chat, name=name))


def test_the_responsible_of_a_card_reads_his_clients_alerts() -> None:
    """Once he told the bot who he is; the settings go before that, and who is removed shares the chat again."""
    cards, identities = Cards(), Identities()
    for lead, name in (("1", "Ольга  Петрова"), ("2", "ольга петрова"), ("3", "Пётр"), ("4", "")):
        cards.apply(f"{lead}/b", ClientCard(lead_id=lead, source="b", ts=1, responsible=name))
    desks = Desks(Telegram(curator_chat=-9, curators={"2": 22}), cards, identities)
    assert {desks.chat_of(f"lead:{lead}") for lead in "134"} == {-9}
    curator(identities, "11", "Ольга Петрова")
    curator(identities, "33", "петр")
    assert [desks.chat_of(f"lead:{lead}") for lead in "12345"] == [11, 22, 33, -9, -9]
    assert [desks.desk(lead) for lead in "1234"] == ["11", "22", "33", ""]
    assert desks.of_all() == {11: {"1"}, 22: {"2"}, 33: {"3"}}
    assert [desks.chat_of(to) for to in ("shared", "chat:5", "ops")] == [-9, 5, -9]
    curator(identities, "12", "Ольга Петрова")
    assert desks.chat_of("lead:1") == 12, "the account that told it last"
    for chat in ("11", "12"):
        identities.apply(f"curator:{chat}", None)
    assert desks.chat_of("lead:1") == -9
