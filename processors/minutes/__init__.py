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

from processors.minutes.held import claimed
from processors.minutes.offline import extract, unheard
from processors.minutes.orders import without_orders
from processors.minutes.quotes import quoted, verified
from processors.minutes.reading import read as read_transcript
from processors.minutes.verbatim import alike

__all__ = ["alike", "claimed", "extract", "quoted", "read_transcript", "unheard", "verified", "without_orders"]
