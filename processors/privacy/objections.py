"""Which recordings an objection concerns: those of its meeting and no other, for nobody gives back what is deleted."""

from collections.abc import Iterable

from schemas.sources import Recording, RoomReport


def objection_to(recording: Recording, objections: Iterable[RoomReport]) -> RoomReport | None:
    """The first objection that concerns the recording. A voice message or a call is no meeting; of tracks only those
    of the objector are refused, and the recording where they are still in it."""
    if recording.said_in is not None:
        return None
    return next((report for report in objections if _concerns(report, recording)), None)


def _concerns(report: RoomReport, recording: Recording) -> bool:
    """By the meeting or the session that the room reported. Else by the room, where it was running when somebody
    objected: the recording of the meeting before may have ended a moment after this one began.
    """
    if recording.meeting_id:
        return report.meeting_id == recording.meeting_id and report.participant not in recording.left_out
    if report.session_id and report.session_id == recording.session_id:
        return True
    in_room = report.room.casefold() == recording.room.casefold()
    return in_room and recording.started_at <= report.ts <= recording.ended_at
