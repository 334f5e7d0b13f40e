"""How large the worker `web` is: all its modules, tables of three hundred clients, all templates compiled.

A process without the store: what `bench.page` starts and asks.
"""

import re
import sys
from pathlib import Path

from processors.cards import Cards
from schemas.cards import ClientCard
from streams.settings import Settings
from streams.web.assets import Assets
from streams.web.pages import FOLDER, Pages
from streams.web.worker import build

CLIENTS = 300


def drawn() -> None:
    """Print the process's size, MB: its largest one (`ru_maxrss`) would be that of who started it."""
    worker, pages, cards = build(Settings()), Pages(Assets()), Cards()
    for number in range(CLIENTS):
        cards.apply(f"{number}/b", ClientCard(lead_id=str(number), source="b", ts=1, name=f"Клиент {number}"))
    for path in FOLDER.glob("*.html"):
        pages._environment.get_template(path.name)
    if worker.name == "web" and len(cards.leads()) == CLIENTS:
        size = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
        sys.stdout.write(f"{int(size[1]) / 1024 if size else 0}\n")
