"""What is noted of a person, and what follows from it."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.privacy.register import ALL, NOTHING, Effect, Register, effect_of, state_of
from schemas.privacy import SCOPES, Consent

TODAY = date(2026, 11, 29)
YESTERDAY, TOMORROW = (str(TODAY + timedelta(days=days)) for days in (-1, 1))


def consent(**fields: Any) -> Consent:
    known: dict[str, Any] = {"person_id": "0" * 16, "name": "Ольга Рублёва", "leads": ["7"], "at": 1, "by": "x"}
    return Consent(**known | fields)


def basis(**fields: Any) -> Consent:
    return consent(**({"basis": "consent", "given_on": YESTERDAY, "scope": list(SCOPES)} | fields))


@pytest.mark.parametrize(
    ("noted", "state", "effect"),
    [
        (None, "notified", ALL),
        (consent(), "notified", ALL),
        (basis(), "basis", ALL),
        (basis(scope=["record"]), "basis", Effect(True, False, False)),
        (basis(scope=[]), "basis", NOTHING),
        (basis(until=YESTERDAY), "notified", ALL),
        (basis(until=str(TODAY)), "basis", ALL),
        (basis(scope=[], given_on=TOMORROW), "notified", ALL),
        (basis(withdrawn_on=str(TODAY)), "objected", NOTHING),
        (basis(withdrawn_on=TOMORROW), "basis", ALL),
        (consent(objected_on=YESTERDAY), "objected", NOTHING),
    ],
)
def test_state_and_effect(noted: Consent | None, state: str, effect: Effect) -> None:
    """An objection or a withdrawal counts above any basis, from its day on; a basis that is over is none."""
    assert state_of(noted, TODAY, notified=True) == state
    assert effect_of(noted, TODAY, notified=True) == effect


def test_nobody_knows() -> None:
    """Who was not even told is unknown; that changes nothing by itself."""
    assert state_of(None, TODAY, notified=False) == "unknown"
    assert effect_of(None, TODAY, notified=False) == ALL


@given(
    objected=st.sampled_from(["", YESTERDAY, str(TODAY)]),
    withdrawn=st.sampled_from(["", YESTERDAY]),
    scope=st.lists(st.sampled_from(SCOPES), unique=True),
)
def test_an_objection_leaves_nothing(objected: str, withdrawn: str, scope: list[Any]) -> None:
    """Whatever basis there is: all of it is closed, for every use."""
    effect = effect_of(basis(scope=scope, objected_on=objected, withdrawn_on=withdrawn), TODAY, notified=True)
    if objected or withdrawn:
        assert effect == NOTHING
    else:
        assert effect == Effect("record" in scope, "transcript" in scope, "llm_external" in scope)


def test_a_person_closes_models_for_his_clients_only() -> None:
    """One who has not agreed closes the client for models outside, with whatever others have agreed to."""
    register = Register()
    register.apply("a", basis(person_id="a" * 16))
    register.apply("b", basis(person_id="b" * 16, leads=["7", "8"], scope=["record", "transcript"]))
    assert [register.closes_models(lead, TODAY) for lead in ("7", "8", "9")] == [True, True, False]
    register.apply("b", None)
    assert not register.closes_models("7", TODAY)
    assert [one.person_id for one in register.of("7")] == ["a" * 16]


@pytest.mark.parametrize("present", [["ольга  РУБЛЕВА"], ["Иван", "Оля (склад)"]])
def test_a_meeting_is_closed_by_who_is_there(present: list[str]) -> None:
    """By his name or as he calls himself in rooms, in his client's meetings; case, ё and spaces are nothing."""
    register = Register()
    register.apply("a", consent(objected_on=YESTERDAY, rooms=["Оля (склад)"]))
    assert register.closes_meeting("7", present, TODAY)
    assert not register.closes_meeting("8", present, TODAY)
    assert not register.closes_meeting("7", ["Ольга"], TODAY)
