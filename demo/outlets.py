"""What the customer's other systems have in the end: the file, the comment, the notebook, the webhooks."""

from collections.abc import Callable
from pathlib import Path

from demo.material import NAMES
from schemas.comments import is_own_comment
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.n8n import FakeN8n
from tests.fakes.open_notebook import FakeOpenNotebook

EVENTS = {"recording", "transcript", "minutes", "alert"}
"""What n8n is told before the report."""


class Outlets:
    """The fakes, and the folder of minutes."""

    def __init__(self, exports: Path, bitrix: FakeBitrix, notebook: FakeOpenNotebook, n8n: FakeN8n) -> None:
        self._exports, self._bitrix, self._notebook, self._n8n = exports, bitrix, notebook, n8n

    def of(self, lead: str) -> dict[str, Callable[[], bool]]:
        """What a client's meeting must come to, and whether it is there."""
        return {
            f"файл в exports/{lead}/": lambda: bool(self._files(lead)),
            "комментарий в Битрикс24": lambda: len(self._comments(lead)) == 1,
            "блокнот клиента в Open Notebook": lambda: len(self._titles(lead)) == 2,
            "события в n8n": lambda: set(self._n8n.events()) >= EVENTS,
        }

    def gist(self, lead: str) -> list[str]:
        """The comment, line by line, and the notebook's contents."""
        comment = self._comments(lead)[0].splitlines()
        return [*comment, "", f"блокнот «{_book(lead)}»:", *(f"  {title}" for title in self._titles(lead))]

    def summary(self, lead: str) -> dict[str, object]:
        """For `summary.json`."""
        return {
            "files": [path.name for path in self._files(lead)],
            "bitrix_comments": len(self._comments(lead)),
            "notebook": self._titles(lead),
            "webhooks": sorted(set(self._n8n.events())),
        }

    def _files(self, lead: str) -> list[Path]:
        return sorted((self._exports / lead).glob("*.md"))

    def _comments(self, lead: str) -> list[str]:
        return [comment.text for comment in self._bitrix.of(lead) if is_own_comment(comment.text)]

    def _titles(self, lead: str) -> list[str]:
        return self._notebook.titles(_book(lead))


def _book(lead: str) -> str:
    return f"{NAMES[lead]} (лид {lead})"
