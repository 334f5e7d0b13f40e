"""The table "what is kept where and how long" of docs/privacy.md: `python -m streams.cli.kept_page` writes it anew.

Every topic and every table stands in it: those with a setting by kind, all others by their time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from processors.russian.plural import DAYS, YEARS, count
from schemas.retention import KINDS
from schemas.topics import DAY_MS, FOREVER, TOPICS
from streams.settings import Retention
from streams.store.retention import YEAR, of_files

PAGE: Final = Path("docs/privacy.md")
BEGIN: Final = "<!-- таблицу ниже пишет python -m streams.cli.kept_page -->\n"
END: Final = "<!-- конец таблицы -->\n"
UNTIL_ERASED: Final = "пока не удалят"
HEAD: Final = "| Что | Где | Сколько, если не меняли | Настройка |\n|---|---|---|---|\n"


def in_page(page: str) -> str:
    """The page with its table as it must be. Raises `ValueError` where the page has no place for it."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE}: a line is missing, {BEGIN.strip()} or {END.strip()}")
    return before + begin + "\n" + kept() + "\n" + end + after


def kept() -> str:
    """The table itself."""
    return HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in (*_of_kinds(), *_fixed()))


def span(days: int) -> str:
    """`3 года`, `30 дней`."""
    return count(days // YEAR, YEARS) if days % YEAR == 0 else count(days, DAYS)


def _of_kinds() -> Iterator[tuple[str, str, str, str]]:
    defaults = Retention()
    for kind in KINDS:
        places = [*_places("тема", "темы", (topic.name for topic in kind.topics))]
        places += _places("таблица", "таблицы", kind.tables)
        places += _places("поле", "поля", (f"{table}.{column}" for table, column in kind.columns))
        yield kind.words, "; ".join(places), span(defaults.days(kind.setting)), f"`retention.{kind.setting}`"


def _fixed() -> Iterator[tuple[str, str, str, str]]:
    governed = {topic.name for kind in KINDS for topic in kind.topics}
    topics, tables = defaultdict(list), defaultdict(list)
    for topic in TOPICS:
        if topic.name not in governed:
            topics[topic.retention_ms].append(topic.name)
    for table, days in of_files().items():
        if not any(table in kind.tables for kind in KINDS):
            tables[days or FOREVER].append(table)
    times = {ms if ms == FOREVER else ms // DAY_MS for ms in topics} | tables.keys()
    for days in sorted(times, key=lambda days: (days == FOREVER, days)):
        of_topics = topics[days if days == FOREVER else days * DAY_MS]
        places = [*_places("тема", "темы", of_topics), *_places("таблица", "таблицы", tables[days])]
        words = "остальное, без срока" if days == FOREVER else "остальное, срок не меняется"
        yield words, "; ".join(places), UNTIL_ERASED if days == FOREVER else span(days), "нет"


def _places(one: str, several: str, names: Iterable[str]) -> Iterator[str]:
    found = sorted(names)
    if found:
        yield f"{one if len(found) == 1 else several} {', '.join(f'`{name}`' for name in found)}"


if __name__ == "__main__":
    PAGE.write_text(in_page(PAGE.read_text()))
