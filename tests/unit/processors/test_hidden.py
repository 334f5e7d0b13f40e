"""What a person who may not call a client still reads of him."""

import pytest

from processors.pseudonyms.hidden import hidden, hidden_in

PHONES = ["+7 916 555-00-34", "8(916)555-00-34", "89165550034", "+79165550034"]


@pytest.mark.parametrize("phone", PHONES)
def test_a_phone_in_a_text(phone: str) -> None:
    """However it is written: its last digits, and the rest of the text, stay."""
    told = hidden(f"Мой номер {phone}, жду")
    assert told.startswith("Мой номер +") and told.endswith("** ***-00-34, жду")


@pytest.mark.parametrize(
    "text",
    ["1 250 000 руб.", "отгрузка 12.03.2026 в 14:02", "ИНН 7707083893", "артикул 10.20.30-001", "80 коробок", ""],
)
def test_what_is_no_contact_stays(text: str) -> None:
    """Prices, days, numbers of registers and articles are what a viewer is there for."""
    assert hidden(text) == text


def test_an_answer_of_the_store() -> None:
    """Texts wherever they stand are read; names that lead back to the store stay; what is below a client is his."""
    text = f"{PHONES[0]} a.b@pledy.example"
    told = {
        "lead_id": "1", "next": "1790000000000-89165550034", "phones": ["12345", PHONES[3]], "mails": ["a@b.ru"],
        "rows": [{"event_id": "8916555003400000", "text": text, "fields": {"PHONE": PHONES[3]}, "ts": 89165550034}],
        "of": [{"lead_id": "2", "text": text}],
    }  # fmt: skip
    seen = hidden_in(told, lambda lead: lead == "2")
    assert seen["phones"] == ["***", "+7 9** ***-00-34"] and seen["mails"] == ["a***@b.ru"]
    assert seen["rows"][0] == {
        "event_id": "8916555003400000", "text": "+7 9** ***-00-34 a***@pledy.example",
        "fields": {"PHONE": "+7 9** ***-00-34"}, "ts": 89165550034,
    }  # fmt: skip
    assert (seen["next"], seen["of"]) == (told["next"], told["of"])
