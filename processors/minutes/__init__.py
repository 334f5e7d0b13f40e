"""Minutes of a conversation by rules, without a model, and the checks that every model's answer passes too.

This is the door; nothing outside imports what is behind it. Word lists and weights are in `data/`. The way of the words
from utterance to item, in the order of `offline.extract`:

    words     utterance → words, sentences, clauses (`clauses`: unpunctuated), with `verbs`, `due` (times), `people`
    stretch   a verb or number → the words that belong to it;  wording: those words → a line
    actions   promises: `promises` and `handed` (made), `requests` (taken on), `guards` (meant?), `objects` (what)
    decisions what was settled: `consent` (to which proposal), `decision_lines` (in words)
    rivals · worries · figures · facts · questions · next_talk · tone · topics    one list each
    things    what two items have in common: the same thing is said once
    summary   the items → sentences

The checks of a model: `quotes` is the door of minutes, `held` that of answers to questions; `verbatim` and `whole` (the
quote), `supported` and `quantities` (what is said of it, in words as `compared`), `term`, `harmless`, `orders`. Files:
`reading`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from processors.minutes.due import Due, resolve, times
    from processors.minutes.held import claimed
    from processors.minutes.offline import extract, unheard
    from processors.minutes.orders import is_order, without_orders
    from processors.minutes.quotes import quoted, verified
    from processors.minutes.reading import read as read_transcript
    from processors.minutes.verbatim import alike

__all__ = [
    "Due",
    "alike",
    "claimed",
    "extract",
    "is_order",
    "quoted",
    "read_transcript",
    "resolve",
    "times",
    "unheard",
    "verified",
    "without_orders",
]

_BEHIND: Final = {
    "Due": "due.Due",
    "alike": "verbatim.alike",
    "claimed": "held.claimed",
    "extract": "offline.extract",
    "is_order": "orders.is_order",
    "quoted": "quotes.quoted",
    "read_transcript": "reading.read",
    "resolve": "due.resolve",
    "times": "due.times",
    "unheard": "offline.unheard",
    "verified": "quotes.verified",
    "without_orders": "orders.without_orders",
}


if not TYPE_CHECKING:  # mypy would take any name for one of ours

    def __getattr__(name: str) -> object:
        """What is asked for is loaded, once: the word lists are 8 MB, and half of those who come want to know one thing
        only."""
        if name not in _BEHIND:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, _, what = _BEHIND[name].partition(".")
        found = globals()[name] = getattr(import_module(f"{__name__}.{module}"), what)
        return found
