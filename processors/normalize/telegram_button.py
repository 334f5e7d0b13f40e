"""A button that somebody pressed: under an alert, or under the question whose a chat is, or who somebody is."""

from collections.abc import Sequence

from processors.asked_chats import title_asked_about
from processors.identity import Identities
from processors.normalize.contract import Found, Options
from processors.normalize.telegram_answer import answered_command, chosen
from processors.normalize.telegram_frame import question_of
from processors.normalize.telegram_login import answered
from processors.normalize.telegram_named import named
from processors.normalize.telegram_update import CallbackQuery
from schemas import callback
from schemas.bot import BotCommand
from schemas.callback import Whose
from schemas.codec import Rejected, event_id
from schemas.events import AlertAction, Author
from schemas.sources import ClientRef, Identity
from schemas.types import EventId, LeadId, Meta, Millis


def pressed(
    query: CallbackQuery, source: str, meta: Meta, identities: Identities, options: Options, update: str = ""
) -> Found:
    """What a press means: an action on an alert, or whose a chat is; nothing by a stranger. `update`: its id."""
    button = callback.decode(query.data)
    if button is None:
        return Rejected("callback data is none of ours", "UnknownButton")
    if isinstance(button, callback.LoginNumber):  # whoever pressed it: the page knows whom it lets in
        return answered(button, query, event_id("telegram", "callback", query.id), meta.ts)
    if isinstance(button, callback.CommandButton):  # whoever pressed it: the desk knows who may sign
        return answered_command(button, query, meta.ts, update)
    # a private chat has the id of its user: so a curator with a chat of his own is known, a guest of a group is not
    if str(query.from_.id) not in options.people | options.curator_chats:
        return Rejected("a button was pressed by someone who is neither staff nor a known curator", "Stranger")
    if isinstance(button, callback.Choice):
        return chosen(button, query, meta.ts)
    id_, actor = (
        event_id("telegram", "callback", query.id),
        Author(str(query.from_.id), query.from_.name, client=False),
    )
    if isinstance(button, callback.Named):
        return named(button, query, id_, meta.ts, actor, identities)
    if isinstance(button, callback.Whose):
        before = identities.find(ClientRef("tg_chat", button.chat_id))
        return _whose(button, query, id_, meta.ts, source, actor, before)
    return [
        AlertAction(
            event_id=id_,
            lead_id=button.lead_id,
            ts=meta.ts,
            source=source,
            alert_id=button.alert_id,
            action=button.action,
            actor=actor,
            callback_id=query.id,
        )
    ]


def _whose(
    button: Whose,
    query: CallbackQuery,
    command_id: EventId,
    ts: Millis,
    source: str,
    author: Author,
    before: LeadId | None,
) -> Sequence[Identity | BotCommand]:
    """The same by a button. It may be old: a chat that is another's by now is not taken from him."""
    name = author.name or author.id
    told = BotCommand(
        command_id=command_id,
        chat_id=button.chat_id,
        command="link",
        ts=ts,
        lead_id=button.lead_id,
        fault="taken" if before not in (None, button.lead_id) else "",
        before=before or "",
        callback_id=query.id,
        name=name,
        question=question_of(query),
    )
    if before is not None:
        return [told]
    title = title_asked_about(told.question.text) if told.question is not None else ""
    link = Identity("tg_chat", button.chat_id, button.lead_id, name, source=source, confirmed_at=ts, name=title)
    return [link, told]
