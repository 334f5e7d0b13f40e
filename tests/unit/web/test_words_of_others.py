"""Words of others that would be markup or a script: on every screen they are text."""

from typing import Any
from urllib.parse import quote

import msgspec

from schemas import events as ev
from tests.unit.web.company_clients import LEAVES
from tests.unit.web.company_events import said
from tests.unit.web.page import Page
from tests.unit.web.screens import CARD, record_of

EVIL = ("<img src=x onerror=alert(1)>", "{{7*7}}", "javascript:alert(1)", "</script><script>alert(1)</script>")


def evils(evil: str, number: int, ts: int) -> list[ev.Event]:
    """In every place where somebody else's words come in."""
    author = ev.Author("9", evil)
    common: dict[str, Any] = {"lead_id": LEAVES, "ts": ts, "source": "telegram:main"}
    fields = {evil: evil, "TITLE": evil}
    return [
        said(LEAVES, 2000 + number, evil, ts, author),
        ev.Mail("m", "in", evil, evil, event_id=f"{number:08}aaaaaaaa", **common),
        ev.CrmChanged("lead", evil, "updated", fields, event_id=f"{number:08}bbbbbbbb", **common),
        ev.Note(f"{number:016}", author, evil, True, event_id=f"{number:08}cccccccc", **common),
        ev.MeetingRecorded(
            f"evil{number}", evil, 1000, "ok", [evil], f"{evil}.ogg", event_id=f"{number:08}dddddddd", **common
        ),
    ]


async def test_w3_words_of_others_are_text_everywhere(company: Page) -> None:
    """A script in a chat, a title, a mail, a CRM field, a name, a note, a file's name: it is shown, never run."""
    for number, evil in enumerate(EVIL):
        await company.office.send([record_of(event) for event in evils(evil, number, company.now - number)])
        cards = company.office.cards.cards
        cards.apply(f"{LEAVES}/evil", msgspec.structs.replace(cards.find(LEAVES), name=evil, source="hand", card=evil))  # type: ignore[type-var]
        for path in ("/", CARD, f"{CARD}/timeline", "/alerts", "/inbox", f"{CARD}/meetings/evil{number}",
                     "/search?q=" + quote("alert"), f"{CARD}/timeline?q=" + quote("alert")):  # fmt: skip
            answer = await company.get(path, "head")
            body = await answer.text()
            assert answer.status == 200, (path, body)
            assert "<img" not in body and "<script>alert" not in body and ">49<" not in body
            assert 'href="javascript:' not in body
    body = await (await company.get(CARD, "head")).text()
    assert "&lt;img src=x onerror=alert(1)&gt;" in body and "{{7*7}}" in body
