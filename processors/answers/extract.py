"""An answer without a model: figures in sentences, facts of the profile, the best passages word for word. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from processors.answers.figures import span, told
from processors.answers.vocabulary import WEIGHTS
from processors.corrections import Entry
from processors.days import local_time
from processors.profile import Field, Profile
from processors.russian.dates import date as told_date
from processors.russian.dates import moment
from processors.russian.plural import Forms, choose, whole
from schemas.answers import RETOLD, Claim, Counted, Figure, Found, Passage, PassageKind, Source, ToolName, Words
from schemas.types import LeadId

BEST, BESIDE_FIGURES, ENTRIES = 5, 3, 3
"""Passages that are told, as many beside figures, and entries of a field."""
LONGEST_QUOTE = 400
"""Characters of a passage that is told; its source has all of it."""
NO_EVENT = "0" * 16
"""`event_id` of a fact: it stands on the talk that its `thread` names, or on a person's word."""
WITH_QUOTES: frozenset[ToolName] = frozenset({"tone", "problems"})
"""Tools whose items are told one by one, with their quotes."""

FIELD_NAMES: dict[Field, str] = {
    "sells": "Продаёт",
    "where": "Где продаёт",
    "since": "Работает с нами",
    "pains": "Боль клиента",
    "conflicts": "Конфликт",
    "agreements": "Договорённость",
    "tariffs": "Тариф",
    "competitors": "Конкурент",
}
KIND_NAMES: dict[PassageKind, str] = {
    "said": "встреча",
    "message": "чат",
    "mail": "письмо",
    "call": "звонок",
    "crm": "CRM",
    "note": "заметка",
    "command": "команда",
    "minutes": "итоги",
    "fact": "карточка",
}
SIDES = {"client": "клиент", "staff": "наши", "": ""}
PLACES: Forms = ("место", "места", "мест")

NOTHING = "В истории клиента этого нет"
NOT_THEN = "За это время в истории клиента этого нет"
NEAREST = "Прямого ответа не нашёл; ближе всего:"
TOO_WIDE = "Вопрос слишком общий: назовите, о чём он, например об оплате, приёмке или обещаниях."


class Material(NamedTuple):
    """What was found for a question that was asked on the local day `today`: figures, entries of the profile's fields,
    and passages (None: not looked for). `within`: only some days were looked at.
    """

    lead: LeadId
    today: date
    figures: Sequence[Figure]
    facts: Sequence[tuple[Field, Entry]]
    found: Found | None
    within: bool = False


class Answer(NamedTuple):
    """`missing`: the history does not say it."""

    claims: list[Claim]
    missing: bool


def facts_of(profile: Profile, fields: Sequence[Field]) -> list[tuple[Field, Entry]]:
    """The newest entries of these fields."""
    return [(field, entry) for field in fields for entry in profile.fields.get(field, [])[:ENTRIES]]


def sources_of(material: Material) -> list[Source]:
    """Everything that the answer may stand on, numbered from 1: passages, best first; figures; facts; what was said
    beside the best passages. What is another client's is none: nobody should give it, and here it would be told."""
    lead = material.lead
    passages = [one for one in (material.found.passages if material.found else []) if one.lead_id == lead]
    found: list[Source] = [Words(0, passage) for passage in passages if not passage.near]
    found += [Counted(0, figure, told(figure)) for figure in material.figures if figure.lead_id == lead]
    found += [Words(0, _fact(lead, field, entry)) for field, entry in material.facts]
    found += [Words(0, passage) for passage in passages if passage.near]
    return [msgspec.structs.replace(source, number=number) for number, source in enumerate(found, 1)]


def _fact(lead: str, field: Field, entry: Entry) -> Passage:
    text = entry.quote or entry.text
    return Passage(
        lead_id=lead,
        event_id=NO_EVENT,
        number=entry.segment or 0,
        kind="fact",
        ts=entry.ts,
        text=text,
        thread=entry.source,
        speaker=FIELD_NAMES[field],
        coverage=1.0,
    )


def extract(material: Material, sources: Sequence[Source]) -> Answer:
    """The answer; every quote is a substring of its source."""
    claims = [claim for source in sources for claim in _certain(source)]
    passages = [source for source in sources if isinstance(source, Words) and source.passage.kind != "fact"]
    told_ones = _own_first([one for one in passages if one.passage.coverage > 0])[: BESIDE_FIGURES if claims else BEST]
    if told_ones and not claims and not _holds(told_ones[0]):
        claims.append(Claim(NEAREST, []))
    elif told_ones and claims:
        told_ones = [one for one in told_ones if _holds(one)]
    claims += [Claim(who(one.passage, material.today), [one.number], shortened(one.passage.text)) for one in told_ones]
    if claims:
        return Answer(claims, claims[0].text == NEAREST)
    return Answer([Claim(_nowhere(material), [])], missing=True)


def _own_first(found: Sequence[Words]) -> list[Words]:
    """Who asks wants the words as they were said: what retells them is told where nobody's own words hold enough of the
    question, and comes behind those that hold as little as it does."""
    own = [one for one in found if one.passage.kind not in RETOLD]
    retold = [one for one in found if one.passage.kind in RETOLD]
    if any(_holds(one) for one in own):
        return own
    holding = [one for one in retold if _holds(one)]
    return [*holding, *own, *(one for one in retold if one not in holding)]


def _holds(one: Words) -> bool:
    return one.passage.coverage >= WEIGHTS.enough


def _certain(source: Source) -> Iterator[Claim]:
    """What a figure or a fact says."""
    match source:
        case Counted(number=number, figure=figure, text=text):
            yield Claim(text, [number])
            if figure.call.name in WITH_QUOTES:
                for item in figure.items:
                    if item.quote or figure.call.name == "problems":
                        yield Claim(item.text, [number], item.quote)
        case Words(number=number, passage=passage) if passage.kind == "fact":
            yield Claim(f"{passage.speaker}, {told_date(passage.ts)}", [number], shortened(passage.text))


def who(passage: Passage, today: date) -> str:
    """`чат, Анна (клиент), 21 ноября в 14:05`; of another year with the year instead of the hour."""
    side = SIDES[passage.side]
    name = f"{passage.speaker} ({side})" if passage.speaker and side else passage.speaker or side
    year = local_time(passage.ts).year
    when = moment(passage.ts) if year == today.year else f"{told_date(passage.ts)} {year}\u00a0года"
    return ", ".join(filter(None, (KIND_NAMES[passage.kind], name, when)))


def shortened(text: str) -> str:
    """The beginning of a text, whole words: still a substring of it."""
    if len(text) <= LONGEST_QUOTE:
        return text
    return text[: text.rfind(" ", 1, LONGEST_QUOTE) if " " in text[1:LONGEST_QUOTE] else LONGEST_QUOTE]


def _nowhere(material: Material) -> str:
    """That it is not there, and where it was looked for."""
    found, nothing = material.found, NOT_THEN if material.within else NOTHING
    if found is None or not found.looked:
        return f"{nothing}: нет ни писем, ни сообщений, ни встреч."
    kinds = ", ".join(KIND_NAMES[kind] for kind in sorted(found.kinds, key=lambda kind: -found.kinds[kind]))
    first, last = (str(local_time(ts).date()) for ts in (found.since, found.until))
    places = f"{whole(found.looked)}\u00a0{choose(found.looked, PLACES)}"
    return f"{nothing}. Просмотрено {places} {span(first, last, material.today.year)} ({kinds})."
