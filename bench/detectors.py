"""Numbers of docs/detectors.md: thresholds as they are in the rules, figures as the ruler measured them.

python -m bench.detectors                                   only the thresholds
evaluate.py . --json | python -m bench.detectors            and the table of what was measured
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from processors.rules import Rules, builtin

PAGE = Path("docs/detectors.md")
_THRESHOLD = re.compile(r"(`(\w+)\.(\w+)` = )(-?\d+(?:,\d+)?)")
_MEASURED = re.compile(r"(<!-- measured:[^\n]*-->\n).*?(<!-- /measured -->)", re.S)
HEAD = ("Что", "Программа", "Лучший простой способ", "Цель")
FALSE = "false alarms per client-month"


def with_thresholds(page: str, rules: Rules) -> str:
    """The page, each `section.key` = number with the rules' number. Raises AttributeError for what is no threshold."""
    return _THRESHOLD.sub(lambda found: found[1] + _number(getattr(getattr(rules, found[2]), found[3])), page)


def with_measured(page: str, measured: Mapping[str, Any]) -> str:
    """The page with the table of what `evaluate.py --json` printed."""
    head, *rows = [f"| {' | '.join(row)} |\n" for row in (HEAD, *_rows(measured))]
    table = "".join([head, "|---" * len(HEAD) + "|\n", *rows])
    return _MEASURED.sub(lambda found: found[1] + table + found[2], page)


def _rows(measured: Mapping[str, Any]) -> Sequence[tuple[str, str, str, str]]:
    spike, dense = measured["spike"], measured["spike dense"]
    peers = measured["spike peers at the product's own false alarms"]
    silence, decline, leaving = measured["silence"], measured["decline"], measured["leaving"]
    chatter = leaving["false per 10 000 lines of chatter"]
    rates = {name: _rate(name) for name in measured["silence peers"] if _rate(name) >= silence[FALSE]}
    gaps = [measured["silence peers"][name] for name, rate in rates.items() if rate == min(rates.values())]
    best_gap = [_share(max(peer[place] for peer in gaps)) if gaps else "—" for place in range(3)]
    falling = [peer for peer in measured["decline peers"].values() if peer[0] <= max(decline[FALSE], 0.03)]
    return [
        ("рост броней: ложных тревог на клиента в месяц", _number(spike[FALSE]), "столько же", "≤ 0,10"),
        *(
            (
                f"рост в {times} найден в тот же день",
                _share(spike[f"{peer} found the same day"]),
                _best(peers, peer),
                "не хуже",
            )
            for peer, times in (("x3", "3 раза"), ("x5", "5 раз"))
        ),
        ("рост в 3 раза у тех, кто бронирует часто", _share(dense["x3"]), "—", "≥ 75 %"),
        ("нет заказов: ложных тревог на клиента в месяц", _number(silence[FALSE]), "столько же", "≤ 0,05"),
        ("ушедший найден за 7 дней", _share(silence["found in 7 d"]), best_gap[0], "не хуже"),
        ("ушедший найден за 14 дней", _share(silence["14 d"]), best_gap[1], "≥ 95 %"),
        ("заказов всё меньше: ложных тревог на клиента в месяц", _number(decline[FALSE]), "до 0,03", "≤ 0,03"),
        (
            "угасание до 30 % найдено за 60 дней",
            _share(decline["60 d"]),
            _share(max(peer[3] for peer in falling)) if falling else "—",
            "≥ 70 %",
        ),
        ("слова об уходе: ложных на 10 000 посторонних фраз", _number(chatter), "—", "≤ 3"),
        (
            "дней с тревогой в неделю на куратора с 30 клиентами",
            _number(measured["alarm days per 30 clients and week"]),
            "—",
            "≤ 10",
        ),
    ]


def _rate(name: str) -> float:
    return float(name.rpartition(" at ")[2])


def _best(peers: Mapping[str, Mapping[str, float]], figure: str) -> str:
    return _share(max(peer[figure] for peer in peers.values()))


def _share(value: float) -> str:
    return f"{value:.0%}".replace("%", " %")


def _number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def main() -> None:
    """Rewrite the page."""
    page = with_thresholds(PAGE.read_text(encoding="utf-8"), builtin())
    told = "" if sys.stdin.isatty() else sys.stdin.read()
    measured = next((line for line in reversed(told.splitlines()) if line.startswith("{")), "")
    if measured:
        page = with_measured(page, json.loads(measured))
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
