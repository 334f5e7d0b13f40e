"""Limits of a day, of a client and of a program; a flood; and the pause behind five refusals in a row."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from processors.commands import words
from schemas.commands import Switched, Trigger
from tests.unit.processors.commands.office import DAY, LEAD, NOTE, OTHERS, TASK, THREE, Office


def test_limits_of_a_day_and_a_client(office: Office) -> None:
    """Three a client and day; the next day counts anew; other clients count for themselves."""
    ids = [office.propose("note.add", {"text": str(at)}) for at in range(4)]
    assert [office.state(id_) for id_ in ids] == ["asking"] * 3 + ["rejected"]
    assert office.why(ids[3]) == words.PER_LEAD
    assert office.state(office.propose("note.add", {"text": "а"}, lead_id=OTHERS)) == "asking"
    office.now += DAY
    assert office.state(office.propose("note.add", {"text": "б"})) == "asking"


def test_limits_of_a_day_over_all_clients(office: Office) -> None:
    """Of one command."""
    ids = [office.propose("report.send", {}, lead_id="", trigger=Trigger(kind="asked", id=str(at))) for at in range(6)]
    assert [office.state(id_) for id_ in ids] == ["asking"] * 5 + ["rejected"]
    assert office.why(ids[5]) == words.PER_DAY


def test_a_client_uses_up_no_limits_of_ours(office: Office) -> None:
    """Whoever talks a model into proposals is at their end soon; rules and our people are as free as before, and what
    they want uses up none of a model's."""
    said = Trigger(kind="event", id="e", words="Запишите", client=True)
    injected: list[dict[str, Any]] = [{"proposer": "agent/glm", "trigger": said}]
    trigger = Trigger(kind="asked", id="q")
    ours: list[dict[str, Any]] = [{}, {"proposer": "agent/glm", "trigger": trigger, "asked_by": "olga"}]
    ours += [{"by": "web", "proposer": "web/olga"}]

    def three(who: list[dict[str, Any]], word: str) -> list[str]:
        ids = [office.propose("note.add", {"text": f"{word} {at}"}, **who[at % len(who)]) for at in range(4)]
        return [office.why(id_) for id_ in ids]

    assert three(injected, "модель") == three(ours, "свои") == ["", "", "", words.PER_LEAD]
    for at in range(600):
        office.propose("note.add", {"text": f"поток {at}"}, **injected[0])
    assert office.desk.tally.flooded and office.state(office.propose(*TASK)) == "asking"


def test_a_program_uses_up_no_limits_of_ours(office: Office) -> None:
    """Another's (MCP), whatever it calls its occasion; nor of our model's."""
    for at in range(8):
        said = replace(asked(f"p{at}"), client=at % 2 == 0)
        office.propose("note.add", {"text": "я"}, by="mcp", proposer="mcp/olga", trigger=said)
    assert office.why(office.propose("note.add", {"text": "я"}, by="mcp", proposer="mcp/olga")) == words.PER_LEAD
    assert office.state(office.propose(*NOTE)) == "asking"
    event = Trigger(kind="event", id="e", words="Запишите", client=True)
    assert office.state(office.propose(*NOTE, proposer="agent/glm", trigger=event)) == "asking"


def asked(id_: str) -> Trigger:
    return Trigger(kind="asked", id=id_)


def test_a_flood_is_not_even_looked_at(office: Office) -> None:
    """Its records cost no memory, and nobody is told of each."""
    for at in range(520):
        office.propose("note.add", {"text": str(at)})
    assert office.desk.tally.flooded == 20
    assert len(office.desk.standings) == 500


def refuse_five(office: Office, leads: Sequence[str] = THREE) -> None:
    for at in range(5):
        office.now += DAY
        office.refuse(office.propose("note.add", {"text": str(at)}, lead_id=leads[at % len(leads)]), "irina")


def test_one_client_pauses_a_command_for_himself_alone(office: Office) -> None:
    """Whatever is refused of him, and however often; others' proposals come as before. An administrator ends it."""
    refuse_five(office, (LEAD,))
    assert (office.desk.paused, office.desk.paused_for("note.add")) == (frozenset(), [LEAD])
    assert office.why(office.propose(*NOTE)) == words.PAUSED_FOR
    assert office.state(office.propose("note.add", {"text": "я"}, by="web", proposer="web/olga")) == "asking"
    assert office.state(office.propose(*NOTE, lead_id=OTHERS)) == "asking"
    office.say(Switched(name="note.add", at=office.now, user_id="anton", paused=False))
    assert office.state(office.propose("note.add", {"text": "снова"})) == "asking"


def test_five_refusals_in_a_row_pause_a_command(office: Office) -> None:
    """Of several clients; until an administrator says otherwise; people's own proposals go on."""
    refuse_five(office)
    assert office.desk.paused == {"note.add"}
    assert office.why(office.propose(*NOTE)) == words.PAUSED
    assert office.state(office.propose("note.add", {"text": "я"}, by="web", proposer="web/olga")) == "asking"
    office.say(Switched(name="note.add", at=office.now, user_id="olga", paused=False))
    assert office.desk.paused == {"note.add"}
    office.say(Switched(name="note.add", at=office.now, user_id="anton", paused=False))
    assert office.state(office.propose("note.add", {"text": "снова"})) == "asking"


def test_an_approval_breaks_the_row(office: Office) -> None:
    """Four refusals, a yes, four more: no pause."""
    for at in range(9):
        office.now += DAY
        id_ = office.propose("note.add", {"text": str(at)}, lead_id=THREE[at % 3])
        office.click(id_, "irina") if at == 4 else office.refuse(id_, "irina")
    assert not office.desk.paused
