"""What the register says of a person, in words: for the page and for commands. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from processors.privacy.register import Effect, State, effect_of, state_of
from processors.privacy.transfer import Closed
from schemas.privacy import Basis, Consent, Scope

BASES: Final[Mapping[Basis, str]] = {
    "consent": "согласие",
    "contract": "договор",
    "law": "закон",
    "interest": "законный интерес",
}
STATES: Final[Mapping[State, str]] = {
    "objected": "против",
    "basis": "есть основание",
    "notified": "сказано о записи",
    "unknown": "не отмечено",
}
SCOPE_WORDS: Final[Mapping[Scope, str]] = {
    "record": "запись",
    "transcript": "расшифровка",
    "llm_external": "внешние модели",
}
CLOSED: Final[Mapping[Closed, str]] = {
    "not_notified": "модель за рубежом, а день уведомления Роскомнадзора (transfer.notified_on) не указан",
    "no_date": "модель за рубежом, а с какого дня передавать можно (transfer.allowed_from), не указано",
    "not_yet": "модель за рубежом, а день, с которого передавать можно (transfer.allowed_from), ещё не настал",
}
"""Why a model outside gets nothing."""


def state_now(one: Consent, today: date) -> State:
    """Everybody who is in the register was told: the rooms tell it."""
    return state_of(one, today, notified=True)


def effect_now(one: Consent, today: date) -> Effect:
    """As `state_now`."""
    return effect_of(one, today, notified=True)


def allowed(one: Consent, today: date) -> str:
    """`запись, расшифровка`, or `ничего`."""
    effect = effect_now(one, today)
    return ", ".join(words for scope, words in SCOPE_WORDS.items() if getattr(effect, scope)) or "ничего"


def facts(one: Consent, today: date) -> dict[str, str]:
    """Everything that is noted, by its name; what is not noted is left out."""
    known = {
        "Клиенты": ", ".join(one.leads),
        "Telegram": ", ".join(map(str, one.telegram)),
        "Телефоны": ", ".join(one.phones),
        "Почта": ", ".join(one.mails),
        "Имя во встречах": ", ".join(one.rooms),
        "Основание": BASES.get(one.basis, ""),
        "Документ": one.document,
        "Какой текст": one.text_version,
        "С какого дня": _day(one.given_on),
        "До какого дня": _day(one.until),
        "Отозвано": _day(one.withdrawn_on),
        "Против с": _day(one.objected_on),
        "Как стало известно": one.reason,
        "Кто отметил": one.by,
        "Сейчас": STATES[state_now(one, today)],
        "Можно": allowed(one, today),
    }
    return {name: value for name, value in known.items() if value}


def _day(iso: str) -> str:
    """`02.11.2026` of `2026-11-02`; nothing of nothing."""
    return f"{date.fromisoformat(iso):%d.%m.%Y}" if iso else ""
