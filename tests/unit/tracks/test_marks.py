"""Marks of meetings: how long they stay, of which meeting a recording of Jibri is, and that a replay makes nothing."""

from processors.tracks.entry import entry_id
from schemas.topics import AUDIO, DAY_MS, MEETING_TRACKS, RECORDINGS
from schemas.tracks import MeetingTracks
from streams.engine.meetings import MARK, KnownMeetings
from tests.unit.tracks.house import AT, REPORTS, ROOM, House
from tests.unit.tracks.test_file import meeting


async def test_marks_stay_for_a_year(house: House) -> None:
    """They say of which meeting a recording of Jibri is."""
    await house.reports(*REPORTS)
    await house.sound(*meeting())
    await house.after(6)
    mark = MARK.decode(house.topics.values(MEETING_TRACKS.name)[-1])
    assert isinstance(mark, MeetingTracks)
    assert (mark.since, mark.room, mark.made, mark.sessions) == (0, ROOM, len(meeting()), ["s1"])
    await house.after(366 * DAY_MS / 1000)
    assert house.topics.values(MEETING_TRACKS.name)[-1] is not None
    await house.after(60 * DAY_MS / 1000)
    assert house.topics.values(MEETING_TRACKS.name)[-1] is None


async def test_jibris_session_is_known_while_the_meeting_goes_on(house: House) -> None:
    """Its file may come before ours is made: whoever meets it knows of which meeting it is."""
    await house.reports(*REPORTS)
    await house.sound(*meeting()[:3])
    known = KnownMeetings(house.topics.reader(MEETING_TRACKS.name))
    for seconds, entry in ((59, ""), (1, entry_id("m1"))):
        await house.after(seconds)
        for record in house.topics.kept[MEETING_TRACKS.name, AT]:
            known.put(record)
        assert known.entry("s1") == entry
    assert known.entry("s2") == known.entry("") == ""


async def test_a_replay_with_the_marks_makes_nothing(house: House) -> None:
    """The group's offsets are lost: what the file holds already does not owe it again."""
    await house.reports(*REPORTS)
    await house.sound(*meeting())
    await house.after(6)
    told = len(house.topics.values(RECORDINGS.name))
    house.start()
    outcome = await house.owed(house.topics.batch(AUDIO.name, AT))
    assert outcome.outputs == []
    assert await house.after(60) == []
    assert len(house.topics.values(RECORDINGS.name)) == told
