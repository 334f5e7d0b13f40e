"""How made clients leave, and what people say: for `bench.fleet`."""

from dataclasses import dataclass
from typing import Literal, get_args

from numpy.random import Generator

Kind = Literal[
    "emptied_1d",
    "emptied_3d",
    "emptied_7d",
    "emptied_14d",
    "fading",
    "sudden",
    "words_chat",
    "words_meeting",
    "broken",
    "quarrel",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
FADING_DAYS = 60
WARNING_DAYS = 21
"""Days between the first words and the last day."""
BROKEN_DAYS = 7

SMALL_TALK = (
    "Добрый день! Подскажите, приняли поставку?",
    "Нужны этикетки на короба по поставке",
    "Когда отгрузка на Wildberries?",
    "Отправили вам накладную",
    "Спасибо, всё верно",
    "Во сколько завтра забор?",
    "Проверьте, пожалуйста, остаток по артикулу 4417",
    "Завтра привезём две паллеты",
    "Добавили новые карточки, баркоды в таблице",
    "У меня на складе ничего не осталось, ждём приёмку",
)
STAFF_WORDS = ("Добрый день, проверим.", "Принято, сделаем сегодня.", "Отгрузка завтра до 18:00.", "Готово.")
COMPLAINTS = (
    "Опять перепутали короба, так нельзя",
    "Вторую неделю жалуемся на пересорт, когда это закончится?",
    "Поставку приняли с опозданием на три дня, мы недовольны",
)
LEAVING_WORDS = (
    "Мы решили сменить фулфилмент, до конца месяца заберём остатки",
    "Расторгаем договор, подготовьте документы",
    "Мы уходим к другому оператору, пришлите акт сверки",
    "Больше не будем пользоваться вашими услугами, вывозим весь товар",
)
PAYMENT_WORDS = (
    "Счёт завышен, платить по таким тарифам не будем",
    "Почему опять подняли тариф? Нас это не устраивает",
    "Мы не согласны со счётом, оплату задержим до пересчёта",
)


@dataclass(frozen=True)
class Leaving:
    """A client's end: `kind`, and the number of his last `day` in the fleet's days."""

    kind: Kind
    day: int
    purpose: str = ""

    @property
    def emptying(self) -> int:
        """Days in which he empties his stock; 0 for other kinds."""
        return int(self.kind.removeprefix("emptied_").removesuffix("d")) if self.kind.startswith("emptied") else 0

    def volume(self, number: int) -> float:
        """What is left of his ordinary volume on a day."""
        left = self.day - number
        if self.kind == "fading":
            return min(1.0, 0.1 + 0.9 * left / FADING_DAYS)
        if self.kind in ("words_chat", "words_meeting", "quarrel"):
            return min(1.0, 0.4 + 0.6 * left / WARNING_DAYS)
        return 1.0

    def withdraws(self, number: int) -> float:
        """The share of what still lies there that he takes on a day."""
        left = self.day - number
        return 1.0 / (left + 1) if left < self.emptying else 0.0

    def breaks(self, number: int) -> float:
        """The share of his reservations that he takes back."""
        return 0.75 if self.kind == "broken" and self.day - number < BROKEN_DAYS else 0.0

    def stops_supply(self, number: int) -> bool:
        """Whether nothing more is brought in."""
        return self.day - number <= max(self.emptying, 3)

    def speaks(self, number: int) -> bool:
        """Whether he says it on this day: once three weeks ahead, a quarrel three times."""
        left = self.day - number
        if self.kind == "quarrel":
            return left in (WARNING_DAYS, WARNING_DAYS - 6, WARNING_DAYS - 12)
        return self.kind in ("words_chat", "words_meeting") and left == WARNING_DAYS


def leaving(dice: Generator, place: int, since: int, days: int) -> Leaving:
    """The end of the fleet's leaver number `place` (kinds take turns), not before he has a history."""
    earliest = min(days - 1, max(since + 60, days // 2))
    purpose = "client_withdrawal" if dice.random() < 0.5 else ""
    return Leaving(KINDS[place % len(KINDS)], int(dice.integers(earliest, days)), purpose)
