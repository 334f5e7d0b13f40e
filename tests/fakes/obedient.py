"""A model that does what its material tells it: whatever an order asks for is in its summary and among its decisions.

In tests: `FakeGlm(obeying)`. It answers honestly beside that, as `plausible` does, so what is true must survive.
"""

import json
import re

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
