"""Identities."""

import pytest

from processors.identity import IGNORED, Identities
from schemas.sources import ClientRef, Identity


def test_a_linked_name_is_found_and_an_unlinked_one_is_not() -> None:
    """A tombstone forgets exactly its own key, also where the value holds a colon."""
    identities = Identities()
    identities.apply("jitsi_room:a:b", Identity("jitsi_room", "a:b", "12345"))
    identities.apply("tg_chat:-100", Identity("tg_chat", "-100", "7"))
    assert identities.find(ClientRef("jitsi_room", "a:b")) == "12345"
    identities.apply("jitsi_room:a:b", None)
    identities.apply("nobody:1", None)
    assert identities.find(ClientRef("jitsi_room", "a:b")) is None
    assert identities.find(ClientRef("tg_chat", "-100")) == "7"
    assert len(identities) == 1


def test_a_refused_link_is_told_from_one_that_nobody_made() -> None:
    """It is a record, so compaction keeps it, and no rule makes the link again; a person's next word does."""
    identities, chat = Identities(), ClientRef("tg_chat", "1")
    identities.apply("tg_chat:1", Identity("tg_chat", "1", "7"))
    assert not identities.refused(chat)
    identities.apply("tg_chat:1", Identity("tg_chat", "1", confirmed_by="Анна", refused=True))
    assert (identities.find(chat), identities.refused(chat)) == (None, True)
    identities.apply("tg_chat:1", Identity("tg_chat", "1", "8"))
    assert (identities.find(chat), identities.refused(chat)) == ("8", False)


def test_the_last_link_counts() -> None:
    """A name that was linked to the wrong lead is corrected by the next record."""
    identities = Identities()
    identities.apply("tg_chat:1", Identity("tg_chat", "1", "7"))
    identities.apply("tg_chat:1", Identity("tg_chat", "1", "8"))
    assert identities.find(ClientRef("tg_chat", "1")) == "8"


def test_a_chat_is_known_by_all_its_ids() -> None:
    """A group that became a supergroup keeps its client, under whichever id he was linked; a circle is no trap."""
    identities = Identities()
    identities.apply("tg_chat:-1", Identity("tg_chat", "-1", "7"))
    identities.apply("tg_moved:-2", Identity("tg_moved", "-2", was="-1"))
    identities.apply("tg_moved:-3", Identity("tg_moved", "-3", was="-2"))
    assert [identities.find(ClientRef("tg_chat", chat)) for chat in ("-1", "-2", "-3", "-4")] == ["7", "7", "7", None]
    assert identities.find(ClientRef("wms_customer", "-3")) is None
    identities.apply("tg_chat:-3", Identity("tg_chat", "-3", "8"))
    assert identities.find(ClientRef("tg_chat", "-3")) == "8"
    identities.apply("tg_moved:-1", Identity("tg_moved", "-1", was="-3"))
    assert set(identities.chats("-2")) == {"-1", "-2", "-3"}


@pytest.mark.parametrize(
    ("value", "lead_id"), [("12345", "12345"), ("", None), ("12a", None), ("1" * 13, None), ("١٢", None)]
)
def test_a_lead_id_resolves_to_itself(value: str, lead_id: str | None) -> None:
    """Only what `LeadId` allows: 1-12 ASCII digits."""
    assert Identities().find(ClientRef("lead", value)) == lead_id


def test_a_lead_that_was_merged_is_another() -> None:
    """With all its links, also by way of a third; a circle is no trap, and the end of it gives back what there was."""
    identities, chat = Identities(), ClientRef("tg_chat", "1")
    identities.apply("tg_chat:1", Identity("tg_chat", "1", "7"))
    identities.apply("lead:7", Identity("lead", "7", "8"))
    identities.apply("lead:8", Identity("lead", "8", "9"))
    assert [identities.find(client) for client in (chat, ClientRef("lead", "7"), ClientRef("lead", "9"))] == ["9"] * 3
    assert identities.linked(chat) == "7"
    assert sorted(identities.names("8")) == ["lead:7", "lead:8", "tg_chat:1"]
    assert (identities.leads("9"), identities.leads("5")) == (["9", "8", "7"], ["5"])
    identities.apply("lead:9", Identity("lead", "9", "7"))
    assert identities.find(chat) in ("7", "8", "9")
    identities.apply("lead:9", Identity("lead", "9", refused=True))
    identities.apply("lead:7", Identity("lead", "7", refused=True))
    assert [identities.find(ClientRef("lead", lead)) for lead in ("7", "8")] == ["7", "9"]
    assert identities.find(chat) == "7"


def test_a_topic_may_be_another_clients_than_its_group() -> None:
    """Without a link of its own it is the group's."""
    identities = Identities()
    identities.apply("tg_chat:-1", Identity("tg_chat", "-1", "7"))
    identities.apply("tg_topic:-1/5", Identity("tg_topic", "-1/5", "8"))
    assert [identities.find(ClientRef("tg_topic", f"-1/{topic}")) for topic in (5, 6)] == ["8", "7"]
    assert identities.find(ClientRef("tg_chat", "-1")) == "7"


def test_a_name_that_is_nobodys() -> None:
    """Who set it aside is known until that is taken back; it is no link, and hides none."""
    table, chat = Identities(), ClientRef("tg_chat", "-5")
    table.apply("ignored:tg_chat:-5", Identity(IGNORED, "tg_chat:-5", confirmed_by="Мария"))
    assert (found := table.ignored(chat)) is not None and found.confirmed_by == "Мария"
    assert table.find(chat) is None and len(table) == 0
    table.apply("ignored:tg_chat:-5", None)
    assert table.ignored(chat) is None
