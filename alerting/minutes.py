"""Minutes of a meeting as people read them: a file, a comment in Bitrix24, lines of the daily report.

Pure. What was said is foreign text (`alerting.foreign`).
"""

import re
from collections.abc import Iterator, Sequence

from alerting.foreign import bb, cut, markdown
from processors.days import local_time
from processors.russian.dates import clock, date, iso_date, length, place, whose_clock
from processors.russian.plural import Forms, count
from schemas.comments import mark_line
from schemas.minutes import OFFLINE, UNKNOWN, Action, Barred, Fact, MeetingMinutes, Minutes, Point
from schemas.outlets import MinutesCopy

LONGEST_COMMENT = 8000
"""Characters of a comment in Bitrix24. It names no limit of its own; longer ones nobody reads in a timeline."""

MOST_IN_FILE, MOST_IN_COMMENT = 30, 12
"""Items of a list; the rest is counted. A long meeting has hundreds, and nobody reads on after the first screen."""

MOST_SPEAKERS = 6
"""Whose part of the talk is told."""

COMMENT_SUMMARY, COMMENT_ITEM = 1500, 400
"""Characters in a comment."""

PEOPLE: Forms = ("участник", "участника", "участников")
POINTS: Forms = ("пункт", "пункта", "пунктов")

_REST = re.compile(r"… и ещё (\d+)")
_BARRED: dict[Barred, str] = {
    "": "",
    "transfer": "передача слов за рубеж ещё не разрешена",
    "client": "слова этого клиента не передаются внешним моделям",
    "person": "участник не согласен на передачу слов внешним моделям",
}
_FACTS = {"sells": "Продаёт", "where": "Где", "since": "С нами"}


def render_markdown(event: MeetingMinutes, name: str = "") -> str:
    """The minutes as a section of a Markdown file. Parts with nothing in them are left out. `name` is the client's,
    empty where nobody has told it, here and below."""
    minutes = event.minutes
    lines = [
        f"# {_title(event)}",
        "",
        *(f"- {markdown(line)}" for line in _head(event, name)),
        f"- Тон: {minutes.tone}",
    ]
    lines.append(f"- Протокол: {markdown(engine_words(minutes))}, версия {minutes.version}")
    if minutes.summary.strip():
        lines += ["", "## Кратко", "", markdown(minutes.summary)]
    if minutes.topics:
        lines += ["", "## Темы", "", *(f"- {markdown(topic)}" for topic in _topics(event))]
    for title, points in _parts(minutes):
        lines += ["", f"## {title}", ""]
        box = "[ ] " if points is minutes.actions else ""
        lines += [f"- {box}{markdown(_quoted(said_line(point, event), point))}" for point in points[:MOST_IN_FILE]]
        if len(points) > MOST_IN_FILE:
            lines.append(f"- … и ещё {count(len(points) - MOST_IN_FILE, POINTS)}")
    return _spaced("\n".join(lines)) + "\n"


def transcript_markdown(copy: MinutesCopy, name: str = "") -> str:
    """The words of a meeting, a paragraph an utterance, with the time from the start of the recording."""
    head = _head(copy.minutes, name)
    blocks = [f"# Расшифровка: {_title(copy.minutes, 'встреча')}", *(f"- {markdown(x)}" for x in head)]
    text = "\n".join([blocks[0], "", *blocks[1:]])
    for utterance in copy.transcript:
        who = f" {markdown(utterance.speaker)}:" if utterance.speaker else ""
        text += f"\n\n**{place(utterance.start_ms)}{who}** {markdown(utterance.text)}"
    return _spaced(text) + "\n"


def render_comment(event: MeetingMinutes, link: str, name: str = "") -> str:
    """The comment for the lead's timeline: BB codes, at most `LONGEST_COMMENT` characters, our mark in the last line
    (`schemas.comments`). What does not fit is counted, not cut in the middle.
    """
    minutes = event.minutes
    head = (bb(cut(text, COMMENT_ITEM)) for text in _head(event, name))
    lines = [f"[b]{_title(event)}[/b]", *head, f"Тон: {minutes.tone}"]
    lines.append(f"Протокол: {bb(engine_words(minutes))}")
    if minutes.summary.strip():
        lines += ["", "[b]Кратко[/b]", bb(cut(minutes.summary, COMMENT_SUMMARY))]
    for title, points in _parts(minutes):
        said = (said_line(point, event, COMMENT_ITEM) for point in points[:MOST_IN_COMMENT])
        lines += ["", f"[b]{title}[/b]", *(f"• {bb(text)}" for text in said)]
        if len(points) > MOST_IN_COMMENT:
            lines.append(f"… и ещё {count(len(points) - MOST_IN_COMMENT, POINTS)}")
    if minutes.topics:
        lines += ["", "[b]Темы[/b]", *(f"• {bb(cut(topic, COMMENT_ITEM))}" for topic in _topics(event))]
    tail = [""]
    if link:
        safe = link.replace("[", "%5B").replace("]", "%5D")
        tail.append(f"[url={safe}]Запись и расшифровка[/url]")
    tail.append(mark_line(event.recording_id, minutes.version))
    return _spaced("\n".join([*_fitting(lines, LONGEST_COMMENT - len("\n".join(tail))), *tail]))


def _parts(minutes: Minutes) -> Iterator[tuple[str, Sequence[Point | Action | Fact]]]:
    """What came out, in the order of importance; only what there is."""
    parts: tuple[tuple[str, Sequence[Point | Action | Fact]], ...] = (
        ("Решения", minutes.decisions),
        ("Обещания", minutes.actions),
        ("Боли клиента", minutes.pains),
        ("Конфликты", minutes.conflicts),
        ("Конкуренты", minutes.competitors),
        ("Тарифы", minutes.tariffs),
        ("Цифры", minutes.numbers),
        ("Открытые вопросы", minutes.open_questions),
        ("О клиенте", minutes.facts),
    )
    return ((title, points) for title, points in parts if points)


def _title(event: MeetingMinutes, word: str = "Встреча") -> str:
    """Of a text from a file nobody knows when it was said (`ts` 0)."""
    return f"{word} {date(event.ts)} {_year(event.ts)}, {clock(event.ts)} ({whose_clock()})" if event.ts else word


def flaw_lines(event: MeetingMinutes) -> list[str]:
    """What is wrong with the words, to be seen first."""
    return [f"⚠️ {event.flaw[0].upper()}{event.flaw[1:]}"] if event.flaw else []


def _head(event: MeetingMinutes, name: str) -> Iterator[str]:
    yield from flaw_lines(event)
    if event.lead_id:
        yield f"Клиент: {event.lead_id}" + (f" ({name})" if name else "")
    if event.room.strip():
        yield f"Комната: {event.room}"
    if event.people:
        yield f"{count(len(event.people), PEOPLE)}: {', '.join(event.people)}"
    if len(event.shares) > 1:
        told = [f"{name} {share}\u00a0%" for name, share in list(event.shares.items())[:MOST_SPEAKERS]]
        yield f"Говорили: {', '.join(told)}" + (" и другие" if len(event.shares) > MOST_SPEAKERS else "")
    if event.duration_ms > 0:
        yield f"Длительность: {length(event.duration_ms)}"


def engine_words(minutes: Minutes) -> str:
    if minutes.engine != OFFLINE:
        return f"модель {minutes.engine}"
    why = _BARRED[minutes.barred]
    return f"без модели, {why}" if why else "без модели"


def _topics(event: MeetingMinutes) -> Iterator[str]:
    """With their places in the recording; of a text without times only the titles."""
    for topic in event.minutes.topics:
        where = f"{place(topic.start_ms)}–{place(topic.end_ms)} " if event.duration_ms > 0 else ""
        yield f"{where}{topic.title}"


def said_line(point: Point | Action | Fact, event: MeetingMinutes, longest: int = 1 << 20) -> str:
    """An item in one line, still unescaped; `longest` characters of what was said, and half as many of who and when."""
    text = cut(point.text, longest)
    match point:
        case Action(owner=owner, due=due):
            return f"{text.rstrip('.;, ')} — {cut(_who_and_when(owner, due, event.ts), longest // 2)}"
        case Fact(field=field):
            return f"{_FACTS[field]}: {text}"
    return text


def _who_and_when(owner: str, due: str, said_at: int) -> str:
    match owner.strip() in ("", UNKNOWN), due.strip() in ("", UNKNOWN):
        case True, True:
            return "ответственный и срок не указаны"
        case True, False:
            return f"ответственный не указан, срок: {_due(due, said_at)}"
        case False, True:
            return f"{owner}, срок не указан"
    return f"{owner}, срок: {_due(due, said_at)}"


def _due(due: str, said_at: int) -> str:
    """`28 ноября` for an ISO date, with the year when it is another than the meeting's; else as it was said."""
    shown, year = iso_date(due.strip()), due.strip()[:4]
    return shown if shown == due.strip() or year == str(_year(said_at)) else f"{shown} {year}"


def _quoted(text: str, point: Point | Action | Fact) -> str:
    """With the words it comes from, unless they say the same."""
    words = point.quote.strip()
    same = _bare(words).endswith(_bare(point.text))  # but for the words that only open a remark
    return text if not words or same else f"{text} («{words}»)"


def _bare(text: str) -> str:
    return text.casefold().strip(".!? ")


def _fitting(lines: list[str], room: int) -> list[str]:
    """As many lines as fit, no heading without what it heads, and how many items were left out."""
    size, kept = 0, 0
    for line in lines:
        size += len(line) + 1
        if size > room - 32:  # room for the line that counts the rest
            break
        kept += 1
    if not any(line.startswith("• ") or _REST.match(line) for line in lines[kept:]):
        return lines[:kept]
    while not lines[kept - 1] or lines[kept - 1].startswith("[b]") or _REST.match(lines[kept - 1]):
        kept -= 1
    left = sum(line.startswith("• ") for line in lines[kept:])
    left += sum(int(rest[1]) for line in lines[kept:] if (rest := _REST.match(line)))
    return [*lines[:kept], f"… и ещё {count(left, POINTS)}"]


def _spaced(text: str) -> str:
    """With plain spaces, so that people find what they search for."""
    return text.replace("\u00a0", " ")


def _year(ts: int) -> int:
    return local_time(ts).year
