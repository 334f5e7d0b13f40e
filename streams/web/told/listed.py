"""The list of clients in words: the risk and where it came from, goods beside what is usual, when he was last seen."""

from dataclasses import dataclass
from statistics import median

from alerting.texts import TEXTS
from processors.pages import Listed
from processors.russian.plural import whole
from schemas.scores import Level
from schemas.types import Millis
from streams.web.told.times import ago, change

LEVELS: dict[Level, str] = {"green": "низкий", "yellow": "повышенный", "red": "высокий"}
SEEN = (
    ("message", "чат"),
    ("call", "звонок"),
    ("mail", "письмо"),
    ("meeting_recorded", "встреча"),
    ("reservation", "бронь"),
)
CHANGE = 3.0
"""Points from which a risk has risen or fallen: less is a day's noise."""
BAR, HEIGHT = 8, 24
"""Of the small picture, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A week of the small picture."""

    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class ListedShown:
    """`moved`: `up`, `down` or empty; `before`: points a week ago. `goods`: the last week beside what is usual."""

    lead: str
    name: str
    curator: str
    points: int
    level: Level
    level_words: str
    moved: str
    before: int
    reasons: str
    alerts: int
    goods: str
    bars: list[Bar]
    seen: str
    overdue: int


def listed(one: Listed, now: Millis) -> ListedShown:
    """A client of the list."""
    rise = one.points - one.points_before
    return ListedShown(
        one.lead_id,
        one.name,
        one.curator,
        round(one.points),
        one.level,
        LEVELS[one.level],
        "up" if rise >= CHANGE else "down" if rise <= -CHANGE else "",
        round(one.points_before),
        ", ".join(TEXTS[rule].title for rule in one.reasons if rule in TEXTS),  # type: ignore[index]
        one.alerts,
        goods(one.shipments),
        bars(one.shipments),
        ", ".join(f"{words} {ago(one.last[kind], now)}" for kind, words in SEEN if kind in one.last),
        one.overdue,
    )


def goods(weeks: list[int]) -> str:
    """`240 шт. за неделю (обычно 410, −41 %)`: usual is the median of the weeks before since the first shipment."""
    if not any(weeks):
        return ""
    began = next(place for place, pieces in enumerate(weeks) if pieces)
    before = weeks[began:-1]
    said = f"{whole(weeks[-1])}\u00a0шт. за неделю"
    return f"{said} ({change(weeks[-1], median(before) if before else None)})"


def bars(weeks: list[int]) -> list[Bar]:
    """The weeks as bars, the highest fills the picture; a week without anything is a line."""
    most = max(weeks, default=0)
    heights = [max(1, round(HEIGHT * pieces / most)) for pieces in weeks] if most else []
    return [Bar(place * BAR, HEIGHT - height, height) for place, height in enumerate(heights)]
