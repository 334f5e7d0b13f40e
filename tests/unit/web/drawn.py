"""How large the worker `web` is: all its modules, tables of three hundred clients, all templates compiled.

A process without the store: what `bench.page` starts and asks.
"""

import resource
import sys

from processors.cards import Cards
from schemas.cards import ClientCard
from streams.settings import Settings
from streams.web.assets import Assets
from streams.web.pages import FOLDER, Pages
from streams.web.worker import build

CLIENTS = 300


def drawn() -> None:
    """Print the process's largest size, MB."""
    worker, pages, cards = build(Settings()), Pages(Assets()), Cards()
    for number in range(CLIENTS):
        cards.apply(f"{number}/b", ClientCard(lead_id=str(number), source="b", ts=1, name=f"Клиент {number}"))
    for path in FOLDER.glob("*.html"):
        pages._environment.get_template(path.name)
    if worker.name == "web" and len(cards.leads()) == CLIENTS:
        sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}\n")
