"""A worker of notify whose Telegram is away, with real servers on both sides."""

from streams.engine.retry import World
from streams.notify.mail.second_way import SecondWay
from streams.notify.mail.smtp import Post as Mailbox
from tests.fakes.smtp import FakeSmtp
from tests.fakes.telegram import FakeTelegram
from tests.unit.notify.telegram.post import PLACE, TS, Post, Topic

ANNA, BORIS, OPS = 7, 8, -9
CURATORS = {"12345": ANNA, "888": BORIS}


class Desk:
    """A worker whose Telegram is away: nothing is sent until a test runs the sender. Minutes pass as a test says."""

    def __init__(self, telegram: FakeTelegram, smtp: FakeSmtp, topic: Topic, **mail: object) -> None:
        self.minutes = 0.0
        self.smtp = smtp
        self.post = Post(telegram, topic, curators=CURATORS, ops_chat=OPS)
        settings = smtp.settings(head="head@x.ru", chats={ANNA: "anna@x.ru"}, ops="ops@x.ru", **mail)
        self.way = SecondWay(
            settings,
            self.post.settings,
            self.post.shelf,
            Mailbox(settings),
            lambda: {PLACE},
            self.post,  # type: ignore[arg-type]
            lambda: TS + round(self.minutes * 60_000),
            lambda: self.minutes * 60,
            World(),
        )

    async def at(self, minutes: float) -> list[str]:
        """Look, so many minutes after the news; who has got letters by then."""
        self.minutes = minutes
        await self.way.look()
        return self.smtp.to
