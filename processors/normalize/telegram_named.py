"""A button under the question who a name in a room is: the same answer as on the page."""

from collections.abc import Sequence

from msgspec.structs import replace

from processors.answered import participant
from processors.asked_names import NOBODY, mark, read_back
from processors.cards import HAND
from processors.identity import Identities
from processors.normalize.telegram_frame import chat_of, question_of
from processors.normalize.telegram_update import CallbackQuery
from schemas.bot import BotCommand
from schemas.callback import Named
from schemas.events import Author
from schemas.sources import Identity
from schemas.types import EventId, Millis


def named(
    button: Named, query: CallbackQuery, command_id: EventId, ts: Millis, author: Author, known: Identities
) -> Sequence[Identity | BotCommand]:
    """Who bears the name, or that none of them does. An answer that stands already is not changed: it may be newer."""
    question, by = question_of(query), known.curators.get(author.id) or author.name or author.id
    told = BotCommand(
        command_id=command_id,
        chat_id=chat_of(query),
        command="named",
        ts=ts,
        lead_id=button.lead_id,
        callback_id=query.id,
        name=by,
        question=question,
    )
    name, bearers = read_back(question.text if question is not None else "")
    called = bearers[button.number - 1] if NOBODY < button.number <= len(bearers) else ""
    is_one = bool(called) == (button.number != NOBODY) and bool(called) == bool(button.person)
    if not name or not is_one or button.mark != mark(button.lead_id, name, button.person, called, button.side):
        return [replace(told, fault="unknown")]
    before = known.participant(button.lead_id, name)
    if before is not None:
        return [replace(told, fault="taken", called=before.name, side=before.side)]
    client = participant(button.lead_id, name)
    word = Identity(client.kind, client.value, confirmed_by=by, source=HAND, confirmed_at=ts, refused=not called)
    if not called:
        return [word, told]
    return [
        replace(word, name=called, side=button.side, person=button.person),
        replace(told, called=called, side=button.side),
    ]
