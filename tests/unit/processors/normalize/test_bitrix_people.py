"""Users of the portal are our people: nothing of theirs is a client's."""

from typing import Any

import msgspec
import pytest

from processors.cards import Cards
from processors.identity import Identities
from processors.normalize import Options
from processors.normalize.bitrix import normalize
from processors.normalize.telegram import normalize as from_telegram
from schemas.bitrix import Entity, Kind, wrapped
from schemas.bot import BotCommand
from schemas.cards import ClientCard
from schemas.codec import Rejected
from schemas.events import CrmChanged, Mail
from schemas.sources import ClientRef, Identity
from schemas.types import Meta
from streams.engine.desks import Desks
from streams.settings import Telegram
from tests.golden.examples import meta
from tests.unit.processors.normalize.test_bitrix import LEAD, META

PHONE = ClientRef("phone", "+79161234567")
ANNA = {
    "ID": "7",
    "NAME": "Анна",
    "LAST_NAME": "Кузнецова",
    "ACTIVE": True,
    "EMAIL": "Anna@Sklad.ru",
    "PERSONAL_MOBILE": "8 (916) 123-45-67",
    "WORK_PHONE": "+7 495 123-45-67",
    "USER_TYPE": "employee",
    "UF_DEPARTMENT": [1],
}


def entity(kind: Kind, id_: str, fields: dict[str, Any], **more: Any) -> bytes:
    """A record of `source.bitrix`."""
    return wrapped(Entity(kind, id_, msgspec.Raw(msgspec.json.encode(fields)), **more))[1]


def take(identities: Identities, record: bytes) -> list[Any]:
    """What a record means; its links are applied as the pipeline does."""
    found = normalize(META, record, identities, Options())
    assert not isinstance(found, Rejected)
    for one in found:
        if isinstance(one, Identity):
            identities.apply(f"{one.kind}:{one.value}", one)
    return list(found)


def user(identities: Identities, **changed: Any) -> None:
    """A user of the portal as he is now."""
    take(identities, entity("user", changed.get("ID", "7"), ANNA | changed))


def test_phones_of_ours_are_nobodys() -> None:
    """Neither linked, nor found where they were linked before, nor told in the client's card."""
    identities = Identities()
    lead = msgspec.json.decode(LEAD)
    lead["payload"]["fields"]["fm"] = [{"typeId": "PHONE", "value": "89161234567"}]
    identities.apply("phone:+79161234567", Identity("phone", "+79161234567", "99"))
    assert identities.find(PHONE) == "99"
    user(identities)
    assert identities.find(PHONE) is None
    assert identities.find(ClientRef("email", "anna@sklad.ru")) is None
    found = take(identities, msgspec.json.encode(lead))
    assert not [one for one in found if isinstance(one, Identity) and one.kind == "phone"]
    [card] = [one for one in found if isinstance(one, ClientCard)]
    assert "89161234567" not in card.phones


def test_who_left_and_guests_of_the_portal_are_none_of_ours() -> None:
    """A guest (extranet) is often the client himself; a portal of old names no type, but departments."""
    identities = Identities()
    user(identities)
    user(identities, ACTIVE=False)
    assert not identities.staff.holds(PHONE)
    user(identities, USER_TYPE="extranet")
    assert not identities.staff.holds(PHONE)
    user(identities, USER_TYPE=None, UF_DEPARTMENT=False)
    assert not identities.staff.holds(PHONE)
    user(identities, USER_TYPE=None)
    assert identities.staff.user(PHONE) == "7"
    user(identities, PERSONAL_MOBILE=None)
    assert not identities.staff.holds(PHONE)


def test_a_mail_of_a_colleague_is_ours() -> None:
    """What one of us writes to another about a client rings nobody."""
    identities = Identities()
    user(identities)
    activity = {
        "ID": "3", "OWNER_TYPE_ID": "1", "OWNER_ID": "12345", "TYPE_ID": "4", "DIRECTION": "1",
        "SUBJECT": "Re: договор", "CREATED": "2026-11-20T10:00:00+03:00",
    }  # fmt: skip
    for sender, direction in (("Анна <ANNA@sklad.ru>", "out"), ("Пётр <petr@romashka.ru>", "in"), ("", "in")):
        [mail] = take(identities, entity("activity", "3", activity | {"FROM": sender}))
        assert isinstance(mail, Mail)
        assert mail.direction == direction


def telegram(identities: Identities, who: int, *, business: str = "", **message: Any) -> list[Any]:
    """What a message to the bot in private means."""
    said = {
        "message_id": 5, "date": 1_795_172_000, "chat": {"id": who, "type": "private"}, "from": {"id": who}
    } | message  # fmt: skip
    if business:
        said["business_connection_id"] = business
    inbound = {"source": "bot", "payload": {"update_id": 1, "business_message" if business else "message": said}}
    found = from_telegram(meta("source.telegram"), msgspec.json.encode(inbound), identities, Options())
    assert not isinstance(found, Rejected)
    for one in found:
        if isinstance(one, Identity):
            identities.apply(f"{one.kind}:{one.value}", one)
    return list(found)


def contact(phone: str, user_id: int | None) -> dict[str, Any]:
    """A card of a person as a message."""
    return {"contact": {"phone_number": phone, "first_name": "А", "user_id": user_id}}


def test_a_curator_is_known_by_his_own_phone() -> None:
    """Exactly his: neither a colleague's card, nor a card without account, nor the number that an office shares."""
    identities = Identities()
    user(identities)
    user(identities, ID="8", NAME="Пётр", PERSONAL_MOBILE="+79160000008", EMAIL="p@sklad.ru")
    assert not [one for one in telegram(identities, 55, **contact("79161234567", 66)) if isinstance(one, Identity)]
    assert not [one for one in telegram(identities, 55, **contact("79161234567", None)) if isinstance(one, Identity)]
    assert not [one for one in telegram(identities, 55, **contact("74951234567", 55)) if isinstance(one, Identity)]
    assert not [one for one in telegram(identities, 55, business="b", **contact("79161234567", 55))
                if isinstance(one, Identity)]  # fmt: skip
    assert identities.curators == {}
    link, told = telegram(identities, 55, **contact("79161234567", 55))
    assert (link.kind, link.value, link.name, link.user) == ("curator", "55", "Анна Кузнецова", "7")
    assert isinstance(told, BotCommand)
    assert (told.command, told.name) == ("start", "Анна Кузнецова")
    assert identities.curators == {"55": "Анна Кузнецова"}


def test_a_curator_is_known_by_the_account_that_the_portal_lists() -> None:
    """His words are ours at once; alerts go to him when he has started the bot, for it may not write before."""
    identities = Identities()
    user(identities, TELEGRAM="55")
    assert identities.people == {"55"}
    assert identities.curators == {}
    assert not [one for one in telegram(identities, 56, text="/start") if isinstance(one, Identity)]
    telegram(identities, 55, text="/start")
    assert identities.curators == {"55": "Анна Кузнецова"}
    [again] = telegram(identities, 55, text="/start")
    assert isinstance(again, BotCommand)
    assert again.command == "help"


def test_who_leaves_or_is_renamed_in_the_portal() -> None:
    """A curator follows his user: alerts of the responsible go to him under any name, and to nobody who left."""
    identities, cards = Identities(), Cards()
    desks = Desks(Telegram(curator_chat=-9), cards, identities)
    user(identities)
    telegram(identities, 55, **contact("79161234567", 55))
    cards.apply("1/b", ClientCard(lead_id="1", source="b", ts=1, responsible="Анна Кузнецова"))
    assert desks.chat_of("lead:1") == 55
    user(identities, LAST_NAME="Смирнова")
    cards.apply("1/b", ClientCard(lead_id="1", source="b", ts=2, responsible="Анна Смирнова"))
    assert desks.chat_of("lead:1") == 55
    user(identities, ACTIVE=False)
    assert desks.chat_of("lead:1") == -9
    assert identities.people == frozenset()


@pytest.mark.parametrize(("closed", "responsible"), [("N", "Анна Кузнецова"), ("Y", "")])
def test_an_open_deal_says_who_works_with_the_client(closed: str, responsible: str) -> None:
    """After the lead is converted nobody touches it; a closed deal is nobody's work."""
    identities = Identities()
    fields = {
        "id": 5, "leadId": 12345, "title": "Фулфилмент", "assignedById": 7, "closed": closed,
        "createdTime": "2026-11-20T10:00:00+03:00", "updatedTime": "2026-11-20T11:00:00+03:00",
    }  # fmt: skip
    found = take(identities, entity("deal", "5", fields, responsible="Анна Кузнецова"))
    [card] = [one for one in found if isinstance(one, ClientCard)]
    assert (card.lead_id, card.source, card.responsible, card.name) == ("12345", "bitrix_deal_5", responsible, "")
    assert isinstance(found[0], CrmChanged)


def test_a_user_that_cannot_be_read_is_rejected() -> None:
    """As any other record."""
    for fields in ({"ID": "x"}, {"NAME": "Анна"}, {"ID": 7, "EMAIL": 5}):
        found = normalize(Meta("source.bitrix", 0, 1, 1), entity("user", "7", fields), Identities(), Options())
        assert isinstance(found, Rejected)
