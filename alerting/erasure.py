"""An erasure in words: its state, and the act that the head keeps. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Final

from processors.days import local_time
from schemas.erasures import Erasure, Step
from schemas.types import Millis

STEP_WORDS: Final[Mapping[Step, str]] = {
    "state": "состояние расчёта",
    "tables": "строки в таблицах истории",
    "transcripts": "куски расшифровок и возражения в темах",
    "messages": "сообщения Telegram в очереди",
    "waiting": "события, ждавшие привязки",
    "links": "привязки, карточки, согласия",
    "files": "файлы записей, протоколов и выгрузок",
}
STYLE: Final = "body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto}td,th{padding:0 1rem;text-align:left}"
CATEGORIES: Final = (
    "переписка, звонки, письма, записи и расшифровки встреч, протоколы, сведения CRM и склада, оценки риска"
)
BY_HAND: Final = (
    "сообщения в чатах Telegram и сами чаты",
    "лид, сделки и комментарии в Битрикс24",
    "источники в Open Notebook и то, что получил n8n",
    "письма и файлы, отправленные людям",
    "резервные копии, сделанные до этого дня: при восстановлении программа удалит из них этого клиента сама",
    "записи на самих узлах Jibri, если агент их там хранит",
)
"""What the program has no hand in."""


def state_words(one: Erasure) -> str:
    """What has become of it."""
    if one.ended_at:
        return "удалено"
    if one.started_at:
        return "удаляется"
    return "подтверждена" if one.confirmed_at else "ждёт второго человека"


def act_page(one: Erasure, until: Sequence[tuple[str, date]], public_key: str) -> str:
    """The act as HTML."""
    steps = "".join(
        f"<tr><td>{STEP_WORDS[done.step]}</td><td>{done.count}</td><td>{_at(done.at)}</td></tr>" for done in one.done
    )
    topics = "".join(f"<tr><td>{escape(topic)}</td><td>{day:%d.%m.%Y}</td></tr>" for topic, day in until)
    hand = "".join(f"<li>{words}</li>" for words in BY_HAND)
    people = (
        f"Заявка: {escape(one.requested_by)}, {_at(one.requested_at)}. "
        f"Подтверждение: {escape(one.confirmed_by)}, {_at(one.confirmed_at)}. "
        f"Выполнение: {escape(one.executed_by)}, с {_at(one.started_at)} по {_at(one.ended_at)}."
    )
    return (
        '<!doctype html><html lang="ru"><meta charset="utf-8"><title>Акт об удалении данных</title>'
        f"<style>{STYLE}</style>"
        f"<h1>Акт об удалении данных № {one.erasure_id}</h1>"
        f"<p>Субъект: клиент, лид {escape(one.lead_id)}, и люди, чьи данные хранились в его истории.</p>"
        f"<p>Причина: {escape(one.reason)}</p><p>{people}</p>"
        f"<p>Категории: {CATEGORIES}.</p>"
        "<p>Способ: удаление строк, записей и файлов средствами Leadpulse.</p>"
        f"<h2>Что удалено</h2><table><tr><th>Где</th><th>Сколько</th><th>Когда</th></tr>{steps}</table>"
        "<h2>Что уйдёт само</h2><p>В этих темах Kafka прежние записи удаляет сам брокер, не позже:</p>"
        f"<table>{topics}</table>"
        f"<h2>Что удаляет человек</h2><ul>{hand}</ul>"
        f"<p>Подпись Ed25519 — в файле {one.erasure_id}.json, открытый ключ {escape(public_key)}.</p></html>\n"
    )


def _at(ts: Millis) -> str:
    return f"{local_time(ts):%d.%m.%Y %H:%M}"
