"""The life of an outbox item: what is sent twice, what never, and what two owners make of it."""

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from alerting.outbox import Item, Wish, begin, clear, due, fail, finish, free, merge, text_of, unheard, want
from alerting.render import REPEATED, Rendered


def wish(version: int) -> Wish:
    """Version `version` of one alert."""
    return Wish("a1", "lead:1", version, 0, 0, Rendered(f"text {version}"))


def wanted(item: Item | None, version: int) -> Item:
    """The item once `version` is wanted."""
    new = want(item, wish(version), "lead.alerts")
    assert new is not None
    return new


def test_same_version_is_wanted_once() -> None:
    """A redelivered or older version changes nothing: before, during and after its sending, and after a refusal."""
    first = wanted(None, 2)
    for item in (first, begin(first), finish(begin(first), 2, 7, 70), fail(begin(first), 2, "kicked")):
        assert want(item, wish(2), "lead.alerts") is None
        assert want(item, wish(1), "lead.alerts") is None


def test_higher_version_edits_what_stands() -> None:
    """After sending, the next version knows the message to change, and carries no mark."""
    item = wanted(finish(begin(wanted(None, 1)), 1, 7, 70), 2)
    assert (item.chat, item.message_id, text_of(item)) == (7, 70, "text 2")


def test_a_message_of_another_key_is_changed_where_it_stands() -> None:
    """An edit, which is no news: nothing is sent, and no mail either."""
    item = want(None, replace(wish(1), stands=(-1009, 7)), "t")
    assert item is not None
    assert (item.chat, item.message_id, due(item), unheard(item)) == (-1009, 7, True, False)


def test_what_rings_is_a_message_of_its_own() -> None:
    """An edit makes no sound: a version that rings is sent anew, the next one changes that new message."""
    rung = want(finish(begin(wanted(None, 1)), 1, 7, 70), replace(wish(2), rings=True), "lead.alerts")
    assert rung is not None
    assert rung.message_id == 0
    sent = finish(begin(rung), 2, 7, 71)
    assert (sent.message_id, wanted(sent, 3).message_id) == (71, 71)


def test_what_rings_during_a_call_is_not_turned_into_an_edit() -> None:
    """The message whose call is under way does not take the place of the one that is to ring after it."""
    rung = want(begin(wanted(None, 1)), replace(wish(2), rings=True), "lead.alerts")
    assert rung is not None
    assert finish(rung, 1, 7, 70).message_id == 0
    quiet = wanted(begin(wanted(None, 1)), 2)
    assert finish(quiet, 1, 7, 70).message_id == 70


def test_call_without_an_end_is_marked() -> None:
    """A call that is begun again was in doubt, and the text says so; a later definite no takes no doubt away."""
    cut_off = begin(wanted(None, 1))
    assert not cut_off.doubt
    again = begin(cut_off)
    assert text_of(again) == f"{REPEATED}\n\ntext 1"
    assert begin(clear(again)).doubt
    assert text_of(wanted(finish(again, 1, 7, 70), 2)) == "text 2"


def test_definite_no_leaves_no_doubt() -> None:
    """A refused connection or a 429 is simply tried again."""
    assert text_of(begin(clear(begin(wanted(None, 1))))) == "text 1"


def test_wish_during_a_call_is_not_lost() -> None:
    """The call's end does not clear the newer wish that came meanwhile, whether it was sent or refused."""
    newer = wanted(begin(wanted(None, 1)), 2)
    assert finish(newer, 1, 7, 70).text == "text 2"
    assert fail(newer, 1, "no").text == "text 2"
    assert not fail(newer, 1, "no").failed


def test_late_end_of_a_former_owner_counts() -> None:
    """He wrote `sent` behind our newer wish: we edit his message instead of sending a second one."""
    newer = wanted(begin(wanted(None, 1)), 2)
    late = finish(begin(wanted(None, 1)), 1, 7, 70)
    merged = merge(newer, late)
    assert (merged.text, merged.message_id, merged.calling) == ("text 2", 70, False)


def test_stale_wish_behind_the_end_is_no_second_message() -> None:
    """A wish that is written late, behind `sent`, does not bring the message back."""
    sent = finish(begin(wanted(None, 1)), 1, 7, 70)
    assert merge(sent, wanted(None, 1)).text == ""


@dataclass
class World:
    """Telegram, and a sender that may crash or be left without an answer at any step."""

    item: Item | None = None
    marked: list[bool] = field(default_factory=list)
    lost: int = 0
    shown: str = ""

    def act(self, step: str) -> None:
        """One step of the life of one message."""
        if step == "want":
            self.item = want(self.item, wish(self.item.version + 1 if self.item else 1), "lead.alerts") or self.item
            return
        if step == "redeliver" and self.item:
            self.item = want(self.item, wish(self.item.version), "lead.alerts") or self.item
            return
        if self.item is None or not self.item.text:
            return
        item = self.item = self.item if self.item.message_id else begin(self.item)
        if step == "limited":
            self.item = clear(item)
            return
        if step == "crash-before":
            return
        if not item.message_id:
            self.marked.append(item.doubt)
        self.shown = item.text
        if step == "crash-after":
            self.lost += 1
            return
        self.item = finish(item, item.version, 7, item.message_id or 70)


STEPS = st.sampled_from(["want", "redeliver", "ok", "limited", "crash-before", "crash-after"])


@given(st.lists(STEPS, max_size=40))
def test_any_fate_ends_in_one_message_per_doubt(steps: list[str]) -> None:
    """After any run of faults one success shows the newest text; unmarked it was sent at most once."""
    world = World()
    for step in ["want", *steps, "ok"]:
        world.act(step)
    assert world.item is not None
    assert world.shown == f"text {world.item.version}"
    assert world.marked.count(False) <= 1
    assert len(world.marked) <= 1 + world.lost


def test_a_commands_message_is_never_marked_nor_mailed() -> None:
    """It goes to its chat in its own words, or nowhere; a call that surely did nothing leaves its claim behind."""
    asked = Wish("c/1", "chat:-5", 1, 0, 1000, Rendered("текст"), rings=True, once="0" * 16, until=5000)
    item = want(None, asked, "out.telegram")
    assert item is not None and (item.once, item.until) == ("0" * 16, 5000)
    assert due(item) and not unheard(item)
    doubtful = begin(begin(item))
    assert text_of(doubtful) == "текст"
    freed = free(doubtful, "claim", "no connection", 7)
    assert (freed.calling, freed.freed, freed.waits, freed.retry_at, due(freed)) == (
        False,
        "claim",
        "no connection",
        7,
        True,
    )
