"""`streams.engine.leads`: the list of known leads, from the settings, from a file that changes, and by cards."""

import os
from pathlib import Path
from typing import cast

import pytest

from schemas.cards import ClientCard
from streams.engine.cards import KnownCards
from streams.engine.leads import KnownLeads, with_cards
from streams.engine.reader import Reader
from streams.settings import Jitsi


def leads(file: Path | None = None, *listed: str) -> KnownLeads:
    """As the worker makes it, looked at once."""
    known = KnownLeads(Jitsi.model_validate({"known_leads": listed, "known_leads_file": file}))
    known.look()
    return known


def test_without_a_list_nobody_can_say() -> None:
    """Then nothing changes for any room, and there is nothing to look at."""
    known = leads()
    assert known("12345") is None
    assert known.condition() is None


def test_a_list_in_the_settings() -> None:
    """It is the whole list: what is not on it is no lead. Numbers may stand without quotes in TOML."""
    known = KnownLeads(Jitsi.model_validate({"known_leads": [12345, "007"]}))
    assert [known(lead) for lead in ("12345", "007", "7", "123452")] == [True, True, False, False]


@pytest.mark.parametrize(
    "text",
    [
        b"12345\n678\n",
        b"\xef\xbb\xbf12345\r\n678\r\n",
        "ID;Название\n12345;ООО «Ромашка»\n678;ИП\n".encode(),
        "ID,Название\n12345,ООО Ромашка, ул. 5\n678,\n".encode("cp1251"),
        b'"12345"\t"x"\n  678\n# 9\n12x\n1234567890123\n',
    ],
)
def test_a_file(tmp_path: Path, text: bytes) -> None:
    """One number a line, or the first column of a CSV in any encoding; other lines say nothing."""
    file = tmp_path / "leads"
    file.write_bytes(text)
    known = leads(file, "55")
    assert [known(lead) for lead in ("12345", "678", "55")] == [True] * 3
    assert [known(lead) for lead in ("9", "12", "5", "123456789012", "123452")] == [False] * 5


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    """Written over or replaced; one that did not change is not read."""
    file, new = tmp_path / "leads", tmp_path / "new"
    file.write_text("1\n")
    known = leads(file)
    assert known("2") is False
    new.write_text("2\n")
    new.replace(file)
    assert known.look() == ""
    assert (known("1"), known("2")) == (False, True)
    file.write_text("1\n2\n")
    known.look()
    assert (known("1"), known("2")) == (True, True)
    known.look()
    assert known("1") is True


@pytest.mark.parametrize("fault", ["missing", "empty", "words", "folder", "fifo", "huge"])
def test_a_file_that_says_nothing(tmp_path: Path, fault: str) -> None:
    """Then nobody can say, also of what stood there before or in the settings, and the fault is told until mended."""
    file = tmp_path / "leads"
    file.write_text("1\n")
    known = leads(file, "55")
    file.unlink()
    match fault:
        case "empty":
            file.touch()
        case "words":
            file.write_text("ID\nнет\n")
        case "folder":
            file.mkdir()
        case "fifo":
            os.mkfifo(file)
        case "huge":
            file.write_text("2\n")
            os.truncate(file, (16 << 20) + 1)
    assert known.look() != ""
    assert known.look() != ""
    assert [known(lead) for lead in ("1", "55", "9")] == [None] * 3
    if file.is_dir():
        file.rmdir()
    file.unlink(missing_ok=True)
    file.write_text("1\n")
    assert known.look() == ""
    assert [known(lead) for lead in ("1", "55", "9")] == [True, True, False]


def test_it_is_told_by_its_path(tmp_path: Path) -> None:
    """Ops read which file it is."""
    condition = leads(tmp_path / "leads").condition()
    assert condition is not None
    assert (condition.kind, condition.subject) == ("lead_list", str(tmp_path / "leads"))
    assert condition.look() == "такого файла или папки нет"


def test_whoever_has_a_card_is_known() -> None:
    """Besides the list; and nobody is refused before the cards are read, nor where nobody has one."""
    cards = KnownCards(cast(Reader, None))
    by_list = with_cards(leads(None, "55"), cards, alone=False)
    by_cards = with_cards(leads(), cards, alone=True)
    nobody = with_cards(leads(), cards, alone=False)
    assert [known(lead) for known in (by_list, by_cards) for lead in ("55", "7")] == [True, None, None, None]
    cards.loaded.set()
    assert (by_list("7"), by_cards("7")) == (False, None)
    cards.cards.apply("7/bitrix", ClientCard(lead_id="7", source="bitrix", ts=1))
    assert [by_list(lead) for lead in ("55", "7", "8")] == [True, True, False]
    assert [by_cards(lead) for lead in ("7", "8")] == [True, False]
    assert [nobody(lead) for lead in ("7", "8")] == [True, None]
