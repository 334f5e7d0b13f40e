"""An erasure in words: its state, and the act that the head keeps. Pure."""

from collections.abc import Iterator, Mapping, Sequence
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
    "outlets": "системы, где удалено написанное программой (Битрикс24, Open Notebook)",
}
_WRITTEN: Final[Mapping[str, str]] = {
    "bitrix": "комментарии Leadpulse о встречах в карточке лида Битрикс24",
    "notebook": "источники Leadpulse в Open Notebook",
}
_LEFT: Final[Mapping[str, str]] = {
    "waits": "система не ответила; удалятся сами, когда она ответит, проверьте это",
    "refused": "система отказала, удалите сами; почему, скажет «leadpulse dlq list»",
    "off": "система не подключена; если была подключена раньше, удалите сами",
}
"""How it stands with an outlet (`StepDone.left`)."""
STYLE: Final = "body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto}td,th{padding:0 1rem;text-align:left}"
CATEGORIES: Final = (
    "переписка, звонки, письма, записи и расшифровки встреч, протоколы, сведения CRM и склада, оценки риска"
)
BY_HAND: Final = (
    "сообщения в чатах Telegram и сами чаты",
    "лид и сделки в Битрикс24, записи людей в них и в Open Notebook",
    "то, что получил n8n",
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
    hand = "".join(f"<li>{words}</li>" for words in (*_left(one), *BY_HAND))
    people = (
        f"Заявка: {escape(one.requested_by)}, {_at(one.requested_at)}. "
        f"Подтверждение: {escape(one.confirmed_by)}, {_at(one.confirmed_at)}. "
        f"Выполнение: {escape(one.executed_by)}, с {_at(one.started_at)} по {_at(one.ended_at)}."
    )
    return (
        '<!doctype html><html lang="ru"><meta charset="utf-8"><title>Акт об удалении данных</title>'
        f"<style>{STYLE}</style>"
        f"<h1>Акт об удалении данных № {one.erasure_id}</h1>"
        f"<p>Субъект: {_subject(one)}.</p>"
        f"<p>Причина: {escape(one.reason)}</p><p>{people}</p>"
        f"<p>Категории: {CATEGORIES}.</p>"
        f"<p>Способ: {_method(one)}</p>"
        f"<h2>Что удалено</h2><table><tr><th>Где</th><th>Сколько</th><th>Когда</th></tr>{steps}</table>"
        "<h2>Что уйдёт само</h2><p>В этих темах Kafka прежние записи удаляет сам брокер, не позже:</p>"
        f"<table>{topics}</table>"
        f"<h2>Что удаляет человек</h2><ul>{hand}</ul>"
        f"<p>Подпись Ed25519 — в файле {one.erasure_id}.json, открытый ключ {escape(public_key)}.</p></html>\n"
    )


def _left(one: Erasure) -> Iterator[str]:
    """What other systems have not confirmed."""
    for name in (name for done in one.done for name in done.left):
        outlet, _, how = name.partition("/")
        yield f"{_WRITTEN[outlet]}: {_LEFT[how]}"


def _subject(one: Erasure) -> str:
    """A person has a number only: the act names nobody who is erased."""
    if one.person:
        return f"человек № {one.person} из реестра согласий; его клиент, лид {escape(one.lead_id)}, остаётся"
    return f"клиент, лид {escape(one.lead_id)}, и люди, чьи данные хранились в его истории"


def _method(one: Erasure) -> str:
    if not one.person:
        return "удаление строк, записей и файлов средствами Leadpulse."
    recordings = {
        "delete": "Записи встреч, где он слышен вместе с другими, удалены целиком: один голос из них не убрать.",
        "keep": "Записи встреч, где он слышен вместе с другими, оставлены: один голос из них не убрать.",
    }
    return (
        "удаление средствами Leadpulse: его слова удалены, имена и контакты в словах других людей заменены словом "
        "«удалено», слова других людей оставлены. Краткие содержания разговоров с ним, отчёты за день, вопросы и "
        "ответы, где он назван, удалены целиком. Его дорожки из записей, где у каждого участника своя, вырезаны. "
        f"{recordings[one.meetings]}"
    )


def _at(ts: Millis) -> str:
    return f"{local_time(ts):%d.%m.%Y %H:%M}"
