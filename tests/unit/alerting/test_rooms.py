"""What ops read of a room without a recording."""

import pytest
from msgspec.structs import replace

from alerting.rooms import REASONS, render_room
from schemas.events import RoomHappening
from schemas.meetings import OTHERS_KEPT
from schemas.sources import RoomReport


def report(
    happening: RoomHappening, reason: str = "", room: str = "lead-12345-x", lead: str | None = "12345"
) -> RoomReport:
    """A report of 10:00 Moscow time."""
    return RoomReport("r", happening, 1_795_244_400_000, room, "m-1", lead, reason=reason)


def test_unrecorded_tells_room_client_and_reason() -> None:
    """Which room, whose, why, since when, what to do."""
    text = render_room(report("unrecorded", "resource-constraint"))
    assert text == (
        "🔴 Комната <b>lead-12345-x</b> (клиент 12345) идёт без записи: все Jibri заняты.\n"
        "Время: 10:00 (мск). Проверьте Jibri и Jicofo."
    )


def test_a_stream_is_no_fault() -> None:
    """While a stream is on nobody is sent to look after Jibri."""
    assert render_room(report("unrecorded", "streaming")) == (
        "🔴 Комната <b>lead-12345-x</b> (клиент 12345) идёт без записи: идёт трансляция, запись начнётся после неё.\n"
        "Время: 10:00 (мск)."
    )


def test_a_number_of_no_lead_is_named_so() -> None:
    """Ops read that the number in the name is wrong."""
    unknown = RoomReport("r", "unrecorded", 1_795_244_400_000, "lead-123452", "m-1", lead_known=False)
    assert "(лида с таким номером нет)" in render_room(unknown)


@pytest.mark.parametrize("reason", ["", "something-new", *REASONS])
def test_every_reason_gives_a_sentence(reason: str) -> None:
    """An unknown reason is shown as it is, a missing one is said to be unknown."""
    text = render_room(report("unrecorded", reason))
    assert REASONS.get(reason, reason or "причина неизвестна") in text


def test_end_of_it() -> None:
    """The message changes when the recording runs at last, or the meeting is over without it."""
    assert render_room(report("recording_on")).startswith("🟢")
    assert render_room(report("recording_gap")).startswith("🟢")
    assert "без записи" in render_room(report("meeting_ended"))


def test_room_name_cannot_write_html() -> None:
    """A room's name comes from anybody."""
    text = render_room(report("unrecorded", "<i>", "lead-1-<b>x</b>&", None))
    assert "&lt;b&gt;x&lt;/b&gt;&amp;" in text
    assert "&lt;i&gt;" in text
    assert "не определён" in text


def test_an_objection_is_told_to_the_curator_without_a_name() -> None:
    """Which client, what becomes of the recording, and afterwards that it is done."""
    said = render_room(replace(report("objected"), participant="a1b2c3d4"))
    done = render_room(report("recording_deleted"))
    assert "и дорожки всех участников (кто возразил, неизвестно) будут удалены" in render_room(report("objected"))
    assert said.startswith("🔴 В комнате <b>lead-12345-x</b> (клиент 12345) участник возразил против записи.")
    assert "и его дорожка будут удалены и не будут расшифрованы.\nВремя: 10:00 (мск)." in said
    assert "участник возразил, запись удалена. Расшифровки и протокола не будет." in done
    kept = render_room(replace(report("recording_deleted"), reason=OTHERS_KEPT))
    assert "участник возразил, его дорожка удалена. Слова остальных расшифровываются заново, без него." in kept
