"""Lists that change while a poll reads them page by page."""

from streams.engine.kafka import Output
from tests.unit.gateway.test_polls import MINUTE, NOW, Asked, asked

__all__ = ["asked"]


async def test_what_changes_while_it_is_read_hides_nothing(asked: Asked) -> None:
    """A document of the first page goes to the end, and the one that came to stand on the first page is not lost."""
    plain = asked.fake.documents.copy()

    async def send(outputs: list[Output]) -> None:
        if not asked.sent:
            asked.fake.documents = [*plain[1:], (NOW - MINUTE, plain[0][1])]
        asked.sent += outputs

    await asked.poll.round(send, NOW)
    await asked.poll.client.close()
    asked.poll.client._session._session = None
    assert await asked.round(60) == []
    assert sorted(asked.docs()) == sorted(["50", "40", "30", "20", "5"])
