"""Who in a meeting is who, in words: what is known of each name, and what a person is asked about it."""

from dataclasses import dataclass

from processors.answered import name_in
from processors.candidates import Candidate, Reason
from processors.participants import Asked, Participant
from processors.russian.dates import moment
from schemas.sources import Identity
from schemas.types import LeadId, Millis
from streams.web.told.times import when

REASONS: dict[Reason, str] = {
    "whole": "",
    "several": "так зовут нескольких",
    "company": "так зовут нашего сотрудника, но рядом стоит компания клиента",
    "two": "в имени названы двое",
    "alike": "имя написано похоже, но не так же",
    "initials": "совпадают фамилия и первая буква имени",
    "surname": "совпадает только фамилия",
    "first": "совпадает только имя",
    "none": "в карточках и чатах клиента и среди наших людей такого имени нет",
    "nobody": "по этому имени не понять, кто это",
}
SIDES = {"staff": "наш сотрудник", "client": "со стороны клиента"}
DONE = {
    "undo": "Возвращено.",
    "named": "Записано. Теперь этого человека узнают и на следующих встречах клиента.",
    "nobody": "Записано: никто из них. Слова этого человека считаются словами клиента.",
}
_KNOWN = {"b24_contact": "контакт в Битрикс24", "b24_lead": "контактное лицо в Битрикс24", "tg_user": "пишет в чате"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who may be meant: `about` him in words."""

    person: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class ParticipantShown:
    """`words`: what is known of the name; `choices`: whom a person is asked about; `is_told`: a person said it;
    `is_sure`: the name says it."""

    name: str
    words: str
    choices: list[Choice]
    is_told: bool = False
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class AskedShown:
    """A question of the inbox."""

    lead: LeadId
    recording: str
    meeting: str
    who: ParticipantShown


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """An answer that can be taken back."""

    lead: LeadId
    name: str
    words: str
    by: str


def shown(one: Participant, now: Millis) -> ParticipantShown:
    """A name of a meeting."""
    if one.answer is not None:
        words = f"{_answer(one.answer)}. Ответ: {_by(one.answer, now)}"
        return ParticipantShown(one.name, words, [], is_told=True)
    if one.certainty == "sure":
        words = _about(one.candidates[0]) if one.candidates else SIDES["staff"]
        return ParticipantShown(one.name, words, [], is_sure=True)
    return ParticipantShown(one.name, REASONS[one.reason], [_choice(each) for each in one.candidates])


def asked_of(one: Asked) -> AskedShown:
    """A name that a person has to tell."""
    return AskedShown(one.lead_id, one.recording_id, f"встреча {moment(one.ts)}", shown(one.participant, one.ts))


def answered(one: Identity, now: Millis) -> AnswerShown:
    """What a person said of a name."""
    lead, name = name_in(one)
    return AnswerShown(lead, name, _answer(one), _by(one, now))


def _answer(one: Identity) -> str:
    return "никто из тех, кого предложили" if one.refused else f"{one.name}, {SIDES[one.side or 'client']}"


def _by(one: Identity, now: Millis) -> str:
    return f"{one.confirmed_by}, {when(one.confirmed_at, now)}"


def _choice(one: Candidate) -> Choice:
    return Choice(one.person, one.name, _about(one))


def _about(one: Candidate) -> str:
    if one.side == "staff":
        return SIDES["staff"]
    return one.about or _KNOWN.get(one.person.partition(":")[0], SIDES["client"])
