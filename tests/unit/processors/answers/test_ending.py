"""The last line under an answer."""

from processors.answers.ending import ending
from schemas.answers import EXTRACT, Done


def test_it_says_who_answered_why_no_model_did_and_how_much_was_left_out() -> None:
    """With the grammar of the number."""
    assert ending(Done(EXTRACT, 0.1)) == "Ответ собран без модели."
    assert ending(Done(EXTRACT, 0.1, note="Модель сейчас занята.")) == "Модель сейчас занята. Ответ собран без модели."
    assert (
        ending(Done("glm", 0.1, dropped=1)) == "Модель: glm. Не показано: 1\u00a0утверждение модели без подтверждения."
    )
    assert ending(Done("glm", 0.1, dropped=5)).endswith("5\u00a0утверждений модели без подтверждения.")
