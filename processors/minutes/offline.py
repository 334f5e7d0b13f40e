"""Minutes of a conversation by rules, without a model."""

from collections import defaultdict

from processors.days import local_day
from processors.minutes import actions, decisions, facts, figures, next_talk, questions, rivals, worries
from processors.minutes.people import People
from processors.minutes.promise import Background
from processors.minutes.summary import Findings, summarise
from processors.minutes.tone import tone
from processors.minutes.topics import topics
from processors.minutes.words import read
from schemas.minutes import OFFLINE, Conversation, Minutes


def unheard(conversation: Conversation) -> Minutes:
    """Minutes of a conversation without a word: they say why, where that is known (a silent microphone, say)."""
    flaw = conversation.flaw
    summary = f"{flaw[0].upper()}{flaw[1:]}." if flaw else "Слов в записи нет."
    return Minutes(summary, OFFLINE, conversation.version)


def extract(conversation: Conversation) -> Minutes:
    """What the words of a conversation show; `Minutes.engine` is `OFFLINE`. Never raises.

    Quotes are verbatim pieces of the utterances they name. Owners are names, or roles as they were said.
    """
    if not any(utterance.text.strip() for utterance in conversation.utterances):
        return unheard(conversation)
    said = read(conversation.utterances)
    speakers = list(dict.fromkeys(one.speaker for one in conversation.utterances if one.speaker))
    day = None if conversation.started_at is None else local_day(conversation.started_at)
    background = Background(People([*conversation.people, *conversation.client, *speakers]), day)
    promised = actions.find(background, said)
    places: defaultdict[int, list[int]] = defaultdict(list)
    for promise, _ in promised:
        places[promise.segment].append(promise.at)
    decided = decisions.find(said, places)
    mentioned = rivals.mentions(said, conversation.client, background.names)
    worried = worries.find(said, conversation.client, background.names, mentioned)
    leaving = [worry.point for worry in worried if worry.kind in ("leaving", "moving")]
    conflicts = [worry.point for worry in worried if worry.kind in worries.CONFLICTS]
    pains = [worry.point for worry in worried if worry.kind not in worries.CONFLICTS]
    about = topics(said)
    others = rivals.points(mentioned)
    made = [action for _, action in promised]
    named = figures.find(said)
    asked = questions.find(said)
    return Minutes(
        summary=summarise(
            Findings(
                worried,
                others,
                decided,
                made,
                named.tariffs,
                asked,
                next_talk.find(background, said),
                sides_known=bool(conversation.client),
            )
        ),
        engine=OFFLINE,
        version=conversation.version,
        topics=about,
        decisions=decided,
        actions=made,
        pains=pains,
        conflicts=conflicts,
        competitors=others,
        tariffs=named.tariffs,
        numbers=named.numbers,
        open_questions=asked,
        facts=facts.find(said, conversation.client),
        tone=tone(said, conversation.client, len(leaving)),
    )
