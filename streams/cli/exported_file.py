"""What an export of Telegram Desktop comes to, for a person: its chats, its first messages, what is not in it."""

from collections.abc import Iterator

from processors.identity import Identities
from processors.russian.called import CONTENTS
from processors.russian.plural import MESSAGES, Forms, count
from schemas.sources import ClientRef
from streams.cli.mapped_file import MOST_FAULTS, along
from streams.cli.table import clock_time, table
from streams.loading import ChatFigures, Export, Exported, ExportSurvey
from streams.loading.telegram import Watch

CHATS: Forms = ("чат", "чата", "чатов")
_IN_CHATS: Forms = ("чате", "чатах", "чатах")
NUMBERS: Forms = ("номер", "номера", "номеров")
GAPS_SHOWN = 3
"""The longest gaps of a chat that are named."""
LONGEST = 60
"""Characters of a message that are shown."""

_TYPES = {"supergroup": "супергруппа", "group": "группа", "private": "личный"}
_OTHERS = {
    "personal_chat": "личные чаты без привязки (загрузить один: --chat НОМЕР)",
    "bot_chat": "чаты с ботами",
    "private_channel": "каналы",
    "public_channel": "каналы",
    "saved_messages": "избранное",
    "private_group": "группы",
    "private_supergroup": "группы",
    "public_supergroup": "группы",
}
_PASSED = {
    "service": "служебных",
    "timeless": "без времени (Telegram Desktop не умеет их выгрузить)",
    "old": "старше трёх лет, такие не хранятся",
    "taken": "уже есть от бота",
}
_HEAD = ("Чат", "Номер", "Вид", "Лид", "Сообщений", "Правок", "С", "По", "Нет номеров")


def watched(label: str) -> Watch:
    """A bar on stderr while the file is read."""

    def watch(export: Export) -> Iterator[tuple[int, Exported]]:
        return along(label, export.read(), export.size, export.position)

    return watch


def lead_of(chat: ChatFigures, known: Identities | None) -> str:
    """Whose chat it is, in a cell."""
    if known is None:
        return "?"
    return known.find(ClientRef("tg_chat", str(chat.id))) or "не привязан"


def told_export(found: ExportSurvey, known: Identities | None, *, everything: bool) -> str:
    """In Russian, for a person. Without `known` nobody could say whose the chats are."""
    chats = sorted(found.chats.values(), key=lambda chat: (-chat.messages, chat.id))
    parts = [table(_HEAD, [_row(chat, known) for chat in chats])] if chats else []
    if everything and found.first:
        parts.append(table(("Время", "Чат", "Кто", "Сообщение"), [_sample(update) for update in found.first]))
    parts += [_gaps(chat) for chat in chats if chat.missing]
    faults = found.faults if everything else found.faults[:MOST_FAULTS]
    parts += [f"✗ запись {fault.place}: {fault.words}" for fault in faults]
    if len(found.faults) > len(faults):
        parts.append(f"и ещё {len(found.faults) - len(faults)}; все — с --json")
    others: dict[str, int] = {}
    for type_, ids in found.others.items():
        name = _OTHERS.get(type_, f"чаты вида {type_}")
        others[name] = others.get(name, 0) + len(ids)
    if others:
        parts.append("Не загружаются: " + ", ".join(f"{name} — {number}" for name, number in others.items()) + ".")
    messages, edits = sum(chat.messages for chat in chats), sum(chat.edits for chat in chats)
    said = f"{count(messages, MESSAGES)} в {count(len(chats), _IN_CHATS)}"
    said += f", правок: {edits}" if edits else ""
    for why, number in found.passed.items():
        said += f"; {_PASSED[why]}: {number}"
    said += f"; с ошибками: {found.bad}" if found.bad else ""
    return "\n".join([*parts, said + "."])


def _row(chat: ChatFigures, known: Identities | None) -> tuple[object, ...]:
    since, until = (clock_time(chat.since), clock_time(chat.until)) if chat.messages else ("", "")
    lead, missing = lead_of(chat, known), chat.missing or ""
    return chat.title, chat.id, _TYPES[chat.type], lead, chat.messages, chat.edits, since, until, missing


def _sample(update: dict[str, dict[str, object]]) -> tuple[object, ...]:
    message = update.get("message") or update["business_message"]
    who, chat = message.get("from") or message.get("sender_chat") or {}, message["chat"]
    assert isinstance(who, dict) and isinstance(chat, dict)
    name = who.get("first_name") or who.get("title") or "?"
    frame = {"message_id", "date", "chat", "from", "sender_chat", "reply_to_message", "business_connection_id"}
    kind = next(iter(message.keys() - frame - {"text", "caption"}), "")
    text = str(message.get("text") or message.get("caption") or "")
    shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    told = f"[{CONTENTS.get(kind, kind)}] {shown}" if kind else shown
    return clock_time(int(str(message["date"])) * 1000), chat["title"], name, told


def _gaps(chat: ChatFigures) -> str:
    longest = sorted(chat.gaps, reverse=True)[:GAPS_SHOWN]
    ranges = "; ".join(
        f"{gap.first}–{gap.first + gap.missing - 1} (между {clock_time(gap.since)} и {clock_time(gap.until)})"
        if gap.missing > 1
        else f"{gap.first} ({clock_time(gap.since)})"
        for gap in longest
    )
    return (
        f"Чат «{chat.title}»: в файле нет {count(chat.missing, NUMBERS)} сообщений, самые длинные пропуски: {ranges}. "
        "Так выглядят и удалённые сообщения; если за это время их не удаляли, выгрузите чат ещё раз."
    )
