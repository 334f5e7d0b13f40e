"""A question of Telegram that was answered elsewhere loses its buttons, once, whenever it is looked at."""

from typing import Any

import pytest

from alerting.clients import Client
from alerting.names import key_of, render_name
from alerting.outbox import Item, Wish, finish
from alerting.render import Button, Rendered
from alerting.whose import key_of_chat, render_whose
from processors.identity import Identities
from schemas.errors import Transient
from schemas.reports import AskedName, Bearer
from schemas.sources import Identity
from schemas.topics import BOT_COMMANDS, LEAD_UNASSIGNED, REPORTS
from streams.notify.commands import key_of_answered
from streams.notify.settled import BUTTON_MS, Settled
from streams.notify.telegram.shelf import Place, Shelf
from tests.unit.notify.telegram.post import TS, Topic

NAMES, CHATS, PRESSES = Place(REPORTS.name, 0), Place(LEAD_UNASSIGNED.name, 3), Place(BOT_COMMANDS.name, 0)
ANYA = AskedName("12345", "rec-1", TS, "Аня", [Bearer("b24_contact:77", "Анна Ким", "client")])
OLEG = AskedName("12345", "rec-1", TS, "Олег <b>", [Bearer("b24_user:5", "Олег Ли", "staff")])
GROUP = "-100500"
NAME_KEY, CHAT_KEY = key_of(ANYA), key_of_chat(GROUP)


class Links:
    """The table of answers, as far as it has come."""

    def __init__(self) -> None:
        self.identities, self.followed = Identities(), 0

    def put(self, key: str, word: Identity | None) -> None:
        """One record."""
        self.identities.apply(key, word)
        self.followed += 1


class Desk:
    """The outbox with three questions in it, which stand in their chats."""

    def __init__(self) -> None:
        self.topic, self.links, self.now = Topic(), Links(), TS
        self.ours = {NAMES, CHATS, PRESSES}
        self.shelf = self._shelf()

    def _shelf(self) -> Shelf:
        return Shelf(self.topic, self.topic, 2.0)  # type: ignore[arg-type]

    def restart(self) -> None:
        """A new process on the same outbox."""
        self.shelf = self._shelf()

    async def open(self) -> Settled:
        """What looks at it."""
        await self.shelf.open(self.ours, 1)
        links: Any = self.links
        return Settled(self.shelf, lambda: self.ours, links, lambda lead: Client(lead, "Ромашка"), lambda: self.now)

    async def ask(self, place: Place, key: str, message: Rendered, number: int) -> None:
        """It stands in chat 7, as this message; 0: it is not sent yet."""
        await self.shelf.put(place, [Wish(key, "shared", 1, 4, TS, message)])
        if number:
            await self.shelf.change(place, key, lambda item: finish(item, 1, 7, number))

    async def asked(self) -> Settled:
        """All of them, asked."""
        settled = await self.open()
        await self.ask(NAMES, NAME_KEY, render_name(ANYA, Client("12345", "Ромашка")), 71)
        await self.ask(NAMES, key_of(OLEG), render_name(OLEG, Client("12345", "Ромашка")), 72)
        await self.ask(CHATS, CHAT_KEY, render_whose(GROUP, "Склад", "", [Client("12345", "Ромашка")]), 73)
        return settled

    def item(self, place: Place, key: str) -> Item:
        """As it is now."""
        return self.shelf.item(place, key)

    def written(self) -> int:
        """Records of the outbox."""
        return len(self.topic.records)


def said(name: str = "Анна Ким", at: int = TS, **fields: Any) -> Identity:
    """On the page."""
    return Identity(
        "participant", "12345/Аня", confirmed_by="Ольга", confirmed_at=at, name=name, side="client", **fields
    )


def link(at: int = TS, **fields: Any) -> Identity:
    """On the page, or by `/link`."""
    made: dict[str, Any] = {"lead_id": "12345", "name": "Склад", "confirmed_by": "Ольга", "confirmed_at": at} | fields
    return Identity("tg_chat", GROUP, **made)


async def test_what_was_answered_on_the_page_is_edited() -> None:
    """The question without its buttons, what stands now and who said so; the others stay; nothing is said twice."""
    desk = Desk()
    settled = await desk.asked()
    await settled.look()
    before = desk.written()
    desk.links.put("participant:12345/Аня", said())
    desk.now += BUTTON_MS
    await settled.look()
    item = desk.item(NAMES, NAME_KEY)
    assert (item.text, item.buttons, item.message_id, item.rings) == (
        "✅ Кто это на встрече: «Аня»?\nКлиент 12345 (Ромашка)\n\n«Аня» — Анна Ким, со стороны клиента. "
        "Исправить можно на странице встречи.\nОтвет: Ольга",
        (),
        71,
        False,
    )
    assert desk.written() == before + 1
    assert not desk.item(NAMES, key_of(OLEG)).text and not desk.item(CHATS, CHAT_KEY).text
    await desk.shelf.change(NAMES, NAME_KEY, lambda one: finish(one, one.version, 7, 71))
    for _ in range(2):
        await settled.look()
        desk.restart()
        settled = await desk.open()
        await settled.look()
    assert desk.written() == before + 2, "and a restart says nothing again"


async def test_none_of_them_is_an_answer() -> None:
    """Also where nobody noted who said so."""
    desk = Desk()
    settled = await desk.asked()
    word = Identity("participant", "12345/Аня", confirmed_at=TS, refused=True)
    desk.links.put("participant:12345/Аня", word)
    desk.now += BUTTON_MS
    await settled.look()
    text = desk.item(NAMES, NAME_KEY).text
    assert "«Аня» — никто из предложенных." in text and "Ответ:" not in text


async def test_a_name_is_no_markup() -> None:
    """Neither the asked one nor the answer."""
    desk = Desk()
    settled = await desk.asked()
    word = Identity("participant", "12345/Олег <b>", confirmed_at=TS, name="Олег & Ли", side="staff")
    desk.links.put("participant:12345/Олег <b>", word)
    desk.now += BUTTON_MS
    await settled.look()
    text = desk.item(NAMES, key_of(OLEG)).text
    assert "«Олег &lt;b&gt;» — Олег &amp; Ли, наш сотрудник." in text


async def test_another_answer_later_is_told_too() -> None:
    """The message says what stands."""
    desk = Desk()
    settled = await desk.asked()
    for name in ("Анна Ким", "Анна Ли"):
        desk.links.put("participant:12345/Аня", said(name, desk.now))
        desk.now += BUTTON_MS
        await settled.look()
        assert f"«Аня» — {name}" in desk.item(NAMES, NAME_KEY).text


@pytest.mark.parametrize(
    ("key", "word", "says"),
    [
        (f"tg_chat:{GROUP}", link(), "Чей это чат «Склад»?\n\nЧат привязан к клиенту 12345 (Ромашка).\nОтвет: Ольга"),
        (f"tg_chat:{GROUP}", link(0, confirmed_by="", name=""), "Чат привязан к клиенту 12345 (Ромашка)."),
        (
            f"ignored:tg_chat:{GROUP}",
            Identity("ignored", f"tg_chat:{GROUP}", confirmed_by="Ольга", confirmed_at=TS),
            f"Чей это чат {GROUP} (без названия)?\n\nЭто не чат клиента.\nОтвет: Ольга",
        ),
    ],
)
async def test_whose_a_chat_is_may_be_told_elsewhere_too(key: str, word: Identity, says: str) -> None:
    """On the page, by a rule, in the chat itself; or that it is nobody's."""
    desk = Desk()
    settled = await desk.asked()
    desk.links.put(key, word)
    desk.now += BUTTON_MS
    await settled.look()
    item = desk.item(CHATS, CHAT_KEY)
    assert item.text == f"✅ {says}" or (says in item.text and not word.confirmed_by)
    assert not item.buttons and item.message_id == 73


async def test_its_own_button_has_said_it() -> None:
    """The press changes the message; it comes on another topic, a moment later: so long it is waited for."""
    desk = Desk()
    settled = await desk.asked()
    desk.links.put("participant:12345/Аня", said())
    await settled.look()
    assert desk.item(NAMES, NAME_KEY).version == 1, "the press may be on its way"
    told = Rendered("✅ сказано кнопкой", ((Button("x", "y"),),))
    await desk.shelf.put(PRESSES, [Wish(key_of_answered(7, 71), "shared", 9, 8, TS, told, stands=(7, 71))])
    desk.now += BUTTON_MS
    await settled.look()
    assert desk.item(NAMES, NAME_KEY).version == 1


async def test_one_that_is_not_sent_yet_waits() -> None:
    """Until it stands somewhere; then it is changed at once."""
    desk = Desk()
    settled = await desk.open()
    await desk.ask(NAMES, NAME_KEY, render_name(ANYA, Client("12345")), 0)
    desk.links.put("participant:12345/Аня", said())
    desk.now += BUTTON_MS
    await settled.look()
    assert desk.item(NAMES, NAME_KEY).version == 1
    await desk.shelf.change(NAMES, NAME_KEY, lambda item: finish(item, 1, 7, 71))
    await settled.look()
    assert desk.item(NAMES, NAME_KEY).text.startswith("✅")


async def test_others_partitions_and_kafka_away() -> None:
    """Who has not the partition writes nothing; what could not be written is owed."""
    desk = Desk()
    settled = await desk.asked()
    desk.links.put("participant:12345/Аня", said())
    desk.now += BUTTON_MS
    desk.ours = {CHATS, PRESSES}
    await settled.look()
    assert desk.item(NAMES, NAME_KEY).version == 1
    desk.ours, desk.topic.away = {NAMES, CHATS, PRESSES}, True
    with pytest.raises(Transient):
        await settled.look()
    desk.topic.away = False
    await settled.look()
    assert desk.item(NAMES, NAME_KEY).text.startswith("✅")
