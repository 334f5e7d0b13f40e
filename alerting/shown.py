"""What shows an alert: the client's words with who said them, and the last documents. Pure; HTML."""

from itertools import accumulate

from alerting.clients import LONGEST_NAME, Client, linked, message_at
from alerting.foreign import cut, plain, telegram
from processors.russian.dates import date, moment, place
from schemas.alerts import Alert, Evidence
from schemas.types import Millis

LONGEST_QUOTE, MOST_QUOTES, LONGEST_DOCUMENT = 300, 5, 80

LONGEST_SAID = 600
"""Characters of all quotes as they are read: with title, figures and the step the message is one screen of a
telephone. The latest is shown however long it is."""

_SAID = {"message": "сообщение", "mail": "письмо", "chat": "переписка", "meeting": "встреча", "call": "звонок"}
"""Kinds of evidence whose text is somebody's words."""

_DOCUMENTS = {
    "reservation": "бронь",
    "pick": "сборка",
    "shipment": "отгрузка",
    "inbound": "поставка",
    "stock": "остаток",
}


def quotes(alert: Alert, client: Client) -> list[str]:
    """Who said what, the latest first; the same words once. Nothing of what another client said."""
    if alert.moved:
        return []
    last = {" ".join(each.text.split()): each for each in alert.evidence if each.kind in _SAID and each.text.strip()}
    places = {(" ".join(each.text.split()), each.ref or each.event_id, each.at_ms) for each in alert.evidence}
    times = [words for words, *_ in places]  # two signals may rest on one message
    found = sorted(last.items(), key=lambda item: -item[1].ts)[:MOST_QUOTES]
    return [_quote(each, client, times.count(words)) for words, each in found]


def said(alert: Alert, client: Client) -> list[str]:
    """The quotes as lines of a message: as many as one screen holds, and how many there are besides."""
    found = quotes(alert, client)
    if len(found) <= 1:
        return found
    lengths = accumulate(len(plain(quote)) for quote in found)
    shown = max(1, sum(length <= LONGEST_SAID for length in lengths))
    more = [f"• и\u00a0ещё {len(found) - shown} в\u00a0карточке клиента"] if shown < len(found) else []
    return [f"• {quote}" for quote in found[:shown]] + more


def documents(alert: Alert) -> list[str]:
    """A document of each kind, the latest that was told: how many there are, the figures say."""
    last = {each.kind: each for each in alert.evidence if each.text}
    in_order = sorted((each for each in last.values() if each.kind in _DOCUMENTS), key=_ts)
    by_text = {each.text: each for each in in_order}  # a document that is reserved, then picked, is shown once
    shown = "; ".join(f"{_DOCUMENTS[each.kind]} {_document(each)}" for each in by_text.values())
    said = [f"Например, {shown}"] if shown else []
    if alert.rule == "combined_risk" and "day" in last:  # of the others the figures say it
        said.append(f"По итогам дня: {_document(last['day'])}")
    return said


def _document(evidence: Evidence) -> str:
    return f"{telegram(cut(evidence.text, LONGEST_DOCUMENT))} ({moment(evidence.ts)})"


def _quote(evidence: Evidence, client: Client, times: int) -> str:
    who, text = telegram(cut(evidence.who, LONGEST_NAME)), telegram(cut(evidence.text, LONGEST_QUOTE))
    if evidence.at_ms is not None:
        where = f"{_SAID[evidence.kind]} {date(evidence.ts)}, {place(evidence.at_ms)} от начала"
    else:
        where = f"{_SAID[evidence.kind]} {moment(evidence.ts)}"
    address = client.meeting_at(evidence.ref) if evidence.kind == "meeting" else message_at(evidence.ref)
    text = text.replace("«", "„").replace("»", "“")  # marks within the marks
    again = f", повторено: {times}" if times > 1 else ""
    return f"{who + ': ' if who else ''}«{text}» ({linked(where, address if evidence.ref else '')}{again})"


def _ts(evidence: Evidence) -> Millis:
    return evidence.ts
