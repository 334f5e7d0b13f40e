"""What asks and orders nothing, at the beginning of a line and behind an order to say something."""

import pytest

from processors.assistant.heard import heard
from processors.assistant.questions import asks, asks_behind
from tests.unit.processors.assistant.people import CLIENTS, NOW

SHARED = [
    "сколько отгрузили пледам",
    "где наши коробки",
    "когда у пледов встреча",
    "почему пледы молчат",
    "зачем пледам новый тариф",
    "кто ведёт пледы",
    "какой риск у пледов",
    "какая норма у пледов",
    "какие обещания просрочены",
    "каков риск у пледов",
    "какова норма пледов",
    "чей клиент пледы",
    "чья задача по пледам",
    "есть ли тревоги по пледам",
    "были ли звонки от пледов",
    "правда ли что пледы уходят",
    "можно ли отгрузить пледам",
]


@pytest.mark.parametrize("line", SHARED)
def test_the_same_words_ask_in_both_places(line: str) -> None:
    """Alone it is a question; behind «скажи» it is one too, and nothing is sent to the client."""
    assert asks(line) and asks_behind(line)
    assert [heard(said, CLIENTS, NOW).kind for said in (line, f"скажи {line}")] == ["question", "question"]


@pytest.mark.parametrize(
    ("words", "alone", "behind"),
    [
        ("что с пледами", True, True),
        ("как дела", True, True),
        ("что акт отправим завтра", True, False),
        ("как договаривались, ждём акт", True, False),
        ("мне отчёт по пледам", False, True),
        ("нам цифры за октябрь", False, True),
        ("чтобы перезвонили", False, False),
        ("каковы-то сроки", False, False),
        ("акт отправим завтра", False, False),
    ],
)
def test_what_asks_in_one_place_only(words: str, alone: bool, behind: bool) -> None:
    """«Что» and «как» may begin the message itself; «мне» is ours only behind an order."""
    assert (asks(words), asks_behind(words)) == (alone, behind)
