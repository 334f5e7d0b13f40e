"""Business connections: whose chats they are, and which of two messages with one number is meant."""

import json
from typing import Any

from processors.identity import Identities
from processors.normalize import Options
from processors.normalize.telegram import normalize
from schemas.codec import Rejected
from schemas.events import Message, MessageDeleted, MessageEdited
from schemas.sources import ClientRef, Identity, Unassigned
from tests.golden.examples import meta

CHAT = {"id": 501, "type": "private"}
CLIENT, MANAGER, STRANGER = {"id": 501}, {"id": 11}, {"id": 66}
STAFF = Options(staff=frozenset({"11"}))


def linked() -> Identities:
    """The client's private chat is linked."""
    identities = Identities()
    identities.apply("tg_chat:501", Identity("tg_chat", "501", "12345"))
    return identities


def read(identities: Identities, options: Options = STAFF, **update: Any) -> Any:
    """The only meaning of an update; what it says of identities is known from then on."""
    record = json.dumps({"source": "main", "payload": {"update_id": 1} | update}).encode()
    found = normalize(meta("source.telegram"), record, identities, options)
    assert not isinstance(found, Rejected), found
    (meaning,) = found
    if isinstance(meaning, Identity):
        identities.apply(f"{meaning.kind}:{meaning.value}", meaning)
    return meaning


def message(connection: str = "", **fields: Any) -> dict[str, Any]:
    """Message 77 of the chat with the client."""
    given = {"message_id": 77, "date": 1_795_165_391, "chat": CHAT, "from": CLIENT, "text": "привет"} | fields
    return given | ({"business_connection_id": connection} if connection else {})


def connection(id_: str, user: dict[str, Any]) -> dict[str, Any]:
    """Somebody connects the bot."""
    return {"id": id_, "user": user, "user_chat_id": user["id"], "date": 1, "is_enabled": True, "can_reply": False}


def test_one_number_is_three_messages() -> None:
    """The client writes to the bot and to two managers: an edit and a deletion find their own message only."""
    identities = linked()
    told: list[Message] = [
        read(identities, message=message()),
        *(read(identities, business_message=message(of)) for of in ("b1", "b2")),
    ]
    assert len({(one.chat_id, one.message_id) for one in told}) == 3
    assert {one.lead_id for one in told} == {"12345"}
    edited: MessageEdited = read(identities, edited_business_message=message("b1", edit_date=1_795_165_400))
    deleted: MessageDeleted = read(
        identities, deleted_business_messages={"business_connection_id": "b2", "chat": CHAT, "message_ids": [77]}
    )
    assert [one.message_id for one in (edited, deleted)] == [one.message_id for one in told[1:]]
    answer: Message = read(identities, business_message=message("b1", message_id=78, reply_to_message=message("b1")))
    assert answer.reply_to == told[1].message_id


def test_a_strangers_chats_are_not_ours() -> None:
    """Anybody may connect the bot: what he and our client say to each other is not in the client's history."""
    identities = linked()
    read(identities, business_connection=connection("b9", STRANGER))
    said = read(identities, business_message=message("b9"))
    assert isinstance(said, Unassigned)
    assert said.client == ClientRef("tg_business", "b9/501")
    gone = {"business_connection_id": "b9", "chat": CHAT, "message_ids": [77]}
    assert isinstance(read(identities, deleted_business_messages=gone), Unassigned)
    assert isinstance(read(identities, message=message()), Message)


def test_our_managers_chats_are_ours() -> None:
    """Of staff; of anybody where no staff are named; and of a connection that is older than the bot's questions."""
    identities = linked()
    read(identities, business_connection=connection("b1", MANAGER))
    assert read(identities, business_message=message("b1")).author.client
    assert not read(identities, business_message=message("b1", **{"from": MANAGER})).author.client
    read(identities, business_connection=connection("b9", STRANGER))
    assert isinstance(read(identities, Options(), business_message=message("b9")), Message)
    assert isinstance(read(identities, business_message=message("unknown")), Message)
