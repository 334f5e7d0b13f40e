"""Lines that are easily taken for what they are not: nothing goes to a client, to another client, or on another day
than was said; what is doubtful is asked about first."""

import pytest

from processors.assistant.heard import heard
from processors.assistant.moments import told
from tests.unit.processors.assistant.people import CLIENTS, NOW
from tests.unit.processors.assistant.room import HEAD, opened, room, say


@pytest.mark.parametrize(
    "line",
    [
        "скажи мне что с ромашкой",
        "скажи сколько отгрузок у ромашки",
        "скажи что с пледами",
        "напиши мне отчёт по ромашке",
        "сообщи когда была последняя отгрузка у ромашки",
    ],
)
def test_a_question_is_no_message(line: str) -> None:
    """Who wants to know something writes nothing to the client."""
    assert heard(line, CLIENTS, NOW).kind == "question"


@pytest.mark.parametrize("line", ["передай руководителю что ромашка уходит", "скажи коллегам, что Ромашка ждёт"])
def test_ours_are_no_clients(line: str) -> None:
    """What is to be told to our people is not told to a client."""
    assert heard(line, CLIENTS, NOW).kind == "nothing"


@pytest.mark.parametrize(
    "line", ["задача по ромашке выполнена", "письмо ромашке уже отправлено", "1003 задача выполнена", "позвони мне"]
)
def test_what_is_told_is_no_order(line: str) -> None:
    """A task that was done is not set again."""
    assert heard(line, CLIENTS, NOW).kind == "nothing"


@pytest.mark.parametrize(
    "line",
    [
        "отправь ромашке прайс",
        "передай Петрову что ромашка ждёт",
        "поставь задачу Ромашке позвонить и напиши им что перезвоним",
        "дай ссылку на договор ромашки",
        "запиши ромашку на встречу завтра в 12",
        "перезвони ромашке завтра",
        "закрой тревогу по 1003",
        "по ромашке поставь задачу позвонить завтра",
    ],
)
def test_what_is_doubtful_is_asked_about(line: str) -> None:
    """One question with «Да» and «Нет»; nothing is proposed before."""
    here = room(alerts={"1003": [("a" * 16, "говорит об уходе")]})
    found = say(line, here=here)
    assert found.idea is None
    assert found.said is not None
    assert found.said.text.startswith("Уточняю: ")
    completed = say("да", opened(found), asked_id="a2", here=here)
    assert completed.idea is not None
    assert completed.idea.lead_id == "1003"


@pytest.mark.parametrize("line", ["отчёт за неделю", "отчет по ромашке за октябрь", "сделай отчёт завтра"])
def test_another_report_is_asked_about(line: str) -> None:
    """There is one of the last day only, and it goes at once."""
    found = say(line, person=HEAD)
    assert found.idea is None
    assert found.said is not None
    assert "за последние сутки" in found.said.text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("скажи клиенту 1003 что всё ок", "Всё ок"),
        ("напиши в чат ромашки что машина выехала", "Машина выехала"),
        ("напиши Ромашке: проверьте, что всё пришло", "Проверьте, что всё пришло"),
        ("заметка 1003: директор сказал, что уходит", "Директор сказал, что уходит"),
        ("нет, заметка 1003: что-то не так с актом", "Что-то не так с актом"),
        ("напиши что-нибудь ромашке", ""),
        ("напиши ромашке про оплату", ""),
    ],
)
def test_words_are_those_that_were_said(line: str, text: str) -> None:
    """Whom they are for is no part of them, and a «что» within them stays; what they are to be about is asked."""
    found = heard(line, CLIENTS, NOW)
    assert (found.text, found.missing) == (text, "" if text else "text")


def test_a_sum_is_no_client() -> None:
    """A number of roubles is nobody's; of two who are named one is chosen."""
    noted = heard("заметка ромашке оплатили 12345 рублей", CLIENTS, NOW)
    assert (noted.leads, noted.text) == (["1003"], "Оплатили 12345 рублей")
    assert heard("заметка ромашке: перевели 12345", CLIENTS, NOW).missing == "which"
    assert heard("задача 1003 заказать коробки", CLIENTS, NOW).leads == ["1003"]


def test_on_a_card_another_is_asked_about() -> None:
    """A name within the words of an order may be a part of them."""
    found = heard("поставь задачу сверить остатки с пледами завтра", CLIENTS, NOW, "1003")
    assert (found.missing, found.leads) == ("which", ["1003", "12345"])


@pytest.mark.parametrize("days", ["на 10 дней", "на 3 дня", "до пятницы"])
def test_an_alert_is_put_off_as_was_said(days: str) -> None:
    """For a day or for a week; whoever wants something else is asked, and gets nothing else behind his back."""
    here = room(alerts={"1003": [("a" * 16, "говорит об уходе")]})
    found = say(f"отложи тревогу по 1003 {days}", here=here)
    assert found.idea is None
    assert found.said is not None
    assert "на день или на неделю" in found.said.text
    chosen = say("на неделю", opened(found), asked_id="a2", here=here)
    assert chosen.idea is not None
    assert chosen.idea.params["days"] == 7


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("напомни через полтора часа позвонить", "сегодня в 15:30"),
        ("напомни через 1,5 часа позвонить", "сегодня в 15:30"),
        ("напомни через два с половиной часа позвонить", "сегодня в 16:30"),
        ("напомни через пару часов позвонить", "сегодня в 16:00"),
        ("напомни через пару дней позвонить", "26 ноября в 10:00"),
    ],
)
def test_halves_and_pairs(line: str, when: str) -> None:
    """As people say them."""
    assert told(heard(line, CLIENTS, NOW).at, NOW).replace("\u00a0", " ") == when


@pytest.mark.parametrize("line", ["напомни каждый понедельник звонить ромашке", "напоминай мне каждый день про отчёт"])
def test_there_are_no_repeats(line: str) -> None:
    """He is told so, and gets no single reminder instead."""
    found = say(line)
    assert found.idea is None
    assert found.said is not None
    assert "только один раз" in found.said.text
    written = say("напиши ромашке: машина приезжает каждый понедельник")
    assert written.idea is not None
    assert written.idea.params["text"] == "Машина приезжает каждый понедельник"


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("ты тупой", "Извините"),
        ("раз два три", "Не понял, что сделать"),
        ("тогда ладно", "Не понял, что сделать"),
        ("да нет " * 500, "Не понял, что сделать"),
        ("отмени", "ни о чём не спрашиваю"),
        ("не надо ставить задачу ромашке", "ни о чём не спрашиваю"),
        ("отмени задачу по ромашке", "Отменить сделанное я не могу"),
    ],
)
def test_what_orders_nothing_is_answered(line: str, part: str) -> None:
    """No new command is offered for it; he is told what to do."""
    found = say(line)
    assert found.said is not None
    assert not found.said.question
    assert part in found.said.text


def test_words_answer_the_question_for_them() -> None:
    """A verb among them begins no new order, and a time among them is the task's."""
    reminded = say("позвонить в банк", opened(say("напомни через час")), asked_id="a2")
    assert reminded.idea is not None
    assert (reminded.idea.name, reminded.idea.params["text"]) == ("reminder.set", "Позвонить в банк")
    task = say("позвонить завтра", opened(say("поставь Ромашке задачу")), asked_id="a2")
    assert task.idea is not None
    assert task.idea.params == {"title": "Позвонить", "deadline": "2026-11-25T10:00"}


def test_a_reminder_has_words() -> None:
    """«Про Ромашку» is what it is about, also when its time is asked for first."""
    found = say("завтра", opened(say("напомни мне про ромашку")), asked_id="a2")
    assert found.idea is not None
    assert found.idea.params == {"text": "Про ромашку", "at": "2026-11-25T10:00"}
    bare = say("завтра", opened(say("напомни")), asked_id="a2")
    assert bare.said is not None
    assert bare.said.text == "О чём напомнить?"


def test_without_a_portal_its_time_is_asked_for() -> None:
    """A task that became a reminder does not come at an hour that nobody named."""
    some = {name: one for name, one in room().definitions.items() if name != "task.bitrix"}
    found = say("поставь Ромашке задачу позвонить", here=room(definitions=some))
    assert found.said is not None
    assert found.said.text == "Когда напомнить?"


@pytest.mark.parametrize(
    "line", ["постав задачю ромашке перезвонить завтра", "блин ну поставь уже задачу ромашке перезвонить завтра"]
)
def test_haste_is_understood(line: str) -> None:
    """Frequent slips, and words of anger."""
    found = say(line)
    assert found.idea is not None
    assert found.idea.params == {"title": "Перезвонить", "deadline": "2026-11-25T10:00"}
