"""What a screen about the client who leaves says and writes."""

import re

import msgspec
from aiohttp import ClientResponse

from processors.pages import Card
from schemas import events as ev
from schemas.codec import EVENT, Rejected
from schemas.topics import LEAD_EVENTS
from streams.engine.kafka import Output
from tests.unit.web.company_clients import LEAVES
from tests.unit.web.page import Page

CARD = f"/leads/{LEAVES}"


async def text_of(answer: ClientResponse) -> str:
    """Of a page that came."""
    body = await answer.text()
    assert answer.status == 200, body
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def written(here: Page) -> list[ev.Event]:
    """The lead events that the page has sent."""
    events = [EVENT.decode(output.value or b"") for output in here.sent if output.topic == LEAD_EVENTS.name]
    return [event for event in events if not isinstance(event, Rejected)]


async def card_of(here: Page) -> Card:
    """As the store tells it now."""
    return msgspec.convert(await here.office.store.get(f"/api{CARD}/card", "тест"), Card)


def record_of(event: ev.Event) -> Output:
    return Output(LEAD_EVENTS.name, event.lead_id.encode(), EVENT.encode(event))
