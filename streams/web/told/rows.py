"""A row of the time line in words."""

from dataclasses import dataclass, field
from urllib.parse import quote

from processors.pages import Goods, Row
from processors.russian.called import CONTENTS, EVENT_KINDS
from processors.russian.dates import iso_date, length, place
from processors.russian.plural import DOCUMENTS, Forms, count, whole
from schemas.types import Millis
from streams.web.told.alerts import AlertShown, shown
from streams.web.told.anchors import anchor_of
from streams.web.told.facts import FACTS
from streams.web.told.times import heading, when

GROUPS = {
    "meeting": "встречи",
    "chat": "чат",
    "call": "звонки",
    "mail": "почта",
    "crm": "CRM",
    "wms": "склад",
    "alert": "тревоги",
    "command": "команды",
    "note": "заметки",
    "other": "прочее",
}
"""Filters, in the order in which they stand."""

_LABELS = {
    "meeting": "встреча",
    "chat": "чат",
    "call": "звонок",
    "mail": "письмо",
    "crm": "CRM",
    "wms": "склад",
    "alert": "тревога",
    "command": "команда",
    "note": "заметка",
    "other": "",
}
_DIRECTIONS = {"in": "входящий", "out": "исходящий"}
_MAILS = {"in": "от клиента", "out": "клиенту"}
_CHANGES = {"added": "создано", "updated": "изменено", "deleted": "удалено"}
_ENTITIES = {"lead": "лид", "deal": "сделка", "contact": "контакт", "company": "компания", "activity": "дело"}
_FIELDS = {
    "TITLE": "название",
    "STATUS_ID": "стадия",
    "STAGE_ID": "стадия",
    "STATUS_SEMANTIC_ID": "итог стадии",
    "OPPORTUNITY": "сумма",
    "COMPANY_TITLE": "компания",
    "NAME": "имя",
    "LAST_NAME": "фамилия",
    "SECOND_NAME": "отчество",
    "ADDRESS": "адрес",
    "COMMENTS": "комментарий",
    "ASSIGNED_BY_ID": "ответственный",
    "ASSIGNED_BY_NAME": "ответственный",
    "SOURCE_ID": "источник",
    "person": "контактное лицо",
    "post": "должность",
}
_CORRECTED = {
    "replace": "исправлено",
    "hide": "убрано",
    "restore": "возвращено, как было услышано",
    "add": "добавлено",
    "": "исправлено поле целиком",
}
_GOODS = {
    "reserved": "брони",
    "changed": "изменение броней",
    "cancelled": "снято броней",
    "picked": "сборка",
    "withdrawn": "вывоз со склада",
    "shipped": "отгрузка",
    "received": "приёмка",
    "expected": "ожидается приёмка",
    "returned": "возврат",
    "adjusted": "правка остатка",
}
COMMANDS = {
    "asking": "предложено",
    "approved": "подписано",
    "running": "выполняется",
    "done": "сделано",
    "failed": "не получилось",
    "unknown": "неизвестно, получилось ли",
    "refused": "отказано",
    "expired": "никто не подписал в срок",
    "superseded": "заменено другой",
    "rejected": "отклонено",
    "dropped": "не предложено",
}
"""A command's state, before what it does."""
_PROMISES: Forms = ("обещание", "обещания", "обещаний")
LONGEST = 1200
"""Characters of a text that stands open; the rest is folded."""


@dataclass(frozen=True, slots=True)
class RowShown:
    """`label` · `time` · `who`, then `head` and `text` (`rest` is folded), then `small` lines. `former`: what it said
    before, and until when. `links`: address and words. `anchor`: what a link to this row ends with."""

    place: str
    day: str
    time: str
    group: str
    label: str
    who: str
    ours: bool
    head: str
    text: str
    rest: str = ""
    small: list[str] = field(default_factory=list)
    former: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    alert: AlertShown | None = None
    note_id: str = ""
    gone: bool = False
    anchor: str = ""


def row(lead: str, one: Row, now: Millis) -> RowShown:
    """Of `lead`."""
    head, text, small = _words(one)
    return RowShown(
        one.place,
        heading(one.ts, now),
        when(one.ts, one.ts),
        one.group,
        _label(one),
        one.who,
        one.ours,
        head,
        text[:LONGEST],
        text[LONGEST:],
        small + _changes(one, now),
        [(before.text, when(before.until, now)) for before in one.former],
        _links(lead, one),
        None if one.alert is None else shown(one.alert, now),
        one.note.note_id if one.note is not None and one.note.by_hand else "",
        bool(one.gone_at),
        anchor_of(one),
    )


def _label(one: Row) -> str:
    if one.kind == "chat_summary":
        return "итоги переписки"
    return _LABELS.get(one.group, "") or EVENT_KINDS.get(one.kind, one.kind)


def _words(one: Row) -> tuple[str, str, list[str]]:
    """Head, text, small lines."""
    match one.group:
        case "meeting" if one.text:
            return "", one.text, []
        case "meeting":
            return length(one.duration_ms), one.minutes.summary if one.minutes else "", _of_meeting(one)
        case "chat" if one.kind == "chat_summary":
            return iso_date(one.title), one.minutes.summary if one.minutes else one.text, []
        case "chat":
            content = CONTENTS.get(one.content, one.content)
            return (content if content and content != one.text else ""), one.text, []
        case "call":
            said = ", ".join(filter(None, (_DIRECTIONS.get(one.direction, ""), length(one.duration_ms))))
            return said, one.text, []
        case "mail":
            return ": ".join(filter(None, (_MAILS.get(one.direction, ""), one.title))), one.text, []
        case "crm":
            return _crm(one)
        case "wms":
            return "", "", [_goods(each) for each in one.goods]
        case "alert":
            return "", "", []
        case "command":
            return _command(one)
        case "note":
            return "", one.text, []
        case _:
            return _other(one)


def _of_meeting(one: Row) -> list[str]:
    small = [", ".join(one.people)] if one.people else []
    if one.minutes is not None and one.minutes.actions:
        small.append(count(len(one.minutes.actions), _PROMISES))
    return small if one.minutes is not None else [*small, "протокола ещё нет"]


def _crm(one: Row) -> tuple[str, str, list[str]]:
    entity, _, number = one.title.partition(" ")
    head = f"{_ENTITIES.get(entity, entity)} {number}: {_CHANGES.get(one.direction, one.direction)}"
    return head, "", [f"{_FIELDS.get(name, name)}: {value}" for name, value in one.fields.items()]


def _command(one: Row) -> tuple[str, str, list[str]]:
    """«предложено: написать клиенту», and what became of it."""
    said = COMMANDS.get(one.direction, "команда")
    title = one.title[:1].lower() + one.title[1:]
    sure = one.fields.get("sure", "") if one.direction == "asking" else ""
    head = (f"{said}: {title}" if title else said) + (f" ({sure}\u00a0%)" if sure else "")
    what = one.fields.get("what", "")
    return head, f"«{one.text}»" if one.text else "", [part for part in (what, one.content) if part]


def _goods(one: Goods) -> str:
    pieces = f"{_GOODS.get(one.kind, one.kind)} {whole(one.pieces)}\u00a0шт."
    usual = f"обычно {whole(round(one.usual))}" if one.usual else "обычно в такие дни нет"
    return f"{pieces} ({usual}), {count(one.documents, DOCUMENTS)}"


def _other(one: Row) -> tuple[str, str, list[str]]:
    if one.kind != "profile_corrected":
        return "", one.text, [f"{name}: {value}" for name, value in one.fields.items()]
    was = f"«{one.content}» → " if one.content and one.text else f"«{one.content}»" if one.content else ""
    said = f"«{one.text}»" if one.text else ""
    return f"{FACTS.get(one.title, one.title)}: {_CORRECTED.get(one.direction, '')}", was + said, []


def _changes(one: Row, now: Millis) -> list[str]:
    said = [f"изменено {when(one.changed_at, now)}"] if one.changed_at else []
    if one.gone_at:
        said.append(f"удалено {when(one.gone_at, now)}")
    if one.note is not None and one.note.changed_at:
        said.append(f"изменено {when(one.note.changed_at, now)}: {one.note.changed_by}")
    if one.alert is not None:
        said.append(f"доставлено {when(one.told_at, now)}" if one.told_at else "сообщения в Telegram не было")
    return said


def _links(lead: str, one: Row) -> list[tuple[str, str]]:
    if one.group == "command" and one.ref:
        words = "посмотреть и подписать" if one.direction == "asking" else "что было с командой"
        return [(f"/commands/{one.ref}", words)]
    if not one.recording:
        return []
    page = f"/leads/{lead}/meetings/{quote(one.recording, safe='')}"
    if one.at_ms is not None:
        return [(f"{page}?t={one.at_ms // 1000}", f"слушать с {place(one.at_ms)}")]
    return [(page, "протокол, расшифровка, запись")]
