"""A question about one client, answered in stages: the same for the command `ask` and for the page.

`answer(Desk(...), lead, question)` is all that others use; `StoreHistory` reads the client's history from the store.
"""

from streams.asking.answer import Desk, answer
from streams.asking.history import Ask, History, StoreHistory, asking
from streams.asking.model import Models

__all__ = ["Ask", "Desk", "History", "Models", "StoreHistory", "answer", "asking"]
