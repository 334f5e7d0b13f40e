"""An answer about a client in words: each claim with its quote and the places where it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote

from processors.answers.ending import ending
from processors.answers.extract import who
from processors.days import local_time
from processors.russian.dates import place
from processors.russian.plural import Forms, count
from schemas.answers import Claim, Counted, Done, Looking, Question, Source, Sources, Stage, ToolName, Verdict
from schemas.types import LeadId, Millis
from streams.web.told.times import when

VERDICTS: dict[Verdict, str] = {"useful": "Полезно", "useless": "Не помогло", "wrong_quote": "Цитата не о том"}
_PLACES: Forms = ("место", "места", "мест")
_FIGURES: Forms = ("цифру", "цифры", "цифр")

_COUNTED: Mapping[ToolName, tuple[str, str]] = {
    "promises": ("promises", "обещания на карточке"),
    "alerts": ("alerts", "тревоги на карточке"),
    **dict.fromkeys(("last", "count", "meetings", "tone", "problems"), ("history", "история")),
}
"""Where on the card a count is seen, and how its link is called; other figures stand among the figures."""


@dataclass(frozen=True, slots=True)
class SourceShown:
    """Where a claim stands: `link` opens it."""

    words: str
    link: str
    link_words: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer as it is shown. `kind`: stage, sources, claim or done; `is_head`: a word about it."""

    kind: str
    text: str
    quote: str = ""
    sources: tuple[SourceShown, ...] = ()
    is_head: bool = False
    small: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A question that somebody asked before, with its answer as it was told then."""

    question_id: str
    text: str
    said: str
    parts: list[Part]
    verdict: str
    judge: str


def parts(lead: LeadId, stages: Iterable[Stage], now: Millis) -> list[Part]:
    """In the order in which they were told."""
    known: dict[int, Source] = {}
    today = local_time(now).date()
    found = []
    for stage in stages:
        if isinstance(stage, Sources):
            known |= {source.number: source for source in stage.sources}
        found.append(part(lead, stage, known, today))
    return found


def part(lead: LeadId, stage: Stage, known: Mapping[int, Source], today: date) -> Part:
    """One piece; `known` are the sources told so far."""
    match stage:
        case Looking():
            return Part("stage", f"{stage.text}…")
        case Sources():
            figures = sum(isinstance(source, Counted) for source in stage.sources)
            words = len(stage.sources) - figures
            said = [f"нашёл в истории {count(words, _PLACES)}"] if words else []
            said += [f"посчитал {count(figures, _FIGURES)}"] if figures else []
            return Part("sources", f"{' и '.join(said).capitalize()}." if said else "Подходящего в истории не нашёл.")
        case Claim():
            found = [_source(lead, known[number], today, stage) for number in stage.sources if number in known]
            sources = tuple(replace(one, words="") if one.words == stage.text else one for one in found)
            quoted = stage.quote if stage.quote != stage.text else ""
            return Part("claim", stage.text, quoted, sources, is_head=not stage.sources)
        case Done():
            return Part("done", "", small=ending(stage), question=stage.question)


def earlier(lead: LeadId, asked: Iterable[Question], now: Millis) -> list[Earlier]:
    """Own questions and those of others, the newest first."""
    return [_earlier(lead, one, now) for one in sorted(asked, key=lambda one: -one.at)]


def _earlier(lead: LeadId, one: Question, now: Millis) -> Earlier:
    stages: list[Stage] = [Sources(one.sources, 0), *one.claims, one.done]
    shown = parts(lead, stages, now)[1:]
    verdict = VERDICTS.get(one.verdict, "")
    return Earlier(one.question_id, one.text, f"{one.user}, {when(one.at, now)}", shown, verdict, one.judge)


def _source(lead: LeadId, source: Source, today: date, claim: Claim) -> SourceShown:
    """Where `claim` stands. An item of a list that was told above it does not tell the list again."""
    if isinstance(source, Counted):
        part, words = _COUNTED.get(source.figure.call.name, ("figures", "цифры на карточке"))
        is_item = any(item.text == claim.text for item in source.figure.items)
        return SourceShown("" if is_item else source.text, f"/leads/{lead}#{part}-head", words)
    passage = source.passage
    if passage.recording_id:
        page = f"/leads/{lead}/meetings/{quote(passage.recording_id, safe='')}"
        return SourceShown(who(passage, today), f"{page}?t={passage.at_ms // 1000}", f"▶ {place(passage.at_ms)}")
    return SourceShown(who(passage, today), f"/leads/{lead}/timeline?before={passage.ts + 1}", "открыть")
