"""`docs/img/topics.svg` and the table of topics in `docs/architecture.md`, from `schemas.flows`.

`python -m tools.topics_picture` writes both. The picture is a board: a worker is a column, a topic a line across it; a
triangle marks who writes it, a circle who reads it.
"""

import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from schemas.flows import ACTORS, EVERY_WORKER, FLOWS, Flow

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "img" / "topics.svg"
PAGE: Final = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- темы: начало -->", "<!-- темы: конец -->"

WORDS: Final = {
    "source.recordings": "записи встреч и события комнат",
    "source.audio": "звук участников встречи, пока она идёт",
    "source.said": "что участники говорят, пока встреча идёт",
    "meeting.objections": "возражения против записи встречи",
    "consents": "основания и согласия людей",
    "erasures": "удаления клиентов: заявки, шаги, итоги, запреты удалять; команды с удалёнными словами",
    "source.telegram": "обновления бота и импорт чатов",
    "source.bitrix": "объекты Битрикс24, как их отдал портал",
    "source.wms": "события склада",
    "meeting.tracks": "из звука каких встреч ещё собрать файл",
    "transcript.segments": "готовые куски расшифровок",
    "source.transcripts": "расшифровки",
    "source.rounds": "как прошёл каждый опрос источника",
    "source.parked": "записи приостановленных источников",
    "dead.mutes": "о каких негодных записях просили не напоминать",
    "source.releases": "что из приостановленного вернул человек",
    "identities": "чей это чат, комната, клиент склада",
    "clients": "карточки клиентов: имя, ответственный",
    "lead.unassigned": "события, чей клиент ещё не известен",
    "lead.events": "история клиента: всё, что произошло",
    "lead.state": "состояние расчёта по клиенту",
    "lead.signals": "найденные признаки",
    "lead.alerts": "тревоги и их состояния",
    "lead.scores": "риск клиента и из чего он сложился",
    "fleet.alerts": "тревоги сразу о многих клиентах",
    "minutes.requests": "что пересказать: встречи, чаты дня",
    "assistant.jobs": "о чём помощник спросит модель",
    "llm.calls": "обращения к моделям и их цена",
    "questions": "вопросы о клиентах с ответами",
    "out.files": "протоколы для папки",
    "out.bitrix": "комментарии в Битрикс24",
    "out.notebook": "источники для Open Notebook",
    "out.webhooks": "события для n8n",
    "out.settled": "что стало с отданным в папку, Битрикс24, Open Notebook и n8n",
    "daily.reports": "отчёты за день",
    "bot.commands": "команды и ответы кураторов боту",
    "notify.outbox": "что отправить в Telegram и что отправлено",
    "web.users": "кто пользуется страницей и с какой ролью",
    "web.sessions": "кто сейчас вошёл",
    "web.logins": "начатые входы и разовые ссылки",
    "mcp.tokens": "чьи программы пускает MCP",
    "assistant.asked": "что говорят помощнику",
    "commands": "команды: предложения, согласия, что вышло",
    "command.events": "что стало с каждой командой",
    "command.state": "как стоит каждая команда",
    "command.defs": "какие команды есть и чьи подписи верны",
    "out.telegram": "команды: что отправить в Telegram",
    "out.portal": "команды: что сделать в Битрикс24",
    "out.http": "команды: обращения к n8n и другим",
    "assistant.said": "что отвечает помощник",
    "assistant.memory": "что помощник помнит",
    "audit.access": "кто что открывал",
    "ops.notices": "что ждёт эксплуатацию",
    "ops.probe": "проверка связи, очередь к Telegram",
    "dead.letters": "записи, с которыми не справились",
}
"""What travels on each topic."""

LEFT, STEP, ROW, TOP = 512, 92, 27, 78
INK, FAINT, WRITES, READS = "#1f2933", "#d5dbe1", "#c2410c", "#1d4ed8"
FONT: Final = "font-family='Segoe UI, Roboto, DejaVu Sans, Arial, sans-serif'"


def main() -> int:
    """Write the picture and the table."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture())
    PAGE.write_text(with_table(PAGE.read_text()))
    return 0


def picture() -> str:
    """The board, as SVG."""
    width, height = LEFT + STEP * len(ACTORS) + 8, TOP + ROW * len(FLOWS) + 12
    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}'>",
        f"<rect width='{width}' height='{height}' fill='#ffffff'/>",
        f"<g {FONT} font-size='13' fill='{INK}'>",
        f"<path d='M16 14 h12 l-6 11 z' fill='{WRITES}'/><text x='36' y='25'>пишет в тему</text>",
        f"<circle cx='22' cy='44' r='6' fill='{READS}'/><text x='36' y='49'>читает из темы</text>",
        *_columns(height),
        *(part for number, flow in enumerate(FLOWS) for part in _row(number, flow)),
        "</g></svg>",
    ]
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """The page with the table between its marks made anew. Raises ValueError without the marks."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no {BEGIN} … {END} in the page")
    rows = [
        f"| `{flow.topic.name}` | {WORDS[flow.topic.name]} | {_who(flow.writers)} | {_who(flow.readers)} |"
        for flow in FLOWS
    ]
    table = ["| Тема | Что в ней | Пишут | Читают |", "|---|---|---|---|", *rows]
    return f"{before}{BEGIN}\n" + "\n".join(table) + f"\n{END}{after}"


def _who(names: tuple[str, ...]) -> str:
    others = [name for name in names if name not in EVERY_WORKER]
    return ", ".join(["все процессы", *others] if set(EVERY_WORKER) <= set(names) else names)


def _columns(height: int) -> Iterator[str]:
    for number, actor in enumerate(ACTORS):
        x = _x(number)
        yield f"<line x1='{x}' y1='{TOP - 18}' x2='{x}' y2='{height - 8}' stroke='{FAINT}' stroke-width='2'/>"
        yield f"<text x='{x}' y='{TOP - 28}' text-anchor='middle' font-weight='bold'>{actor}</text>"


def _row(number: int, flow: Flow) -> Iterator[str]:
    """The line goes from the leftmost to the rightmost of those who have to do with the topic."""
    y = TOP + ROW * number + 4
    places = [ACTORS.index(who) for who in (*flow.writers, *flow.readers)]
    yield f"<text x='16' y='{y + 4}' font-weight='bold'>{flow.topic.name}</text>"
    yield f"<text x='182' y='{y + 4}'>{escape(WORDS[flow.topic.name])}</text>"
    yield f"<line x1='{_x(min(places))}' y1='{y}' x2='{_x(max(places))}' y2='{y}' stroke='{INK}' stroke-width='1.2'/>"
    for who in ACTORS:
        x, both = _x(ACTORS.index(who)), who in flow.writers and who in flow.readers
        if who in flow.writers:
            yield f"<path d='M{x - (15 if both else 6)} {y - 6} h12 l-6 11 z' fill='{WRITES}'/>"
        if who in flow.readers:
            yield f"<circle cx='{x + (9 if both else 0)}' cy='{y}' r='6' fill='{READS}'/>"


def _x(column: int) -> int:
    return LEFT + STEP * column + STEP // 2


if __name__ == "__main__":
    sys.exit(main())
