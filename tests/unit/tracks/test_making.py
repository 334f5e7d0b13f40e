"""When a meeting is over its file is made and told: once, and again only where more came."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from processors.tracks.ending import Heard
from schemas.audio import AUDIO_RECORD, AudioAlive, AudioBlock, AudioClosed, AudioOpened, AudioRecord
from schemas.errors import Transient
from schemas.topics import AUDIO, MEETING_TRACKS, RECORDINGS
from streams.engine.kafka import Output, partition_of
from streams.tracks import making as making_module
from tests.unit.tracks.house import AT, FROM_JITSI, REPORTS, ROOM, House, report
from tests.unit.tracks.test_file import ZERO, loud, meeting


def one_word(at: int) -> AudioBlock:
    """Somebody speaks again."""
    return next(replace(one, zero=at) for one in meeting() if isinstance(one, AudioBlock))


def gone(record: Any) -> Any:
    """As after the broker has taken the record away: another meeting's stands there."""
    value = AUDIO_RECORD.encode(AudioAlive("m2", "x", 1))
    return SimpleNamespace(**{**vars(record), "value": value, "key": b"m2"})


STANDS = AudioAlive("m1", "c2", ZERO)


async def idle(house: House, hours: float, said: AudioRecord = STANDS) -> list[str]:
    """So long only this comes, every quarter of an hour; what is made meanwhile."""
    made = []
    for _ in range(round(hours * 4)):
        made += await house.after(900)
        await house.sound(said)
    return made


async def test_a_meeting_that_is_over_is_a_recording(house: House) -> None:
    """In the same form as Jibri's: names, lead, room, times; the last name that each had."""
    await house.reports(*REPORTS, report("meeting_ended", ZERO + 60_000))
    await house.sound(*meeting())
    assert await house.after(1) == []
    assert await house.after(5) == ["m1"]
    [told], [path] = house.recordings(), house.files()
    assert (told.room, told.lead_id, told.participants) == (ROOM, "7", ["Анна", "Борис"])
    assert (told.started_at, told.duration_ms, told.ended_at) == (ZERO, 10_000, ZERO + 10_000)
    assert (told.meeting_id, told.sessions, told.gaps) == ("m1", ["s1"], [(5000, 8000)])
    assert house.folder / told.path == path
    assert told.size == path.stat().st_size
    assert loud(path) == {"Анна": [(1.0, 3.0), (9.0, 10.0)], "Борис": [(2.0, 4.0)]}
    assert await house.after(60) == []


async def test_while_it_goes_on_nothing_is_made(house: House) -> None:
    """A connection that closed without a word, and silence of a quarter of an hour: all may be muted."""
    *most, _ = meeting()
    await house.sound(*most, AudioClosed("m1", "c2", ZERO + 10_500))
    assert await house.after(15 * 60) == []


async def test_the_room_tells_that_it_is_over(house: House) -> None:
    """A minute after the last sound, where the bridge went without a word: what was said after it is missing, from the
    last sign that it stood. A connection that broke at once kept nothing."""
    *most, _ = meeting()
    await house.sound(*most, AudioAlive("m1", "c2", ZERO + 12_000), AudioOpened("m1", "c3", ZERO + 25_000))
    await house.reports(*REPORTS, report("meeting_ended", ZERO + 31_000))
    assert await house.after(59) == []
    assert await house.after(1) == ["m1"]
    assert house.recordings()[0].gaps == [(5000, 8000), (12_000, 31_000)]


async def test_nobody_tells_anything(house: House) -> None:
    """Bridge and Prosody went down together."""
    *most, _ = meeting()
    await house.sound(*most)
    assert await house.after(30 * 60 - 1) == []
    assert await house.after(1) == ["m1"]
    assert house.recordings()[0].participants == []


@pytest.mark.parametrize("step", ["file", "recording", "mark"])
async def test_killed_at_any_step_it_owes_the_same(house: House, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the file, behind the recording, in front of the mark: the next one makes and tells the same."""
    await house.reports(*REPORTS)
    await house.sound(*meeting())
    send = house.topics.send

    class Killed(BaseException):
        """No `except` is run."""

    async def die(outputs: list[Output]) -> None:
        topic = outputs[0].topic
        closes = topic == MEETING_TRACKS.name and b'"made"' in (outputs[0].value or b"")
        if (step == "recording" and closes) or (step == "file" and topic == RECORDINGS.name):
            raise Killed
        await send(outputs)
        if step == "mark" and closes:
            raise Killed

    monkeypatch.setattr(house.topics, "send", die)
    house.start()
    with pytest.raises(Killed):
        await house.after(6)
    monkeypatch.setattr(house.topics, "send", send)
    [path] = house.files()
    before = path.read_bytes()
    house.start()
    assert await house.after(1) == ([] if step == "mark" else ["m1"])
    assert house.files() == [path]
    assert path.read_bytes() == before
    assert len({FROM_JITSI.encode(one) for one in house.recordings()}) == 1


async def test_the_topic_from_its_beginning_gives_the_same(house: House) -> None:
    """Also where the marks are gone."""
    await house.reports(*REPORTS)
    await house.sound(*meeting())
    await house.after(6)
    [path] = house.files()
    before = path.read_bytes()
    path.unlink()
    del house.topics.kept[MEETING_TRACKS.name, AT]
    house.start()
    outcome = await house.owed(house.topics.batch(AUDIO.name, AT))
    await house.topics.send(outcome.outputs)
    assert await house.after(1) == ["m1"]
    assert path.read_bytes() == before
    assert house.recordings()[0] == house.recordings()[1]


async def test_what_comes_behind_the_end_is_taken_in(house: House) -> None:
    """The human stopped the recording and began it again: the file is made anew, under the same name."""
    await house.reports(*REPORTS)
    *all_but_last, last = meeting()
    await house.sound(*all_but_last[:3], AudioClosed("m1", "c1", ZERO + 5000, ended=True))
    assert await house.after(6) == ["m1"]
    house.start()
    await house.sound(*all_but_last[3:], last)
    assert await house.after(6) == ["m1"]
    first, second = house.recordings()
    assert (first.recording_id, first.path) == (second.recording_id, second.path)
    assert first.duration_ms < second.duration_ms == 10_000


async def test_a_tab_that_stays_open_keeps_no_meeting_waiting(house: House) -> None:
    """Its connection stands over a weekend: the file is made while its sound is there, not made again for signs of
    life, and one word two days later does not take the place of the meeting."""
    *most, last = meeting()
    await house.reports(*REPORTS)
    await house.sound(*most)
    assert await idle(house, 3.75) == []
    assert await idle(house, 0.5) == ["m1"]
    [made] = house.recordings()
    assert await idle(house, 46) == []
    of = house.topics.kept[AUDIO.name, AT]
    for place in range(len(most)):
        of[place] = gone(of[place])
    await house.sound(one_word(ZERO + 50 * 3_600_000), last)
    assert await house.after(3600 * 6) == [] and house.recordings() == [made]
    house.start()
    assert await house.after(60) == [] and house.recordings() == [made]


async def test_a_meeting_without_an_end_is_made_while_its_sound_is_there(house: House) -> None:
    """A film in an empty room: of two days the first ones are not lost."""
    *most, _ = meeting()
    await house.sound(*most)
    assert await idle(house, 41.5, one_word(ZERO + 60_000)) == []
    assert await idle(house, 1) == ["m1"]


async def test_two_meetings_do_not_mix(house: House) -> None:
    """In one partition."""
    other = next(f"x{at}" for at in range(99) if partition_of(AUDIO.name, f"x{at}".encode()) == AT)
    await house.sound(*meeting())
    before = len(house.topics.kept[AUDIO.name, AT])
    alien = AUDIO_RECORD.encode(AudioOpened(other, "c9", ZERO, "lead-8"))
    await house.topics.send([Output(AUDIO.name, other.encode(), alien)])
    await house.topics.send((await house.owed(house.topics.batch(AUDIO.name, AT, before))).outputs)
    assert await house.after(6) == ["m1"]
    assert len(house.files()) == 1


async def test_a_full_disk_waits_and_tells(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost; when there is room the file is made."""
    await house.sound(*meeting())

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(making_module, "write", full)
        assert await house.after(6) == []
        assert house.making.condition().look() == "на диске нет места (speech.recordings)"
    assert await house.after(6) == ["m1"]
    assert house.making.condition().look() == ""


async def test_a_missing_share_waits(house: House) -> None:
    """An empty folder of this name is never made."""
    await house.sound(*meeting())
    house.folder.rmdir()
    with pytest.raises(Transient, match="папки нет"):
        await house.after(6)
    house.folder.mkdir()
    assert await house.after(1) == ["m1"]


def test_a_connection_behind_the_end_is_no_end() -> None:
    """The recording was stopped and is on again, and nobody has spoken yet."""
    heard = Heard()
    heard.take(AudioClosed("m1", "c1", ZERO, ended=True), 0, ZERO)
    assert heard.is_over(ZERO + 5000)
    heard.take(AudioOpened("m1", "c2", ZERO + 1000), 1, ZERO + 1000)
    assert not heard.is_over(ZERO + 60_000)
    heard.take(AudioClosed("m1", "c1", ZERO, ended=True), 0, ZERO)
    assert not heard.is_over(ZERO + 60_000)
