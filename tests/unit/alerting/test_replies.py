"""What the bot answers, against `tests/golden/texts` (LEADPULSE_GOLDEN=write makes them anew)."""

import pytest
from msgspec.structs import replace

from alerting import replies
from alerting.clients import Client
from schemas.alerts import Alert
from schemas.bot import BotCommand, LeadRisk, Risks
from schemas.scores import Level, Part, Score
from tests.fakes.botapi import parse_html
from tests.unit.alerting.alerts import EACH_RULE, LEAVING, SPIKE, known, moscow
from tests.unit.alerting.test_texts import check


def score(points: float, lead_id: str = "12345", parts: tuple[Part, ...] = ()) -> Score:
    """Of the 21st of November."""
    level: Level = "red" if points >= 60 else "yellow" if points >= 30 else "green"
    return Score(
        score_id="0" * 16, lead_id=lead_id, version=1, ts=moscow(21, 20), points=points, level=level, parts=list(parts)
    )


def part(rule: str, points: float) -> Part:
    """A part of a score."""
    return Part(rule=rule, points=points, strength=1, weight=points / 100, age_days=0, half_life_days=0)  # type: ignore[arg-type]


RED = score(
    71.4, parts=(part("leaving_phrase", 57), part("order_silence", 27.5), part("tone", 3), part("bulk_pick", 1))
)
FULL = LeadRisk(
    lead_id="12345",
    score=RED,
    alerts=[EACH_RULE["order-silence"], replace(LEAVING, lead_id="12345")],
    last={"message": moscow(21, 15), "reservation": moscow(13, 16)},
)
CALM = LeadRisk(lead_id="777", last={"meeting_recorded": moscow(3, 12)})
OTHER = LeadRisk(lead_id="42", score=score(33, "42"), alerts=[replace(EACH_RULE["chat-silence"], lead_id="42")])
MUTE = BotCommand(
    command_id="0" * 16, chat_id="1", command="mute", ts=moscow(21), lead_id="12345", until=moscow(28, 9, 5)
)
LINK = BotCommand(
    command_id="0" * 16, chat_id="-1", command="link", ts=moscow(21), lead_id="12345", chat_title="Ромашка <3 склад"
)

ANSWERS = {
    "reply-risk": replies.risk(FULL, Client("12345")),
    "reply-risk-calm": replies.risk(CALM, Client("777")),
    "reply-risk-unknown": replies.risk(LeadRisk(lead_id="5"), Client("5")),
    "reply-top": replies.top(Risks([FULL, OTHER]), Client),
    "reply-top-nobody": replies.top(Risks([LeadRisk(lead_id="1", score=score(0.4))]), Client),
    "reply-silent": replies.silent(Risks([replace(FULL, alerts=FULL.alerts[:1]), OTHER]), known),
    "reply-silent-nobody": replies.silent(Risks(), Client),
    "reply-mute": replies.muted(MUTE, known),
    "reply-mute-unnamed": replies.muted(MUTE, Client),
    "reply-unmute": replies.muted(replace(MUTE, until=0), known),
    "reply-help": replies.HELP,
    "reply-link": replies.linked(LINK, known),
    "reply-link-moved": replies.linked(replace(LINK, before="777", chat_title=""), Client),
    "reply-start": replies.introduced(replace(LINK, command="start", name="Ольга <Петрова>")),
    "reply-link-unknown": replies.linked(replace(LINK, fault="unknown"), Client),
    "reply-link-taken": replies.linked(replace(LINK, before="777", fault="taken", chat_title=""), known),
    "reply-link-again": replies.linked(replace(LINK, before="12345"), known),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_reads_as_agreed(name: str) -> None:
    """Each command with something to tell, and with nothing."""
    check(name, ANSWERS[name].replace("\u00a0", "~") + "\n")
    parse_html(ANSWERS[name])


def test_a_long_answer_is_cut_between_lines() -> None:
    """One message, and how many there are besides."""
    many: list[Alert] = [replace(SPIKE, alert_id=f"{n:016x}") for n in range(100)]
    text = replies.risk(replace(FULL, alerts=many), Client("12345"))
    assert len(parse_html(text)) <= 4000
    assert "… и ещё" in text
