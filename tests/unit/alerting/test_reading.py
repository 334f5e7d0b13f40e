"""What the head is told of unusual reading."""

from alerting.reading import render_reading
from processors.privacy.reading import Noticed

TEN = 1_795_244_400_000


def test_who_when_and_how_many() -> None:
    """A name is text; the number has the right ending; where to look stands below."""
    night = render_reading(Noticed("night", "u1", "<Ольга>", TEN, 1, "k"))
    assert night.startswith("🟡 Ночью открывали данные клиентов: <b>&lt;Ольга&gt;</b>, ")
    assert "в 10:00 (мск)" in night
    many = [render_reading(Noticed("many", "u1", "Ольга", TEN, clients, "k")) for clients in (51, 62)]
    assert "За час открыли данные 51\u00a0клиента: <b>Ольга</b>" in many[0]
    assert "данные 62\u00a0клиентов" in many[1]
    assert all("leadpulse audit list" in text for text in [night, *many])
