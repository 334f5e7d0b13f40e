"""What the documents say of commands, settings, ports and metrics is what the code has."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from processors.commands.definitions import builtin
from processors.commands.words import DOES
from schemas.topics import TOPICS
from streams.cli import COMMANDS
from streams.engine import metrics
from streams.settings import Settings
from streams.settings.shape import field_at, names

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "jibri-hooks").glob("*.md")])
RUSSIAN = [page for page in PAGES if page != ROOT / "README.md"]
SECTIONS = "|".join(Settings.model_fields)


def text(page: Path) -> str:
    """A page without the addresses of its links."""
    return re.sub(r"\]\([^)]*\)", "]", page.read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_commands_exist(page: Path) -> None:
    """Who copies a command from a document does not meet "no such command"."""
    named = set(re.findall(r"\bleadpulse ([a-z][a-z-]*)", text(page)))
    assert named - COMMANDS.keys() == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_settings_exist(page: Path) -> None:
    """Every `section.key` and `LEADPULSE_SECTION__KEY` in a document is a setting; a secret's may end in `_file`.
    Topics, commands and what carries them out have names of the same form."""
    dotted = re.findall(rf"`((?:{SECTIONS})\.[a-z_]+)[`\s=]", text(page))
    variables = re.findall(rf"LEADPULSE_((?:{SECTIONS.upper()})__[A-Z_]+[A-Z])\b", text(page))
    named = {*dotted, *(name.lower().replace("__", ".", 1) for name in variables)}
    known = {*names(Settings)}
    unknown = {name for name in named if not {name, name.removesuffix("_file")} & known}
    inner = {name for name in unknown if field_at(Settings, (*name.split(".")[:1], name.split(".")[1].split("__")[0]))}
    others = {topic.name for topic in TOPICS} | {name for name, _ in builtin()} | DOES.keys()
    assert unknown - inner - others == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_metrics_exist(page: Path) -> None:
    """A metric to look at is one that a worker serves."""
    assert metrics.LAG is not None
    served = {name for metric in REGISTRY.collect() for name in (metric.name, f"{metric.name}_total")}
    named = set(re.findall(r"\b(leadpulse_[a-z_]+[a-z])\b", text(page))) - {"leadpulse_recorder"}
    assert named - served == set()


def test_the_ports_of_operations_are_the_defaults() -> None:
    """Where a person looks for the gateway, the API and the health pages."""
    page = (ROOT / "docs" / "operations.md").read_text()
    defaults = Settings.model_construct()
    for port in (defaults.gateway.port, defaults.store.api_port, defaults.metrics.gateway, defaults.broker.port):
        assert f"127.0.0.1:{port}" in page


@pytest.mark.parametrize("page", RUSSIAN, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_documents_for_users_are_russian(page: Path) -> None:
    """Prose outside of code and tables of names: more Cyrillic words than Latin ones."""
    prose = re.sub(r"```.*?```|`[^`]*`|https?://\S+|\]\([^)]*\)", " ", page.read_text(), flags=re.S)
    cyrillic, latin = (len(re.findall(pattern, prose)) for pattern in (r"\b[а-яё]{3,}", r"\b[a-z]{3,}"))
    assert cyrillic > 3 * latin


def test_decisions_are_numbered_one_by_one() -> None:
    """Each number once, and the title repeats it: several were written at the same time under one number."""
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    assert all(record.read_text().startswith(f"# {record.name[:4]}. ") for record in records)
