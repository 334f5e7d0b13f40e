"""Everything about a client as one page."""

from typing import Any

from alerting.dossier import render_dossier, words_of

TEN = 1_795_244_400_000


def event(ts: int, **payload: Any) -> dict[str, Any]:
    return {"ts": ts, "event_id": str(ts), "kind": "message", "source": "telegram", "payload": payload}


def test_nothing_is_left_out_and_nothing_is_markup() -> None:
    """Oldest first, in words and as it is stored; what somebody wrote is text, whatever it looks like."""
    said = event(TEN + 1, author={"id": "1", "name": "<b>Ольга</b>"}, text="<script>alert(1)</script>", qty=17)
    page = render_dossier(
        "Всё о клиенте 7", "Выгрузка: я", [said, event(TEN, text="раньше")], ["history.json"], ["звук <x>"]
    )
    assert "<script>" not in page
    assert page.index("раньше") < page.index("&lt;script&gt;alert(1)&lt;/script&gt;")
    assert "&lt;b&gt;Ольга&lt;/b&gt;: &lt;script&gt;" in page
    assert "&quot;qty&quot;: 17" in page
    assert "История: 2\u00a0события" in page
    assert "звук &lt;x&gt;" in page
    assert '<a href="history.json">' in page


def test_words_of_a_meeting() -> None:
    """A line an utterance with who said it; minutes with the quotes of their items."""
    assert words_of({"utterances": [{"speaker": None, "text": "да"}, {"speaker": "Иван", "text": "нет"}]}) == [
        "—: да",
        "Иван: нет",
    ]
    minutes = {"summary": "Обсудили.", "actions": [{"text": "Пришлёт счёт", "quote": "я пришлю счёт"}]}
    assert words_of({"minutes": minutes}) == ["Обсудили.", "Обещали: Пришлёт счёт — «я пришлю счёт»"]
    assert words_of({"qty": 5}) == []
