"""Notes as they stand: of each the last words."""

from itertools import permutations

import pytest

from processors.notes import LONGEST, kept, taken_back, written
from schemas.errors import Refused
from schemas.events import Author, Note

MARIA, PETR = Author("1", "Мария", client=False), Author("2", "Пётр", client=False)


def test_a_note_and_what_became_of_it() -> None:
    """Written, changed by another, pinned: one note in its first author's name, with its former words."""
    first = written("7", "n1", " звонить после 18 ", MARIA, 1000, pinned=False)
    second = written("7", "n1", "звонить после 19", PETR, 2000, pinned=True)
    for order in permutations([first, second]):
        [note] = kept(order)
        assert (note.text, note.author, note.ts, note.pinned, note.by_hand) == (
            "звонить после 19", "Мария", 1000, True, True,
        )  # fmt: skip
        assert (note.changed_at, note.changed_by, note.former) == (2000, "Пётр", ["звонить после 18"])


def test_a_note_taken_back_is_not_pinned() -> None:
    """It is told as gone, by whom and when."""
    first = written("7", "n1", "вип", MARIA, 1000, pinned=True)
    [note] = kept([first, taken_back("7", kept([first])[0], PETR, 3000)])
    assert (note.gone, note.pinned, note.changed_by, note.changed_at) == (True, False, "Пётр", 3000)


def test_a_form_sent_twice_is_one_note() -> None:
    """Its id comes with the form."""
    twice = [written("7", "n1", "вип", MARIA, at, pinned=False) for at in (1000, 1400)]
    [note] = kept(twice)
    assert (note.ts, note.changed_at, note.former) == (1000, 0, [])


def test_a_comment_of_the_portal_is_no_note_of_our_page() -> None:
    """It is shown, and changed where it was written."""
    comment = Note("55", PETR, "перезвонить", event_id="0" * 16, lead_id="7", ts=1, source="bitrix")
    assert not kept([comment])[0].by_hand


@pytest.mark.parametrize("text", ["", "  ", "x" * (LONGEST + 1)])
def test_no_note(text: str) -> None:
    """Nothing, and too much."""
    with pytest.raises(Refused):
        written("7", "n", text, MARIA, 1, pinned=False)
