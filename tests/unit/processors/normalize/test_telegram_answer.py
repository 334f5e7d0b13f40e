"""Buttons under commands and under the assistant's questions: what a press means."""

from typing import Any

import pytest

from processors.normalize.telegram_answer import REASONS
from schemas.bot import Question
from schemas.callback import ANSWERS, Answer, encode_choice, encode_command
from schemas.codec import Rejected
from schemas.commands import Approval, Refusal
from schemas.proofs import ButtonProof
from tests.golden.examples import meta
from tests.unit.processors.normalize.test_telegram import CLIENT, STAFF, found

DIGEST = "0123456789abcdef0123" + "4" * 44
SHORT = DIGEST[:20]
AT = meta("source.telegram").ts
UNDER = {"message_id": 9, "chat": {"id": 77, "type": "private"}, "date": 1, "text": "Нужна подпись"}
PROOF = ButtonProof(telegram_id=STAFF["id"], update="1", callback_id="q1")


def press(data: str, who: dict[str, Any] = STAFF, **under: Any) -> Any:
    """What comes of a press under a command."""
    return found(callback_query={"id": "q1", "from": who, "data": data, "message": UNDER | under})


def test_yes_is_an_approval_of_exactly_this_digest() -> None:
    """With who pressed it as the proof; and the press is answered in its chat."""
    word, told = press(encode_command(DIGEST, "yes"))
    assert word == Approval(digest=SHORT, at=AT, button=PROOF)
    assert (told.command, told.digest, told.callback_id, told.chat_id) == ("command_yes", SHORT, "q1", "77")
    assert told.question == Question(77, 9, "Нужна подпись")


@pytest.mark.parametrize("answer", REASONS)
def test_a_reason_is_a_refusal(answer: Answer) -> None:
    """With its words."""
    word, told = press(encode_command(DIGEST, answer))
    assert word == Refusal(digest=SHORT, at=AT, button=PROOF, reason=REASONS[answer])
    assert told.command == "command_refused"


@pytest.mark.parametrize(("answer", "command"), [("no", "command_no"), ("back", "command_back")])
def test_to_ask_why_is_no_refusal_yet(answer: Answer, command: str) -> None:
    """Nothing is decided before a reason is chosen."""
    [told] = press(encode_command(DIGEST, answer))
    assert told.command == command


def test_who_may_sign_is_the_desks_to_say() -> None:
    """A stranger's press goes the same way, with his id in the proof."""
    word, _ = press(encode_command(DIGEST, "yes"), CLIENT)
    assert word.button.telegram_id == CLIENT["id"]


@pytest.mark.parametrize(
    "data", ["c:AAAA:y", "c:AERUKZ4JVPG66AJD:x", "c:aerukz4jvpg66ajd:y", "c:AERUKZ4JVPG66AJD:n4", ""]
)
def test_other_data_is_none_of_ours(data: str) -> None:
    """Told as such, and decides nothing."""
    assert isinstance(press(data), Rejected)


def test_an_option_is_a_line_to_the_assistant_in_its_own_words() -> None:
    """It names the question and the option; a stranger says nothing to the assistant."""
    data = encode_choice("a1b2", 1)
    keys = {
        "inline_keyboard": [
            [{"text": "Ромашка", "callback_data": "q:a1b2:0"}],
            [{"text": "Лютик", "callback_data": data}],
        ]
    }
    line, told = press(data, reply_markup=keys)
    assert (line.answers, line.choice, line.text, line.who) == ("a1b2", 1, "Лютик", f"tg:{STAFF['id']}")
    assert (line.chat_id, line.callback_id, line.via, line.at) == (77, "q1", "telegram", AT)
    assert (told.command, told.name) == ("chosen", "Лютик")
    assert isinstance(press(data, CLIENT), Rejected)
    assert press(data)[0].text == "", "an old message shows its buttons no more"


def test_keys_are_short() -> None:
    """Telegram takes 64 bytes."""
    assert all(len(encode_command(DIGEST, answer)) <= 21 for answer in ANSWERS)
