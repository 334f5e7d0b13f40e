"""How good a command's proposals were: what an administrator looks at before he lets it run by itself. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from processors.commands.entries import Entry

ENOUGH: Final = 30
"""Proposals that came to an end, before a command may be unlocked (research/web.md 2.C)."""
GOOD_PERCENT: Final = 95
"""Of them approved unchanged."""

_APPROVED: Final = frozenset(("approved", "running", "done", "failed", "unknown"))


class Figures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one name, all versions, over what the desk remembers (90 days; 7 of `dropped` and `rejected`), and of the
    assistant's proposals only: what people propose tells nothing of it. `proposed` are those that people were asked
    about; `unchanged` were approved as they were proposed, `edited` given up for another text by a person. `auto` ran
    by themselves, `dropped` were too unsure, `rejected` broke a rule."""

    proposed: int = 0
    unchanged: int = 0
    edited: int = 0
    refused: int = 0
    expired: int = 0
    auto: int = 0
    dropped: int = 0
    rejected: int = 0

    @property
    def ended(self) -> int:
        """Of those that people were asked about."""
        return self.unchanged + self.edited + self.refused + self.expired

    @property
    def percent(self) -> int:
        """Approved unchanged among those that ended, rounded down; 0 of none."""
        return self.unchanged * 100 // self.ended if self.ended else 0


def good_enough(figures: Figures) -> bool:
    """Whether an administrator may let it run by itself."""
    return figures.ended >= ENOUGH and figures.unchanged * 100 >= GOOD_PERCENT * figures.ended


def counted(entries: Iterable[Entry]) -> Figures:
    """Of these."""
    told: Counter[str] = Counter()
    for entry in entries:
        if entry.command.proposer.startswith("agent/"):
            told[_kind(entry)] += 1
            told["proposed"] += _asked(entry)
    told.pop("", None)
    return Figures(**told)


def _asked(entry: Entry) -> bool:
    return entry.state not in ("rejected", "dropped") and entry.standing.how != "auto"


def _kind(entry: Entry) -> str:
    standing = entry.standing
    if standing.how == "auto":
        return "auto"
    if standing.state in _APPROVED or (standing.state == "expired" and standing.by_user):
        return "unchanged"
    match standing.state:
        case "superseded":
            return "edited" if standing.by_user else ""
        case "refused" | "expired" | "dropped" | "rejected" as kind:
            return kind
        case _:
            return ""
