"""What its source calls an event: the name by which a person looks for it (`leadpulse trace`). Pure."""

from collections.abc import Callable
from typing import Any, get_args

from schemas import events as ev


def _message(event: ev.Message | ev.MessageEdited | ev.MessageDeleted) -> str:
    return f"{event.chat_id}/{event.message_id}"


REFS: dict[type, Callable[[Any], str]] = {
    **dict.fromkeys((ev.Message, ev.MessageEdited, ev.MessageDeleted), _message),
    **dict.fromkeys(
        (ev.MeetingRecorded, ev.MeetingTranscribed, ev.MeetingMinutes), lambda event: str(event.recording_id)
    ),
    **dict.fromkeys(get_args(ev.WmsEvent), lambda event: str(event.doc)),
    **dict.fromkeys((ev.Call, ev.CallTranscribed), lambda event: str(event.call_id)),
    ev.MeetingRoom: lambda event: event.meeting_id,
    ev.Mail: lambda event: event.mail_id,
    ev.Note: lambda event: event.note_id,
    ev.CrmChanged: lambda event: f"{event.entity}:{event.entity_id}",
}
"""`chat/message`, a recording's id, a document of the warehouse … Empty for what only we make."""
