"""The question whose a chat is, as its message words it, and what stands in one that comes back. Pure."""

from typing import Final

ASKED: Final = "❔ ", "Чей это чат ", "?"
"""Mark, question and end of the first line, with the chat's name before the end."""


def chat_asked_about(asked: str) -> str:
    """What the question calls the chat, in `«»` where it has a title; empty where `asked` is no such question."""
    mark, question, end = ASKED
    first = asked.partition("\n")[0]
    if not (first.startswith(mark + question) and first.endswith(end)):
        return ""
    return first.removeprefix(mark + question).removesuffix(end)


def title_asked_about(asked: str) -> str:
    """The chat's title; empty where it has none."""
    called = chat_asked_about(asked)
    return called[1:-1] if called.startswith("«") and called.endswith("»") else ""
