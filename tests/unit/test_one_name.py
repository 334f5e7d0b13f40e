"""What a person reads calls one thing by one name, wherever he reads it: boards, rules, documents, commands, pages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = (
    *("README.md", "docs/*.md", "changelog.d/*.md", "jibri-hooks/*.md", "helm/**/*.md"),
    *("grafana/**/*.py", "grafana/**/*.json", "grafana/**/*.yaml", "deploy/**/*.y*ml", "helm/**/*.y*ml"),
    *("streams/**/*.py", "streams/**/*.html", "streams/**/*.js", "alerting/**/*.py", "processors/**/*.py"),
    *("schemas/**/*.sql", "demo/**/*.py", "jibri-hooks/**/*.py", "deploy/**/*.json"),
)
OTHERWISE = {  # a call is a phone call, and an alert («тревога») is what the bot notifies of
    r"\b(бот|ночью|не|снова) звон(ю|им|ит)\b|\bбез (повторного )?звонка\b|\bзвонков на куратора": "оповещение",
    r"\bм[её]ртв\w*\s+пис(ьм|ем)": "негодная запись",
}
OF_DEAD_LETTERS = (
    "streams/cli/dlq.py",
    "streams/cli/parked.py",
    "streams/store/letters.py",
    "streams/web/templates/dead.html",
    "streams/web/templates/dead_letter.html",
)


def pages() -> Iterator[Path]:
    """Files with words for people."""
    for place in PLACES:
        yield from ROOT.glob(place)


@pytest.mark.parametrize("word", OTHERWISE)
def test_one_thing_has_one_name(word: str) -> None:
    """The other word is said nowhere."""
    found = {str(page.relative_to(ROOT)) for page in pages() if re.search(word, page.read_text("utf-8"), re.IGNORECASE)}
    assert found == set(), f"здесь говорят: {OTHERWISE[word]}"


@pytest.mark.parametrize("place", OF_DEAD_LETTERS)
def test_a_record_that_cannot_be_used_is_no_letter(place: str) -> None:
    """Letters are mail; where there is none, the word is not said at all."""
    assert not re.search(r"\bпис(ьм|ем\b)", (ROOT / place).read_text("utf-8"), re.IGNORECASE)


@pytest.mark.parametrize("head", ["failures", "failures_current", "failure_answers"])
def test_nor_in_the_page_of_tables(head: str) -> None:
    """The same of its tables."""
    said = (ROOT / "docs" / "tables.md").read_text("utf-8").partition(f"\n### {head}\n")[2].partition("\n##")[0]
    assert "негодн" in said.lower() or "запис" in said
    assert not re.search(r"\bпис(ьм|ем\b)", said)


def test_places_are_there() -> None:
    """Each pattern finds something, or the test looks past the words."""
    assert [place for place in PLACES if not list(ROOT.glob(place))] == []
