"""From where records of calls may be fetched."""

import logging

import pytest

from streams.notify.crm.calls import GIVE_UP_MS
from tests.unit.notify.crm.test_calls import Line, line

__all__ = ["line"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:8123/?query=x", "127.0.0.1"),
        ("https://evil.example/a.mp3", "evil.example"),
        ("https://bitrix24.ru.evil.example/a.mp3", "bitrix24.ru.evil.example"),
        ("file:///etc/passwd", "адреса без имени"),
        ("http://storage.voximplant.com/a.mp3", "storage.voximplant.com"),
    ],
)
async def test_records_are_fetched_from_known_hosts_only(
    line: Line, caplog: pytest.LogCaptureFixture, url: str, why: str
) -> None:
    """An application of the portal may write any address into the statistic, also one inside the house."""
    caplog.set_level(logging.INFO)
    line.fake.telephony.call(9, CALL_RECORD_URL=url)
    await line.look()
    assert await line.look(20) == []
    [told] = [record.__dict__["error"] for record in caplog.records if "error" in record.__dict__]
    assert told == f"с {why} записи не скачиваются (bitrix.record_hosts)"
    assert [call.id for call in line.seen.calls(line.now + GIVE_UP_MS, 50)] == [9], "until the setting allows it"
    assert line.files() == []
