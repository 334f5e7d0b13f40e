"""What an alert says of goods that leave and come."""

import pytest
from msgspec.structs import replace

from alerting.goods import broken, bulk_pick, decline
from tests.unit.alerting.alerts import EACH_RULE


@pytest.mark.parametrize(
    ("figures", "said", "unsaid"),
    [
        ({"announced": 500}, "Ожидается поставка: 500", "не пришла"),
        ({"announced": 0, "overdue": 500}, "Объявленная поставка не пришла в обычный срок: 500", "не ожидается"),
        ({"announced": 0}, "Поставок нет и не ожидается", "Ожидается поставка"),
    ],
    ids=["expected", "overdue", "none"],
)
def test_a_supply_is_expected_overdue_or_there_is_none(figures: dict[str, float], said: str, unsaid: str) -> None:
    """One of the three is said, never two."""
    alert = EACH_RULE["bulk-pick-estimated"]
    text = bulk_pick(replace(alert, figures={"stock": 12_000, "out": 11_000, "days": 1, "inbound": 0, **figures}))
    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize(
    ("figures", "said", "unsaid"),
    [
        ({"days_to_zero": 0.1}, "Остатка хватит меньше чем на день", "0,1"),
        ({"days_to_zero": 1.5}, "Остатка хватит на 1,5 дня", "меньше"),
        ({"withdrawn": 900}, "За 3 дня клиент забирает себе 900 шт. из 1200", "Из них"),
        ({"withdrawn": 900}, "обычно за это время со склада уходит 150.", "забронировано"),
        ({"withdrawn": 899}, "забронировано и вывезено 900 шт.", "уходит"),
    ],
    ids=["hours", "days", "he takes all", "his usual figure is of all that leaves", "he takes a part"],
)
def test_a_figure_says_what_it_counts(figures: dict[str, float], said: str, unsaid: str) -> None:
    """A tenth of a day is no time; what the client takes home is not told as if all that leaves were as much."""
    alert = EACH_RULE["bulk-pick"]
    text = bulk_pick(replace(alert, figures=alert.figures | figures)).replace("\u00a0", " ")
    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize(
    ("taken", "reserved", "said"),
    [
        (600, 800, "снято 12 броней на 600 шт. из 800 забронированных (75 %); обычно"),
        (600, 600, "из 600 забронированных (100 %)"),
        (1000, 30, "снято 12 броней на 1000 шт.: больше, чем забронировано за это время (30); обычно"),
        (1000, 0, "снято 12 броней на 1000 шт.; обычно"),
    ],
)
def test_no_more_is_taken_back_than_there_was(taken: float, reserved: float, said: str) -> None:
    """Orders of weeks ago are taken back as well: "1000 of 30 (100 %)" would be nonsense."""
    alert = EACH_RULE["broken-reservations"]
    text = broken(replace(alert, value=taken, figures=alert.figures | {"reserved": reserved})).replace("\u00a0", " ")
    assert said in text


@pytest.mark.parametrize(
    ("recent", "before", "said"),
    [
        (0.04, 2.0, "За 28 дней всего 1 бронь, до этого за столько же дней — 56: осталось 2 %."),
        (0.07, 0.6, "За 28 дней всего 2 брони, до этого за столько же дней — 17: осталось 12 %."),
        (0.18, 2.5, "За 28 дней в среднем 1,3 брони в неделю, до этого было 18: осталось 7 %."),
        (0.5, 2.5, "За 28 дней в среднем 0,5 брони в день, до этого было 2,5: осталось 20 %."),
        (1.0, 2.0, "За 28 дней в среднем 1 бронь в день, до этого было 2: осталось 50 %."),
    ],
)
def test_little_is_told_in_whole_orders(recent: float, before: float, said: str) -> None:
    """Never "0 a day", of which something is left."""
    alert = EACH_RULE["volume-decline"]
    text = decline(replace(alert, value=recent, baseline=before, figures={"ratio": recent / before}))
    assert text.replace("\u00a0", " ") == said
