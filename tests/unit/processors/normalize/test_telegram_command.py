"""What our people ask the bot, where they may, and what `/mute` does to the lead."""

import json

import pytest

from processors.days import DAY_MS
from processors.normalize.telegram import normalize
from schemas.bot import BotCommand
from schemas.codec import Rejected
from schemas.events import AlertsMuted
from schemas.sources import Identity
from tests.golden.examples import OPTIONS, known, meta
from tests.unit.processors.normalize.test_telegram import CLIENT, CURATORS, GROUP, STAFF, found, message

ALONE = {"id": 11, "type": "private"}
AT = 1_795_165_391_000


def asked(text: str, chat: dict[str, object] = ALONE, who: dict[str, object] = STAFF) -> list[object]:
    """What comes of a command."""
    events = found(message=message(chat=chat, who=who, text=text))
    assert not isinstance(events, Rejected), events
    return list(events)


@pytest.mark.parametrize("chat", [ALONE, CURATORS])
@pytest.mark.parametrize(
    "text", ["/risk 12345", "/risk@our_bot lead-12345", " /risk  12345 ", "/Risk №12345", "/RISK #12345"]
)
def test_a_command_is_taken_in_private_and_in_a_chat_of_curators(text: str, chat: dict[str, object]) -> None:
    """With the bot's name behind it, as Telegram writes it in groups, too."""
    [command] = asked(text, chat)
    assert isinstance(command, BotCommand)
    assert (command.command, command.lead_id, command.chat_id) == ("risk", "12345", str(chat["id"]))


@pytest.mark.parametrize(
    ("text", "command", "fault"),
    [
        ("/risk", "risk", "no_lead"),
        ("/risk Иванов", "risk", "no_lead"),
        ("/risk 1234567890123", "risk", "no_lead"),
        ("/mute", "mute", "no_lead"),
        ("/mute 12345 неделю", "mute", "no_days"),
        ("/mute 12345 91", "mute", "no_days"),
        ("/top", "top", ""),
        ("/silent", "silent", ""),
        ("/start", "help", ""),
        ("/unmute 12345", "help", ""),
        ("/риск 12345", "help", ""),
        ("/risk12345", "help", ""),
    ],
)
def test_what_is_wrong_with_a_command_is_told(text: str, command: str, fault: str) -> None:
    """Nothing is done then, and the answer says what is missing."""
    [answer] = asked(text)
    assert isinstance(answer, BotCommand)
    assert (answer.command, answer.fault) == (command, fault)


@pytest.mark.parametrize("text", ["/unmute 12345", "/weather"])
def test_an_unknown_command_of_a_group_is_anothers(text: str) -> None:
    """Only in private is it certainly for us."""
    assert asked(text, CURATORS) == []


@pytest.mark.parametrize(
    ("text", "until"), [("/mute 12345", AT + 7 * DAY_MS), ("/mute 12345 90", AT + 90 * DAY_MS), ("/mute 12345 0", 0)]
)
def test_mute_goes_to_the_lead_and_is_answered(text: str, until: int) -> None:
    """The event is in the lead's history with who asked for it."""
    muted, answer = asked(text)
    assert isinstance(muted, AlertsMuted)
    assert isinstance(answer, BotCommand)
    assert (muted.lead_id, muted.until, muted.actor.id, answer.until) == ("12345", until, "11", until)


@pytest.mark.parametrize(
    ("chat", "who"),
    [(CURATORS, CLIENT), (CURATORS, {"id": 99}), ({"id": 501, "type": "private"}, CLIENT), (GROUP, STAFF)],
)
def test_nobody_else_is_answered(chat: dict[str, object], who: dict[str, object]) -> None:
    """A guest of the curators' group, a client in private; and in a client's chat nothing of us is shown."""
    assert not any(isinstance(event, BotCommand | AlertsMuted) for event in asked("/mute 12345", chat, who))


@pytest.mark.parametrize("text", ["риск 12345", "/risky 12345", "//risk 1", "/delete 12345"])
def test_other_words_of_ours_are_no_commands(text: str) -> None:
    """They talk to each other in that chat."""
    assert asked(text, CURATORS) == []


@pytest.mark.parametrize("text", ["/risk 12345", "/mute 12345 7"])
def test_a_lead_that_was_merged_is_asked_about_by_its_old_number(text: str) -> None:
    """Muted alone it would ring on: what it had is the other's."""
    identities = known()
    identities.apply("lead:12345", Identity("lead", "12345", "8"))
    record = json.dumps({"source": "bot", "payload": {"update_id": 1, "message": message(ALONE, STAFF, text=text)}})
    events = normalize(meta("source.telegram"), record.encode(), identities, OPTIONS)
    assert not isinstance(events, Rejected)
    assert {event.lead_id for event in events if isinstance(event, BotCommand | AlertsMuted)} == {"8"}
