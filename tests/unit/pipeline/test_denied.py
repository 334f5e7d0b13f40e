"""What is of an erased client does not come in again, of whatever kind it is."""

import msgspec
import pytest
from msgspec.structs import replace

from processors.privacy.erasing import Denied, digest
from schemas import events as ev
from schemas.cards import ClientCard
from schemas.erasures import Erasure
from schemas.sources import ClientRef, Identity, Unassigned
from streams.pipeline.worker import is_denied
from tests.unit.store.samples import event_of

NOW = 1_795_244_400_000


@pytest.fixture
def denied() -> Denied:
    """Lead 7 and its chat."""
    found = Denied()
    names = [digest("lead:7"), digest("tg_chat:-100")]
    found.apply(
        Erasure(
            erasure_id="0" * 16,
            lead_id="7",
            reason="r",
            requested_by="a",
            requested_at=1,
            started_at=NOW,
            denied=names,
        )
    )
    return found


def waiting(chat: str, ts: int) -> Unassigned:
    return Unassigned("0" * 16, ts, "s", ClientRef("tg_chat", chat), "source.telegram", msgspec.Raw(b"{}"))


def test_of_the_erased_client_nothing(denied: Denied) -> None:
    """Events, cards, links under his number at any time; what would wait under his chat's name, up to the erasure."""
    message = replace(event_of(ev.Message), lead_id="7", ts=NOW + 10**9)
    card = ClientCard(lead_id="7", source="b", ts=NOW + 10**9, name="Ромашка")
    assert [is_denied(one, denied) for one in (message, card, Identity("phone", "7912", "7"))] == [True] * 3
    assert is_denied(waiting("-100", NOW), denied)
    assert not is_denied(waiting("-100", NOW + 1), denied)


def test_of_others_everything(denied: Denied) -> None:
    """Another lead, another chat, a link that ends; and where nobody was erased, all of it."""
    message = replace(event_of(ev.Message), lead_id="70")
    others = (message, waiting("-1001", NOW), Identity("phone", "7912", None), Identity("phone", "7912", "8"))
    assert not any(is_denied(one, denied) for one in others)
    assert not is_denied(replace(message, lead_id="7"), Denied())
