"""The last line under an answer: who made it, why no model did, what was left out. Pure."""

from processors.russian.plural import Forms, count
from schemas.answers import EXTRACT, Done

_CLAIMS: Forms = ("утверждение", "утверждения", "утверждений")


def ending(done: Done) -> str:
    """`Модель сейчас занята. Ответ собран без модели.`"""
    how = "Ответ собран без модели." if done.engine == EXTRACT else f"Модель: {done.engine}."
    dropped = f"Не показано: {count(done.dropped, _CLAIMS)} модели без подтверждения." if done.dropped else ""
    return " ".join(filter(None, (done.note, how, dropped)))
