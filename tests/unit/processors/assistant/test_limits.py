"""How often a model is asked, and something is proposed."""

from msgspec.structs import replace

from processors.assistant.limits import FLOOD, SHARE, Limits, usable
from schemas.commands import Trigger
from schemas.outlets import LlmCall
from tests.unit.processors.assistant.commands import DEFINITIONS, changed, command
from tests.unit.processors.assistant.people import DAY, NOW


def call(lead: str = "1003", outcome: str = "ok", at: int = NOW, role: str = "commands") -> LlmCall:
    """Of a model."""
    return LlmCall("c", at, role, "glm", outcome, "0" * 64, lead_id=lead)


def test_calls_of_a_client_and_day() -> None:
    """Of this role, ended ones, today's; another client has his own."""
    limits = Limits()
    for one in (call(), call(), call(outcome="begun"), call(role="answers"), call(at=NOW - 2 * DAY)):
        limits.take_call(one)
    assert limits.closed("a", "1003", NOW, 3) == ""
    assert limits.closed("a", "1003", NOW, 2) != ""
    assert limits.closed("a", "77", NOW, 2) == ""


def test_the_same_occasion_is_thought_about_once() -> None:
    """By this process, or by one before it whose proposal is known."""
    limits, other = Limits(), Limits()
    limits.take_asked("a", "1003", NOW)
    assert limits.closed("a", "1003", NOW, 9) != ""
    assert limits.closed("b", "1003", NOW, 9) == ""
    by_model = command(proposer="agent/glm", trigger=Trigger(kind="alert", id="a"))
    other.take_standing(changed(by_model, "asking").standing)
    assert other.closed("a", "1003", NOW, 9) != ""
    by_rules = Limits()
    by_rules.take_standing(changed(command(trigger=Trigger(kind="alert", id="a")), "asking").standing)
    assert by_rules.closed("a", "1003", NOW, 9) == ""


def test_a_flood_pauses_models() -> None:
    """So many proposals of models within an hour, of whichever clients; an hour later it is over."""
    limits = Limits()
    for number in range(FLOOD):
        trigger = Trigger(kind="alert", id=f"t{number}")
        limits.take_command(command(proposer="agent/glm", trigger=trigger, command_id=f"{number:016x}"))
        assert (limits.closed("new", "1003", NOW, 9) != "") is (number + 1 >= SHARE), "of one client sooner"
        assert (limits.closed("new", "77", NOW, 9) != "") is (number + 1 >= FLOOD), "others are thought about as before"
    assert limits.closed("new", "77", NOW + DAY // 20, 9) == ""


def test_who_had_his_fill_gets_no_more() -> None:
    """`per_lead_day` of a definition, counted over rules and models."""
    limits = Limits()
    most = DEFINITIONS["task.bitrix"].limits.per_lead_day
    for number in range(most):
        limits.take_command(command(command_id=f"{number:016x}"))
    assert "task.bitrix" not in limits.free(DEFINITIONS.values(), "1003", NOW)
    assert "task.bitrix" in limits.free(DEFINITIONS.values(), "77", NOW)
    assert "task.bitrix" in limits.free(DEFINITIONS.values(), "1003", NOW + DAY)


def test_what_is_not_set_up_is_not_offered() -> None:
    """No portal, no flows."""
    bare = usable(DEFINITIONS, portal=False, workflows=False)
    assert not {"task.bitrix", "comment.bitrix", "n8n.run"} & bare.keys()
    assert "note.add" in bare
    assert usable(DEFINITIONS, portal=True, workflows=True).keys() == DEFINITIONS.keys()


def test_old_things_are_forgotten() -> None:
    """No limit looks at them."""
    limits = Limits()
    limits.take_command(replace(command(), proposed_at=NOW - 91 * DAY))
    limits.take_command(command(command_id="2" * 16))
    limits.forget(NOW)
    assert not limits.knows(command().command_id)
    assert limits.knows("2" * 16)
