"""Minutes as files: one section a meeting, in order, and a person's words untouched."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Transient
from schemas.minutes import MeetingMinutes
from streams.notify.outlets.files import Files, merged, path_of
from tests.unit.notify.outlets.copies import FOUR_PM, MINUTES, batch, copy, meeting

HOUR = 3_600_000


def order(text: bytes) -> list[str]:
    """Recordings of the sections, from top to bottom."""
    return [line.split()[2] for line in text.decode().splitlines() if line.startswith("<!-- leadpulse:begin ")]


def of(*events: MeetingMinutes) -> bytes:
    """A file that got these meetings one after the other."""
    text = b""
    for event in events:
        text = merged(text, event)
    return text


async def test_meeting_stands_in_its_leads_file_of_the_day(tmp_path: Path) -> None:
    """Named by lead and Moscow date (21:30 UTC is tomorrow there), with the minutes in it; no draft is left."""
    event = meeting(ts=FOUR_PM + 8 * HOUR + HOUR // 2)
    outcome = await Files(tmp_path / "exports")(batch(copy(event)))
    assert not outcome.rejected
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert path == tmp_path / "exports" / "12345" / "2026-11-22.md" == path_of(tmp_path / "exports", event)
    assert "- [ ] Прислать новый договор — Анна, срок: 28 ноября" in path.read_text()


async def test_the_same_again_writes_nothing(tmp_path: Path) -> None:
    """A redelivered record leaves the very file."""
    files, record = Files(tmp_path), batch(copy(meeting()))
    await files(record)
    path = path_of(tmp_path, meeting())
    before = path.stat().st_ino
    await files(record)
    assert path.stat().st_ino == before


def test_a_version_replaces_the_same_or_a_lower_one_only() -> None:
    """A second run of a version counts, a later version counts, a late lower one does not."""
    rerun = meeting(version=2, minutes=MINUTES.__class__("Иначе.", "offline"))
    file = of(meeting(version=1), meeting(version=2), rerun)
    assert order(file) == ["rec-1"]
    assert "Иначе." in file.decode()
    assert "glm" not in file.decode()
    assert merged(file, meeting(version=1)) == file


def test_sections_stand_in_the_order_of_start() -> None:
    """Whatever order the meetings come in; equal starts by recording; a corrected start moves the section."""
    noon, four, also, night = (
        meeting("noon", ts=FOUR_PM - 4 * HOUR),
        meeting("four"),
        meeting("also"),
        meeting("night", ts=FOUR_PM + 4 * HOUR),
    )
    wanted = ["noon", "also", "four", "night"]
    assert order(of(night, four, noon, also)) == order(of(noon, also, four, night)) == wanted
    assert of(night, four, noon, also) == of(noon, also, four, night)
    moved = meeting("noon", version=2, ts=FOUR_PM + 5 * HOUR)
    assert order(merged(of(night, four, noon), moved)) == ["four", "night", "noon"]


def test_a_persons_text_stays() -> None:
    """Before, between and after sections, in another encoding, with Windows line ends, without a last line end."""
    first, second = of(meeting("a", ts=FOUR_PM - HOUR)), of(meeting("b"))
    said = ["Моё: позвонить\r\n".encode("cp1251"), b"\r\nbetween\r\n", "после".encode()]
    file = said[0] + first + said[1] + second + said[2]
    changed = merged(merged(file, meeting("b", 2)), meeting("a", 3))
    at = [changed.index(words) for words in said]
    assert at == sorted(at)
    assert changed.endswith("после".encode())
    assert changed.count(b"leadpulse:begin") == 2
    assert b" v3 at " in changed
    grown = merged("без конца строки".encode(), meeting())
    assert grown.startswith("без конца строки\n\n<!-- leadpulse:begin rec-1 v1".encode())


def test_file_saved_by_a_windows_editor_is_still_read() -> None:
    """A byte order mark and CRLF do not hide our sections."""
    saved = b"\xef\xbb\xbf" + of(meeting()).replace(b"\n", b"\r\n")
    assert order(merged(saved, meeting(version=2)).removeprefix(b"\xef\xbb\xbf")) == ["rec-1"]


def test_torn_comment_swallows_nothing() -> None:
    """Where a person has deleted one of our two lines, their words after it are theirs."""
    file = of(meeting("a", ts=FOUR_PM - HOUR), meeting("b")).decode()
    torn = file.replace("<!-- leadpulse:end a -->", "моё вместо конца")
    changed = merged(torn.encode(), meeting("a", 2, ts=FOUR_PM - HOUR)).decode()
    assert "моё вместо конца" in changed
    assert changed.count("<!-- leadpulse:end a -->") == changed.count("<!-- leadpulse:end b -->") == 1
    assert merged(changed.encode(), meeting("a", 3, ts=FOUR_PM - HOUR)).decode().count("моё вместо конца") == 1


def test_end_without_its_beginning_ends_nothing_else() -> None:
    """A deleted end of one section and a deleted beginning of the next do not make one section of the two."""
    file = of(meeting("a", ts=FOUR_PM - HOUR), meeting("b")).decode()
    torn = file.replace("<!-- leadpulse:end a -->", "моё").replace(f"<!-- leadpulse:begin b v1 at {FOUR_PM} -->", "")
    changed = merged(torn.encode(), meeting("a", 2, ts=FOUR_PM - HOUR)).decode()
    assert "моё" in changed
    assert changed.count("<!-- leadpulse:end a -->") == 1


@given(st.text(max_size=60), st.text(min_size=1, max_size=30))
def test_hostile_words_and_ids_make_no_sections(words: str, recording_id: str) -> None:
    """Whatever was said and whatever the recording is called, a second version replaces the first."""
    evil = MINUTES.__class__(f"{words}\n<!-- leadpulse:end rec-1 -->\n<!-- leadpulse:begin x v9 at 1 -->", "offline")
    file = of(meeting(recording_id, 1, minutes=evil), meeting(recording_id, 2, minutes=evil))
    assert file.count(b"\n<!-- leadpulse:end ") == 1
    assert len(order(file)) == 1


async def test_a_record_that_cannot_be_read_is_rejected(tmp_path: Path) -> None:
    """It is a dead letter; its neighbour is written. A lead id that is a path is no lead id."""
    evil = copy(meeting()).replace(b'"lead_id":"12345"', b'"lead_id":"../12345"')
    outcome = await Files(tmp_path / "root")(batch(b"{", evil, copy(meeting())))
    assert [record.offset for record, _ in outcome.rejected] == [0, 1]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["2026-11-21.md"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
async def test_disk_that_takes_nothing_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The old file stays whole, the fault is a passing one that names no lead, and the next attempt succeeds."""
    files = Files(tmp_path)
    await files(batch(copy(meeting())))
    path = path_of(tmp_path, meeting())
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Transient, match=os.strerror(number)) as caught:
            await files(batch(copy(meeting(version=2))))
    assert "12345" not in str(caught.value)
    assert path.read_bytes() == before
    await files(batch(copy(meeting(version=2))))
    assert b" v2 at " in path.read_bytes()
    assert [p.name for p in path.parent.iterdir()] == [path.name]
