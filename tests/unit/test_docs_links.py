"""A person who follows a link in a document arrives, and finds each page from the index."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from tools.topics_picture import PAGE, PICTURE, WORDS, picture, with_table

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SKIPPED = {".venv", ".cache", "var", "build", "node_modules"}
PAGES = [
    page
    for page in sorted(ROOT.rglob("*.md"))
    if not SKIPPED & set(page.relative_to(ROOT).parts) and not page.name.startswith(".")
]


def prose(page: Path) -> str:
    """Without code: what looks like a link there is none."""
    return re.sub(r"```.*?```|`[^`\n]*`", lambda code: "x" * ("\n" not in code[0]), page.read_text(), flags=re.S)


@cache
def anchors(page: Path) -> frozenset[str]:
    """Names of headings as GitHub makes them: lower case, words by `-`, no other marks; repeated ones by number."""
    text, found = re.sub(r"```.*?```", "", page.read_text(), flags=re.S), dict[str, int]()
    for heading in re.findall(r"^#{1,6} +(.+?) *$", text, re.M):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found[f"{name}-{found[name]}" if name in found else name] = 0
        found[name] = found.get(name, 0) + 1
    return frozenset(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link is a file of the repository, and its anchor a heading there."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{target}: no such file"
        assert not anchor or anchor in anchors(there), f"{target}: no such heading"


def test_the_index_names_every_page() -> None:
    """A page that nobody is sent to is not read."""
    index = (DOCS / "README.md").read_text()
    missing = [page.name for page in sorted(DOCS.glob("*.md")) if page.name != "README.md" and page.name not in index]
    assert missing == []


def test_the_picture_of_topics_is_that_of_the_list() -> None:
    """`python -m tools.topics_picture` after a change of the topics or of who uses them."""
    assert PICTURE.read_text() == picture()
    assert with_table(PAGE.read_text()) == PAGE.read_text()
    assert len(WORDS) == picture().count("font-weight='bold'") - picture().count("text-anchor='middle'")
