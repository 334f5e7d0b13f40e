"""What the fields of a client's profile are called."""

FACTS = {
    "sells": "Продаёт",
    "where": "Где продаёт",
    "since": "Работает с нами",
    "pains": "Боли клиента",
    "conflicts": "Конфликты",
    "agreements": "Договорённости",
    "tariffs": "Тарифы",
    "competitors": "Конкуренты",
}
