"""An answer about a client in words: each claim with its quote and the places where it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote

from processors.answers.extract import who
from processors.days import local_time
from processors.russian.dates import place
from processors.russian.plural import Forms, count
from schemas.answers import EXTRACT, Claim, Counted, Done, Looking, Question, Source, Sources, Stage, Verdict
from schemas.types import LeadId, Millis
from streams.web.told.times import when

VERDICTS: dict[Verdict, str] = {"useful": "Полезно", "useless": "Не помогло", "wrong_quote": "Цитата не о том"}
_PLACES: Forms = ("место", "места", "мест")
_FIGURES: Forms = ("цифру", "цифры", "цифр")


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
            said = [count(words, _PLACES)] if words else []
            said += [count(figures, _FIGURES)] if figures else []
            return Part("sources", f"Нашёл {' и '.join(said)}." if said else "Подходящего в истории не нашёл.")
        case Claim():
            found = [_source(lead, known[number], today) for number in stage.sources if number in known]
            sources = tuple(replace(one, words="") if one.words == stage.text else one for one in found)
            quoted = stage.quote if stage.quote != stage.text else ""
            return Part("claim", stage.text, quoted, sources, is_head=not stage.sources)
        case Done():
            how = "Без модели: вот что есть в истории." if stage.engine == EXTRACT else f"Модель: {stage.engine}."
            dropped = f"Отброшено без цитаты: {stage.dropped}." if stage.dropped else ""
            small = " ".join(filter(None, (stage.note, how, dropped)))
            return Part("done", "", small=small, question=stage.question)


def earlier(lead: LeadId, asked: Iterable[Question], now: Millis) -> list[Earlier]:
    """Own questions and those of others, the newest first."""
    return [_earlier(lead, one, now) for one in sorted(asked, key=lambda one: -one.at)]


def _earlier(lead: LeadId, one: Question, now: Millis) -> Earlier:
    stages: list[Stage] = [Sources(one.sources, 0), *one.claims, one.done]
    shown = parts(lead, stages, now)[1:]
    verdict = VERDICTS.get(one.verdict, "")
    return Earlier(one.question_id, one.text, f"{one.user}, {when(one.at, now)}", shown, verdict, one.judge)


def _source(lead: LeadId, source: Source, today: date) -> SourceShown:
    if isinstance(source, Counted):
        return SourceShown(source.text, f"/leads/{lead}#figures-head", "цифры")
    passage = source.passage
    if passage.recording_id:
        page = f"/leads/{lead}/meetings/{quote(passage.recording_id, safe='')}"
        return SourceShown(who(passage, today), f"{page}?t={passage.at_ms // 1000}", f"▶ {place(passage.at_ms)}")
    return SourceShown(who(passage, today), f"/leads/{lead}/timeline?before={passage.ts + 1}", "открыть")
