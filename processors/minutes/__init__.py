"""Minutes of a conversation by rules, without a model, and the checks that every model's answer passes too.

This is the door; nothing outside imports what is behind it. Word lists and weights are in `data/`.
"""

from processors.minutes.offline import extract, unheard
from processors.minutes.quotes import quoted, verified
from processors.minutes.reading import read as read_transcript
from processors.minutes.verbatim import alike

__all__ = ["alike", "extract", "quoted", "read_transcript", "unheard", "verified"]
