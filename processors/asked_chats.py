"""The question whose a chat is, as its message words it, and what stands in one that comes back. Pure."""

from typing import Final

ASKED: Final = "❔ ", "Чей это чат ", "?"
"""Mark, question and end of the first line, with the chat's name before the end."""


def asked_about(line: str, asked: tuple[str, str, str]) -> str:
    """What stands in a line between a question (mark, question) and its end; empty where it is no such line."""
    mark, question, end = asked
    if not (line.startswith(mark + question) and line.endswith(end)):
        return ""
    return line.removeprefix(mark + question).removesuffix(end)


def chat_asked_about(asked: str) -> str:
    """What the question calls the chat, in `«»` where it has a title; empty where `asked` is no such question."""
    return asked_about(asked.partition("\n")[0], ASKED)


def title_asked_about(asked: str) -> str:
    """The chat's title; empty where it has none."""
    called = chat_asked_about(asked)
    return called[1:-1] if called.startswith("«") and called.endswith("»") else ""
