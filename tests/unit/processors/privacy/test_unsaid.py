"""What a text or a command has to have to quote deleted words."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from processors.privacy.erasing import Denied
from processors.privacy.unsaid import Gone
from schemas.commands import Trigger
from schemas.erasures import UNSAID, Unsaid
from streams.engine.erasures import UNSAID as CODEC
from streams.engine.erasures import take
from tests.unit.processors.commands.office import command

SAID = ["Ну, мы уходим к другому складу. Ещё раз спасибо", "да, верно"]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("Анна: мы уходим к другому складу", True),
        ("Предлагаю: «Мы уходим к другому складу.» Записать?", True),
        ("еще раз спасибо", True),
        ("клиент думает уходить к другому складу", False),  # in other words
        ("«да, верно»", False),  # anybody's
        ("", False),
    ],
)
def test_a_text_quotes_whole_pieces(text: str, quotes: bool) -> None:
    """Between quotes, or behind who said it; nothing short."""
    assert Gone((), SAID).says(text) is quotes
    assert not Gone(()).says(text)


@pytest.mark.parametrize(
    ("trigger", "evidence", "quotes"),
    [
        (Trigger(kind="event", id="e1"), [], True),
        (Trigger(kind="alert", id="a1", words="слова"), ["e1", "e2"], True),
        (Trigger(kind="alert", id="a1", words="слова"), ["e2", "e1"], False),  # it shows another's
        (Trigger(kind="alert", id="a1"), ["e1"], False),  # it shows nobody's
        (Trigger(kind="alert", id="a1", words="слова"), [], False),
    ],
)
def test_a_command_quotes_what_it_shows(trigger: Trigger, evidence: list[str], quotes: bool) -> None:
    """By its occasion, or by the first of an alert's evidence."""
    made = command("note.add", {"text": "позвонить"}, trigger=trigger, evidence=evidence)
    assert Gone({"e1"}).is_quoted_in(made) is quotes


def test_it_is_denied_by_its_record() -> None:
    """On the topic of erasures, under a key of its own; one that cannot be read denies nobody."""
    denied, id_ = Denied(), "0123456789abcdef"
    for value in (b"{", CODEC.encode(Unsaid(command_id=id_, at=1))):
        assert not denied.unsaid(id_)
        take(denied, cast("Any", SimpleNamespace(key=f"{UNSAID}{id_}".encode(), value=value, offset=0)))
    assert denied.unsaid(id_) and not denied.unsaid("0" * 16) and not denied.erasures
