"""A question about one client, answered in stages: the same for the command `ask` and for the page.

`answer(Desk(...), lead, question)` is all that others use. `StoreHistory` reads the client's history from the store,
`StoreQuestions` keeps there what was asked; `asking` and `telling` are their ways to it for the command line.
"""

from streams.asking.answer import Desk, answer
from streams.asking.history import Ask, History, StoreHistory, asking
from streams.asking.kept import Keep, StoreQuestions, Tell, telling
from streams.asking.model import Models

__all__ = [
    "Ask",
    "Desk",
    "History",
    "Keep",
    "Models",
    "StoreHistory",
    "StoreQuestions",
    "Tell",
    "answer",
    "asking",
    "telling",
]
