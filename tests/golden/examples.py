"""The schema examples, and the world in which they are normalized."""

from pathlib import Path
from typing import Any

from processors.identity import Identities
from processors.normalize import Options
from processors.normalize.contract import Found
from schemas.codec import Rejected
from schemas.sources import Identity
from schemas.types import Meta
from streams.settings.mappings import mappings_of

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
EXPECTED = Path(__file__).parent / "expected"

OPTIONS = Options(
    staff=frozenset({"11", "12"}),
    curator_chats=frozenset({"-1009"}),
    mappings=mappings_of(Path(__file__).parents[2] / "deploy" / "mappings"),
)

LINKED = (
    Identity("wms_customer", "1066", "12345"),
    Identity("tg_chat", "-1001234567890", "12345"),
    Identity("tg_chat", "-4001", "12345"),
    Identity("tg_chat", "501", "12345"),
    Identity("jitsi_room", "romashka", "12345"),
)


def known() -> Identities:
    """Who is who in the examples."""
    identities = Identities()
    for identity in LINKED:
        identities.apply(f"{identity.kind}:{identity.value}", identity)
    return identities


def meta(topic: str) -> Meta:
    """Where the examples stand: an hour after the latest event in them."""
    return Meta(topic, 0, 7, 1_795_172_400_000)


def accepted(found: Found) -> list[Any]:
    """What came of a record, of any type; one that was rejected fails the test with its reason."""
    assert not isinstance(found, Rejected), found
    return [*found]


def cases(topic: str) -> list[Path]:
    """The examples of a topic, by name."""
    return sorted((EXAMPLES / topic).glob("*.json"))
