"""What is kept where and how long: the page has every topic and table, each once, with its time."""

import re
from pathlib import Path

import pytest

from schemas.topics import TOPICS
from streams.cli import kept_page
from streams.cli.check_retention import retention_notes
from streams.settings import Retention, Settings, Speech
from streams.store.retention import of_files

ROOT = Path(__file__).parents[3]
ROWS = [line.strip("| ").split(" | ") for line in kept_page.kept().splitlines()[2:]]


def test_the_page_of_the_repository_is_fresh() -> None:
    """Who changes a topic, a table or a default writes it anew: `python -m streams.cli.kept_page`."""
    page = (ROOT / kept_page.PAGE).read_text()
    assert kept_page.in_page(page) == page


def test_nothing_is_left_out_and_nothing_told_twice() -> None:
    """Topics and tables alike, whether they have a setting or not."""
    told = [name for _, where, *_ in ROWS for name in re.findall(r"`([^`]+)`", where) if name != "failures.payload"]
    assert sorted(told) == sorted([*(topic.name for topic in TOPICS), *of_files()])


def test_every_setting_has_a_row_with_its_default() -> None:
    """In words that agree with the number; what has no setting says so."""
    settings = {setting.strip("`"): time for _, _, time, setting in ROWS if setting != "нет"}
    assert settings.keys() == {f"retention.{name}" for name in Retention.model_fields}
    assert settings["retention.history"].replace("\u00a0", " ") == "3 года"
    assert settings["retention.questions"].replace("\u00a0", " ") == "1 год"
    assert settings["retention.telegram"].replace("\u00a0", " ") == "30 дней"
    assert ROWS[-1][2] == kept_page.UNTIL_ERASED


def test_a_page_without_a_place_is_told() -> None:
    """Instead of a page without the table."""
    with pytest.raises(ValueError, match="line is missing"):
        kept_page.in_page("# Персональные данные\n" + kept_page.BEGIN)


def test_check_tells_the_times_of_this_installation() -> None:
    """One line, with the settings' times and what stays for ever."""
    [line] = retention_notes(Settings.model_construct(retention=Retention(history=365 * 5, access=400)))
    assert "история клиентов хранится 5 лет, журнал доступа — 400 дней" in line.replace("\u00a0", " ")
    assert "записи встреч" in line and "без срока" in line


def test_check_tells_that_recordings_go() -> None:
    """Where somebody has set it: after how long, and whose do not."""
    speech = Speech(recordings_days=90)
    first, second = retention_notes(Settings.model_construct(retention=Retention(), speech=speech))
    assert "записи встреч" not in first
    assert "хранятся 90 дней (speech.recordings_days)" in second.replace("\u00a0", " ")
    assert "leadpulse hold list" in second
