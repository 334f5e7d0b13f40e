"""What of a model's claims may be told, held against sources by themselves."""

import pytest

from processors.answers.claims import MOST_CALLS, MOST_CLAIMS, Proposed, calls_of, checked
from processors.minutes import claimed
from schemas.answers import Claim, Counted, Figure, Item, Passage, Source, ToolCall, Words

LEAD = "1"
DELAY = "Приёмка стоит шестой день, мы не довольны."
SHIPPED = "С 1 по 21 ноября отгружено 4120 шт.; обычно за такой же срок 6650 шт."
CALL = ToolCall("shipped", "2026-11-01", "2026-11-21")


def words(n: int, text: str, lead: str = LEAD) -> Source:
    """A passage."""
    return Words(n, Passage(lead, f"{n:016x}", 0, "message", 0, text))


def figure(n: int, text: str = SHIPPED, lead: str = LEAD, *items: Item) -> Source:
    """A counted figure."""
    return Counted(n, Figure(lead, CALL, 4120.0, "шт", 9, 0, items=list(items)), text)


def kept(proposed: Proposed, *sources: Source) -> list[Claim]:
    """What stands."""
    return checked([proposed], {source.number: source for source in sources}, LEAD).claims


def test_a_claim_names_the_source_of_its_quote_first() -> None:
    """Whatever the model's order."""
    proposed = Proposed("Приёмка стоит шестой день.", [1, 2], "Приёмка стоит шестой день")
    [claim] = kept(proposed, words(1, "Добрый день, коллеги."), words(2, DELAY))
    assert claim.sources == [2, 1]


@pytest.mark.parametrize("lead", ["2", "", "11"])
def test_a_source_of_another_client_spoils_its_claim(lead: str) -> None:
    """Words and figures alike, also beside a good one."""
    proposed = Proposed("Приёмка стоит шестой день.", [1, 2], "Приёмка стоит шестой день")
    assert kept(proposed, words(1, DELAY), words(2, DELAY)) != []
    assert kept(proposed, words(1, DELAY), words(2, DELAY, lead)) == []
    assert kept(Proposed("Отгружено 4120 шт.", [1]), figure(1, SHIPPED, lead)) == []


def test_a_figure_holds_its_digits_and_no_others() -> None:
    """Thousands may be grouped; a quote that is not there spoils it all the same."""
    assert kept(Proposed("Отгружено 4120 шт.", [1]), figure(1))
    assert kept(Proposed("Отгружено 4 120 шт.", [1]), figure(1))
    assert not kept(Proposed("Отгружено 4121 шт.", [1]), figure(1))
    assert not kept(Proposed("Отгружено 4120 шт.", [1], "мы всё отгрузили сами"), figure(1))
    assert not kept(Proposed("Отгружено 4120 шт.", [1, 2], "мы всё отгрузили сами"), figure(1), words(2, DELAY))


def test_words_behind_a_figure_may_be_quoted() -> None:
    """Those of its items."""
    behind = Item(0, "жалоба (в чате 3 ноября)", quote="вы опять потеряли короб")
    proposed = Proposed("Клиент пишет: вы опять потеряли короб.", [1], "вы опять потеряли короб")
    assert kept(proposed, figure(1, "Найдена 1 проблема.", LEAD, behind))
    assert not kept(proposed, figure(1, "Найдена 1 проблема."))


@pytest.mark.parametrize("telling", ["Клиент пишет, что ", "Клиент сообщил: ", "На встрече сказали, что "])
def test_who_tells_needs_no_word_of_the_quote(telling: str) -> None:
    """What is told does."""
    assert kept(Proposed(f"{telling}приёмка стоит шестой день.", [1], "Приёмка стоит шестой день"), words(1, DELAY))
    assert not kept(Proposed(f"{telling}договор расторгнут.", [1], "Приёмка стоит шестой день"), words(1, DELAY))


def test_digits_within_a_word_are_digits() -> None:
    """A number of an article is one that nobody said."""
    assert claimed("Не найден короб КБ12.", "не найден короб КБ12", ["у нас не найден короб КБ12 с пледами"])
    assert claimed("Не найден короб КБ99.", "не найден короб КБ12", ["у нас не найден короб КБ12 с пледами"]) is None


def test_what_is_too_much_is_counted_as_dropped() -> None:
    """And what is said twice is told once."""
    sources = {1: words(1, DELAY)}
    same = Proposed("Приёмка стоит шестой день.", [1], "Приёмка стоит шестой день")
    found = checked([same] * (MOST_CLAIMS + 3), sources, LEAD)
    assert (len(found.claims), found.dropped) == (1, 3)


def test_calls_that_are_none_or_known_are_not_made() -> None:
    """A model may ask for anything, a few at a time."""
    wanted = [{"name": "shipped", "since": f"2026-11-{day:02}"} for day in range(1, 9)]
    assert len(calls_of(wanted, [])) == MOST_CALLS
    known = {"name": "shipped", "since": CALL.since, "until": CALL.until}
    assert calls_of([{"name": "drop table"}, known], [CALL]) == []
