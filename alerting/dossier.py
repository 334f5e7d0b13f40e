"""Everything about a client or a person as one HTML page that can be read without the program. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from processors.days import local_time
from processors.russian.called import EVENT_KINDS
from processors.russian.plural import EVENTS, count

Event = Mapping[str, Any]

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}article{border-top:1px solid #ccc;"
    "padding:.5rem 0}time{font-weight:bold}pre{white-space:pre-wrap;font-size:.8rem;background:#f5f5f5;padding:.5rem}"
)
PARTS = {
    "decisions": "Решили",
    "actions": "Обещали",
    "pains": "Боли клиента",
    "conflicts": "Конфликты",
    "competitors": "Конкуренты",
    "tariffs": "Тарифы",
    "numbers": "Цифры",
    "open_questions": "Вопросы",
    "facts": "О себе",
}
"""Lists of minutes."""


def render_dossier(
    title: str, made: str, events: Sequence[Event], files: Iterable[str], missing: Iterable[str] = ()
) -> str:
    """The page: `made` is by whom and when, `files` what else is in the archive, `missing` what could not be put there.

    Every event is told in words, and as it is stored below them: nothing is left out.
    """
    notes = "".join(f"<li>{_text(line)}</li>" for line in missing)
    held = f"<h2>Чего в архиве нет</h2><ul>{notes}</ul>" if notes else ""
    names = "".join(f'<li><a href="{_text(name)}">{_text(name)}</a></li>' for name in files)
    body = "".join(map(_article, sorted(events, key=lambda event: (event["ts"], str(event.get("event_id"))))))
    return (
        f'<!doctype html><html lang="ru"><meta charset="utf-8"><title>{_text(title)}</title><style>{STYLE}</style>'
        f"<h1>{_text(title)}</h1><p>{_text(made)}</p><h2>Файлы</h2><ul>{names}</ul>{held}"
        f"<h2>История: {count(len(events), EVENTS)}, по порядку</h2>{body}</html>\n"
    )


def words_of(payload: Mapping[str, Any]) -> list[str]:
    """What was said or written, a line each; empty where the event has no words."""
    author = (payload.get("author") or {}).get("name") or payload.get("name") or ""
    texts = [str(payload[name]) for name in ("subject", "text", "summary") if payload.get(name)]
    lines = [f"{author}: {text}" if author else text for text in texts]
    lines += [f"{one.get('speaker') or '—'}: {one.get('text', '')}" for one in payload.get("utterances") or []]
    minutes = payload.get("minutes")
    if isinstance(minutes, dict):
        lines += [str(minutes["summary"])] if minutes.get("summary") else []
        for name, words in PARTS.items():
            lines += [
                f"{words}: {item.get('text', '')} — «{item.get('quote', '')}»" for item in minutes.get(name) or []
            ]
    return lines or ([str(author)] if author else [])


def _article(event: Event) -> str:
    payload = event["payload"]
    kind = EVENT_KINDS.get(event["kind"], event["kind"])
    words = "".join(f"<p>{_text(line)}</p>" for line in words_of(payload))
    stored = _text(json.dumps(payload, ensure_ascii=False, indent=1, sort_keys=True))
    at = local_time(event["ts"]).strftime("%d.%m.%Y %H:%M:%S")
    return (
        f"<article><time>{at}</time> {_text(kind)} ({_text(event['source'])}){words}"
        f"<details><summary>Как хранится</summary><pre>{stored}</pre></details></article>"
    )


def _text(text: object) -> str:
    return escape(str(text), quote=True)
