"""What ops read when something waits for them. Pure. Telegram's HTML; Moscow time."""

from html import escape

from processors.russian.dates import clock
from schemas.notices import OpsNotice

SUBJECTS = {
    "speechkit_stream": "SpeechKit",
    "speechkit_async": "SpeechKit (отложенное распознавание)",
    "vosk": "Vosk",
}


def render_notice(notice: OpsNotice) -> str:
    """The message; a later notice of the same id takes its place."""
    subject = f"<b>{escape(SUBJECTS.get(notice.subject, notice.subject), quote=False)}</b>"
    at = clock(notice.ts)
    match notice.kind:
        case "engine_refuses":
            return (
                f"🔴 {subject} отказывает: {escape(notice.detail, quote=False) or 'причина неизвестна'}.\n"
                f"Время: {at} (мск). Проверьте ключ, роль ai.speechkit-stt.user и оплату. "
                "Встречи распознаёт запасной движок; когда ключ заработает, тексты улучшатся сами."
            )
        case "engine_back":
            return f"🟢 {subject} снова работает с {at} (мск). Тексты последних дней улучшаются сами."
