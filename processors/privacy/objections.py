"""What an objection concerns: recordings and words of its meeting, no others: nobody gives back what is deleted."""

from collections.abc import Iterable, Sequence

from processors.tracks.lines import plain
from schemas.meetings import MeetingRoom, MeetingSaid
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


def taken_back(said: Iterable[MeetingSaid], objections: Sequence[MeetingRoom]) -> list[MeetingSaid]:
    """Of what was said while meetings went on the words of those who objected in them: by his id in the room, and of
    whoever is called as he is, as tracks are (`processors.tracks.lines`). All of a meeting where nobody knows who
    objected."""
    said = list(said)
    return [one for room in {each.meeting_id for each in objections} for one in _of_objectors(room, said, objections)]


def _of_objectors(
    meeting_id: str, said: Iterable[MeetingSaid], objections: Iterable[MeetingRoom]
) -> Iterable[MeetingSaid]:
    here = [one for one in said if one.meeting_id == meeting_id]
    against = [each for each in objections if each.meeting_id == meeting_id]
    who = {each.participant for each in against}
    if "" in who:
        return here
    names = {each.name for each in against} | {_called_himself(one) for one in here if one.participant in who}
    called = {name for name in map(plain, names) if name}
    return [one for one in here if one.participant in who or plain(_called_himself(one)) in called]


def _called_himself(one: MeetingSaid) -> str:
    """Also where a person said who that is."""
    return one.called or one.name
