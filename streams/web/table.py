"""The table of routes: every screen has one line here. `python -m streams.web.table` writes docs/access.json."""

import json
import sys
from pathlib import Path
from typing import Final

from processors.access import MATRIX
from streams.web.route import Route
from streams.web.screens import (
    account,
    alerts,
    assistant,
    audit,
    card,
    chat,
    clients,
    command_answers,
    command_defs,
    commands,
    dead,
    erase,
    flow,
    inbox,
    invite,
    live,
    login,
    meetings,
    notes,
    participants,
    passkeys,
    privacy,
    search,
    trace,
    users,
)

SCREENS: Final = (
    login,
    invite,
    passkeys,
    account,
    clients,
    card,
    chat,
    notes,
    meetings,
    participants,
    live,
    alerts,
    inbox,
    command_defs,
    command_answers,
    commands,
    assistant,
    search,
    erase,
    privacy,
    audit,
    users,
    flow,
    trace,
    dead,
)
"""Modules with `ROUTES`."""

ROUTES: Final[tuple[Route, ...]] = tuple(route for screen in SCREENS for route in screen.ROUTES)

PAGE: Final = Path("docs/access.json")


def told() -> dict[str, object]:
    """Routes with their access, and of each access which role may what: `leadpulse web routes --json`."""
    routes = sorted((route.told() for route in ROUTES), key=lambda told: (str(told["path"]), str(told["method"])))
    return {"routes": routes, "actions": {action: dict(cells) for action, cells in MATRIX.items()}}


def page() -> str:
    """What docs/access.json holds."""
    return json.dumps(told(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.exit(0)
