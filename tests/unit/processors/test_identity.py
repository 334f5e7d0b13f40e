"""Identities."""

import pytest

from processors.identity import Identities
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
