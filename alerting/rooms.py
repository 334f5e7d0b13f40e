"""What ops read of a room that is not recorded. Pure. Telegram's HTML."""

from html import escape

from processors.russian.dates import clock, whose_clock
from schemas.meetings import OTHERS_KEPT
from schemas.sources import RoomReport

REASONS = {
    "resource-constraint": "все Jibri заняты",
    "service-unavailable": "нет ни одного Jibri",
    "item-not-found": "в Jicofo не настроен Jibri",
    "not-allowed": "у участников нет прав модератора",
    "forbidden": "у участников нет прав модератора",
    "remote-server-timeout": "Jicofo не отвечает",
    "no-focus": "в комнате нет Jicofo",
    "focus-back": "Jicofo только что вошёл в комнату и ещё не готов записывать",
    "no-moderator": "в комнате нет модератора",
    "asking": "Jicofo ещё не ответил на запрос записи",
    "pending": "Jicofo согласился записывать, но Jibri ещё не начал",
    "pending-timeout": "Jibri не начал запись в отведённое время",
    "busy": "Jicofo занят другим сеансом записи этой комнаты",
    "streaming": "идёт трансляция, запись начнётся после неё",
    "no-recorder": "записывающий Jibri вышел из комнаты и не вернулся",
    "ended": "Jibri закончил запись: все молчали",
    "error": "сбой Jibri",
}
"""By the condition in Jicofo's answer (research/jitsi.md 2.2) or what the module found."""

NO_FAULT = frozenset({"streaming", "ended"})
"""Nothing is broken: there is nothing to look after."""


def render_room(report: RoomReport) -> str:
    """The message; `report.happening` is `unrecorded` or what ended it, or about an objection."""
    if report.happening in ("objected", "recording_deleted"):
        return _objected(report)
    room, at = f"<b>{escape(report.room, quote=False)}</b>", clock(report.ts)
    match report.happening:
        case "recording_on" | "recording_gap":
            return f"🟢 Комната {room} записывается с {at} ({whose_clock()})."
        case "meeting_ended":
            return f"⚪ Встреча в комнате {room} закончилась в {at} ({whose_clock()}). Часть её осталась без записи."
    why = REASONS.get(report.reason, escape(report.reason, quote=False) or "причина неизвестна")
    mend = "" if report.reason in NO_FAULT else " Проверьте Jibri и Jicofo."
    return f"🔴 Комната {room} ({_whose(report)}) идёт без записи: {why}.\nВремя: {at} ({whose_clock()}).{mend}"


def _objected(report: RoomReport) -> str:
    """For the curator. His name stands in the client's history; a chat need not have it."""
    room = f"<b>{escape(report.room, quote=False)}</b> ({_whose(report)})"
    at = f"Время: {clock(report.ts)} ({whose_clock()})."
    if report.happening == "objected":
        tracks = "его дорожка" if report.participant else "дорожки всех участников (кто возразил, неизвестно)"
        return (
            f"🔴 В комнате {room} участник возразил против записи. Запись останавливается; общая запись этой встречи и "
            f"{tracks} будут удалены и не будут расшифрованы.\n{at}"
        )
    if report.reason == OTHERS_KEPT:
        return (
            f"⚪ Встреча в комнате {room}: участник возразил, его дорожка удалена. "
            f"Слова остальных расшифровываются заново, без него.\n{at}"
        )
    return f"⚪ Встреча в комнате {room}: участник возразил, запись удалена. Расшифровки и протокола не будет.\n{at}"


def _whose(report: RoomReport) -> str:
    if report.lead_id:
        return f"клиент {report.lead_id}"
    return "клиент по имени комнаты не определён" if report.lead_known else "лида с таким номером нет"
