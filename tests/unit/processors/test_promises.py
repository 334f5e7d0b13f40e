"""Which promise is which."""

from processors.promises import promise_id


def test_an_id_is_of_the_talk_and_the_words() -> None:
    """It is the same wherever it is computed and other for another talk or other words; it never changes, for marks of
    years stand on it."""
    assert promise_id("5f0c9a7e11d24e0b", "прислать расчёт") == "91aa328819269d47"
    assert len({promise_id("r1", "позвоню"), promise_id("r2", "позвоню"), promise_id("r1", "позвоню завтра")}) == 3
