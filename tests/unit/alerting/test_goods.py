"""What an alert says of goods that leave and come."""

import pytest
from msgspec.structs import replace

from alerting.goods import bulk_pick
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
