"""What the assistant remembers."""

from msgspec.structs import replace

from processors.assistant.memory import Memory, is_about_weekends, key_of, remembered, wish
from schemas.commands import Trigger
from tests.unit.processors.assistant.commands import changed, command
from tests.unit.processors.assistant.people import DAY, NOW


def test_results_refusals_and_corrections() -> None:
    """Each in words, of its client; other changes teach nothing."""
    done = remembered(changed(command(), "done"), None)
    failed = remembered(changed(command(), "failed", "портал отказал"), None)
    refused = remembered(changed(command(), "refused", "рано"), None)
    assert done is not None
    assert failed is not None
    assert refused is not None
    assert [one.kind for one in (done, failed, refused)] == ["result", "result", "refusal"]
    assert (refused.about, refused.text, refused.by, refused.gravity) == ("lead/1003", "рано", "Иванова", 1)
    assert "портал отказал" in failed.text
    assert all(remembered(changed(command(), state), None) is None for state in ("asking", "running", "expired"))


def test_an_edit_teaches_what_was_changed() -> None:
    """Before and after, of each param that is another."""
    old = command()
    new = replace(
        old, command_id="1" * 16, params={"title": "Написать клиенту 1003"}, supersedes=old.command_id, proposer="web/i"
    )
    learnt = remembered(changed(new, "asking", before=""), changed(old, "superseded").standing)
    assert learnt is not None
    assert learnt.kind == "correction"
    assert "Позвонить клиенту 1003" in learnt.text
    assert "Написать клиенту 1003" in learnt.text


def test_who_gives_up_his_own_wish_refuses_nothing() -> None:
    """What he asked for himself, and then did not want."""
    asked = command(trigger=Trigger(kind="asked", id="x"))
    assert remembered(changed(asked, "refused", "передумала"), None) is None


def test_no_weekends_is_a_rule() -> None:
    """Said in plain words; other wishes are for the model."""
    memory = Memory()
    said = wish("не ставь задачи на выходные", "who/web/i", "Иванова", "m1", NOW)
    memory.take(key_of(said), said)
    assert memory.spares_weekends(["who/web/i"])
    assert not memory.spares_weekends(["who/web/p", "lead/1003"])
    assert is_about_weekends("Больше не напоминай мне в субботу!")
    assert not is_about_weekends("поставь задачу на субботу")
    memory.take(key_of(said), None)
    assert not memory.spares_weekends(["who/web/i"])


def test_it_is_told_and_forgets() -> None:
    """A line each, the newest first; results go after half a year, reasons stay."""
    memory = Memory()
    for number, state in enumerate(("done", "refused")):
        kept = remembered(replace(changed(command(), state, "рано"), at=NOW + number), None)  # type: ignore[arg-type]
        assert kept is not None
        memory.take(key_of(kept), kept)
    told = memory.told("1003")
    assert len(told) == 2
    assert "отказ от команды task.bitrix: «рано»" in told[0]
    assert memory.told("77") == []
    assert [key.rpartition("-")[2] for key in memory.stale(NOW + 200 * DAY)] == ["result"]
