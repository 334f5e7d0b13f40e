"""What its source calls an event: the name by which a person looks for it (`leadpulse trace`). Pure."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, get_args

from schemas import events as ev


def _message(event: ev.Message | ev.MessageEdited | ev.MessageDeleted) -> str:
    return f"{event.chat_id}/{event.message_id}"


REFS: dict[type, Callable[[Any], str]] = {
    **dict.fromkeys((ev.Message, ev.MessageEdited, ev.MessageDeleted), _message),
    **dict.fromkeys((ev.MeetingRecorded, ev.MeetingTranscribed, ev.MeetingMinutes), attrgetter("recording_id")),
    **dict.fromkeys(get_args(ev.WmsEvent), attrgetter("doc")),
    **dict.fromkeys((ev.Call, ev.CallTranscribed), attrgetter("call_id")),
    **dict.fromkeys((ev.MeetingRoom, ev.MeetingSaid), attrgetter("meeting_id")),
    ev.Mail: attrgetter("mail_id"),
    ev.Note: attrgetter("note_id"),
    ev.CommandChanged: attrgetter("command_id"),
    ev.CrmChanged: lambda event: f"{event.entity}:{event.entity_id}",
}
"""`chat/message`, a recording's id, a document of the warehouse … Empty for what only we make."""
