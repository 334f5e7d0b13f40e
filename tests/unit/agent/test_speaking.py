"""Being spoken to, through its process: answers, proposals, and nothing twice."""

from pathlib import Path

import msgspec

from processors.pages import Card
from processors.profile import Profile
from schemas.errors import Transient
from schemas.topics import ASSISTANT_MEMORY, ASSISTANT_SAID
from tests.unit.agent.desk_of import Assistant, commands, sent
from tests.unit.processors.assistant.commands import alert
from tests.unit.processors.assistant.people import DAY, NOW, asked

LINE = "поставь Ромашке задачу позвонить завтра"


async def test_a_line_is_proposed_and_answered(tmp_path: Path) -> None:
    """The answer comes behind the proposal, and names it."""
    here = Assistant(tmp_path)
    outcome = await here.say(asked(LINE))
    [made], [said] = commands(outcome.outputs), sent(outcome.state, ASSISTANT_SAID.name)
    assert (made.name, made.lead_id, made.asked_by, said.command_id) == (
        "task.bitrix",
        "1003",
        "ivanova",
        made.command_id,
    )


async def test_a_line_that_comes_twice_is_answered_once(tmp_path: Path) -> None:
    """By this process, and by the next that has read the answer; without it, the proposal is the same record."""
    here, other, third = Assistant(tmp_path), Assistant(tmp_path), Assistant(tmp_path)
    outcome = await here.say(asked(LINE))
    assert (await here.say(asked(LINE))).outputs == []
    [said] = sent(outcome.state, ASSISTANT_SAID.name)
    other.office.talks.take(said)
    assert (await other.say(asked(LINE))).outputs == []
    assert (await third.say(asked(LINE))).outputs == outcome.outputs


async def test_a_question_survives_a_restart(tmp_path: Path) -> None:
    """Its draft stands on the topic: another process completes it by the answer."""
    here, other = Assistant(tmp_path), Assistant(tmp_path)
    [said] = sent((await here.say(asked("поставь Веге задачу позвонить завтра"))).state, ASSISTANT_SAID.name)
    assert said.question
    other.office.talks.take(said)
    outcome = await other.say(asked("вторая", "a2"))
    [made] = commands(outcome.outputs)
    assert (made.lead_id, made.params["title"]) == ("502", "Позвонить")


async def test_only_our_people_are_answered(tmp_path: Path) -> None:
    """Strangers, the disabled, and made-up names hear nothing; who writes from Telegram is asked there."""
    here = Assistant(tmp_path)
    for n, who in enumerate(("tg:999", "tg:33", "web/gone", "web/nobody", "tg:x", "xx", "")):
        outcome = await here.say(asked(LINE, f"s{n}", who=who))
        assert (outcome.outputs, outcome.state) == ([], [])
    [made] = commands((await here.say(asked(LINE, "t1", who="tg:11", chat_id=11))).outputs)
    assert made.asked_by == "tg:11"


async def test_an_alert_is_put_off(tmp_path: Path) -> None:
    """The client's open one, as the store knows it; while that is away he is told so."""
    here = Assistant(tmp_path)
    card = Card("1003", Profile("1003", {}), alerts=[alert()])
    here.store.answers["/api/leads/1003/card"] = msgspec.to_builtins(card)
    [made] = commands((await here.say(asked("отложи тревогу по 1003 на неделю"))).outputs)
    assert made.params == {"alert_id": "00000000000000a1", "days": 7}
    here.store.fault = Transient("away")
    outcome = await here.say(asked("отложи тревогу по 1003 на день", "a2"))
    [said] = sent(outcome.state, ASSISTANT_SAID.name)
    assert "хранилище не отвечает" in said.text


async def test_without_a_key_a_person_is_told(tmp_path: Path) -> None:
    """He does not wait for what an administrator has to do."""
    here = Assistant(tmp_path, key=False)
    outcome = await here.say(asked(LINE))
    [said] = sent(outcome.state, ASSISTANT_SAID.name)
    assert (outcome.outputs, "нет ключа" in said.text) == ([], True)


async def test_what_the_server_cannot_fill_in_is_said(tmp_path: Path) -> None:
    """A client without a chat cannot be written to there."""
    here = Assistant(tmp_path)
    here.office.identities.identities.apply("tg_chat:-1001003", None)
    outcome = await here.say(asked("напиши Ромашке: акт отправим завтра"))
    [said] = sent(outcome.state, ASSISTANT_SAID.name)
    assert outcome.outputs == []
    assert said.text.startswith("Не получилось")


async def test_silence_and_late_lines(tmp_path: Path) -> None:
    """A voice message without words is asked for again; a line of the day before yesterday is past."""
    here = Assistant(tmp_path)
    [said] = sent((await here.say(asked("", via="voice"))).state, ASSISTANT_SAID.name)
    assert said.text.startswith("Не расслышал")
    [large] = sent((await here.say(asked("", "large", via="voice", unheard="too_large"))).state, ASSISTANT_SAID.name)
    assert "больше 20 МБ" in large.text and "напишите" in large.text
    [off] = sent((await here.say(asked("", "off", via="voice", unheard="off"))).state, ASSISTANT_SAID.name)
    assert "отключены" in off.text
    assert (await here.say(asked(LINE, "old", at=NOW - 2 * DAY))).state == []


async def test_a_wish_is_remembered(tmp_path: Path) -> None:
    """On the topic, and at once."""
    here = Assistant(tmp_path)
    outcome = await here.say(
        asked("не ставь задачи на выходные"), asked("поставь Ромашке задачу позвонить в субботу", "a2")
    )
    assert [one.kind for one in sent(outcome.outputs, ASSISTANT_MEMORY.name)] == ["wish"]
    assert commands(outcome.outputs)[0].params["deadline"] == "2026-11-30T10:00"
