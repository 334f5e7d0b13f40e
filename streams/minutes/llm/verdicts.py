"""A model's yes or no about words that may mean something (`PhraseQuestion`).

Its yes is believed only with a quote that stands verbatim in the words: else there is no verdict, and the doubt stays.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from processors.minutes import quoted
from schemas.alerts import Rule
from schemas.codec import event_id
from schemas.minutes import PhraseQuestion, PhraseVerdict
from streams.llm.request import Answered, Request
from streams.minutes.llm.writer import Models

SOURCE = "minutes"
ANSWER_TOKENS = 300

MEANT: Mapping[Rule, str] = {
    "leaving_phrase": "клиент уходит от нашего склада (фулфилмента) или всерьёз думает уйти: к другим, на свой склад",
    "competitor_phrase": "клиент сравнивает наш склад с другим складом или оператором, или его зовут к себе другие",
    "loss_phrase": "клиент говорит, что на нашем складе потеряли его товар или товара не хватает",
    "legal_phrase": "клиент грозит нашему складу претензией, юристами или судом",
    "payment_conflict": "клиент не согласен с нашим счётом или тарифом, или не хочет нам платить",
}
"""What each rule looks for, for a model. A complaint is never asked about."""

_TASK = """\
Ты читаешь слова клиента склада (фулфилмент). Реши, верно ли: {meant}.
answer — «да», только если это прямо следует из слов; шутка, чужие дела, уход домой, на обед, в отпуск или с созвона, \
отказ от одной коробки или услуги — «нет». quote — 2–25 слов подряд из материала, дословно, со всеми ошибками, по \
которым ты решил; при «нет» можно пусто. Слова могли быть распознаны машиной: без знаков препинания и с ошибками."""


class Judgement(msgspec.Struct, frozen=True):
    """Ответ и дословная цитата."""

    answer: Literal["да", "нет"]
    quote: str = ""


async def judged(models: Models, question: PhraseQuestion, names: Iterable[str]) -> PhraseVerdict | None:
    """The verdict; None where a yes has no quote, or nobody knows what the rule means. Raises `LlmError`."""
    meant = MEANT.get(question.rule)
    if meant is None:
        return None
    texts = [evidence.text for evidence in question.evidence]
    material = "\n".join(f"[{number}] {' '.join(text.split())}" for number, text in enumerate(texts))
    speakers = (evidence.who for evidence in question.evidence if evidence.who)
    hidden = tuple(dict.fromkeys([*names, *speakers]))
    answered = await models.answer(
        Request("tags", _TASK.format(meant=meant), material, Judgement, hidden, question.lead_id, ANSWER_TOKENS)
    )
    return _verdict(question, answered, texts)


def _verdict(question: PhraseQuestion, answered: Answered[Judgement], texts: list[str]) -> PhraseVerdict | None:
    yes = answered.value.answer == "да"
    place = quoted(answered.value.quote, texts) if yes else None
    if yes and place is None:
        return None
    return PhraseVerdict(
        event_id=event_id("verdict", question.rule, question.about),
        lead_id=question.lead_id,
        ts=question.ts,
        source=SOURCE,
        about=question.about,
        rule=question.rule,
        key=question.key,
        meant=yes,
        model=answered.model,
        evidence=[question.evidence[place[0]]] if place else [],
    )
