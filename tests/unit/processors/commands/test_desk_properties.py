"""What holds for every log: the fold is one function of it, what leaves the house has a person's signature, and memory
has an end."""

from collections.abc import Callable
from dataclasses import replace as with_fields
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from processors.commands import signing
from processors.commands.definitions import builtin
from processors.commands.desk import Desk, decide, to_be_done
from processors.commands.world import World
from schemas.command_defs import ApprovalRule, Auto, Definition
from schemas.commands import FINAL, Begun, Decided, Result, Switched, Trigger
from tests.unit.processors.commands.office import (
    DAY,
    FOREIGN,
    HOUR,
    LEAD,
    MINUTE,
    NOTE,
    OTHERS,
    REPLY,
    TASK,
    Office,
    command,
    world,
)

REMIND = ("reminder.set", {"text": "Позвонить", "at": "2026-12-02T10:00"})
PEOPLE = st.sampled_from(["olga", "pavel", "irina", "anton", "vera"])
KINDS = (
    "propose",
    "propose",
    "edit",
    "approve",
    "press",
    "click",
    "refuse",
    "wait",
    "result",
    "decide",
    "switch",
    "forge",
)
Step = Callable[[Office], object]


def pick(office: Office, at: int) -> str:
    ids = list(office.desk.standings)
    return ids[at % len(ids)] if ids else "0" * 16


def known(step: Callable[[Office, str], object], at: int) -> Step:
    return lambda office: step(office, pick(office, at)) if office.desk.standings else None


@st.composite
def steps(draw: st.DrawFn) -> Step:
    at, who = draw(st.integers(0, 50)), draw(PEOPLE)
    kind = draw(
        st.sampled_from(
            ["propose", "propose", "edit", "approve", "press", "click", "refuse", "wait", "result", "decide", "switch"]
        )
    )
    match kind:
        case "propose":
            name, params = draw(st.sampled_from([NOTE, REPLY, TASK, REMIND]))
            trigger = Trigger(kind="alert", id=f"a{at % 9}", client=draw(st.booleans()))
            percent, lead = draw(st.sampled_from([30, 85, 100])), draw(st.sampled_from([LEAD, OTHERS, "9"]))
            return lambda office: office.propose(
                name, params, trigger=trigger, confidence_percent=percent, lead_id=lead
            )
        case "edit":
            return known(
                lambda office, id_: office.propose(
                    "note.add", {"text": f"иначе {at}"}, by="web", proposer=f"web/{who}", supersedes=id_
                ),
                at,
            )
        case "approve":
            return known(lambda office, id_: office.approve(id_, who), at)
        case "press":
            return known(lambda office, id_: office.press(id_, draw(st.sampled_from([11, 33, 66, 99]))), at)
        case "click":
            return known(lambda office, id_: office.click(id_, who), at)
        case "refuse":
            return known(lambda office, id_: office.refuse(id_, who, "нет"), at)
        case "wait":
            millis = draw(st.sampled_from([MINUTE, HOUR, 9 * HOUR, DAY, 30 * DAY]))
            return lambda office: office.wait(millis)
        case "result":
            outcome = draw(st.sampled_from(["done", "failed", "unknown"]))
            return known(lambda office, id_: office.done(id_, outcome), at)
        case "forge":
            return lambda office: office.say(signing.proposal(command("note.add", {"text": str(at)}), "k1", FOREIGN))
        case "decide":
            return known(lambda office, id_: office.say(Decided(command_id=id_, at=0, user_id=who, outcome="done")), at)
        case _:
            auto, paused = draw(st.none() | st.booleans()), draw(st.none() | st.booleans())
            name = draw(st.sampled_from(["note.add", "task.bitrix", "telegram.reply"]))
            return lambda office: office.say(Switched(name=name, at=office.now, user_id=who, auto=auto, paused=paused))


def lived(done: list[Step], surroundings: World | None = None) -> Office:
    office = Office(surroundings)
    for step in done:
        step(office)
    return office


def read_anew(office: Office, surroundings: World | None = None) -> Desk:
    desk = Desk()
    for offset, at, record in office.log:
        decide(desk, record, offset, at, surroundings or office.world)
    return desk


def same(one: Desk, other: Desk) -> bool:
    names = {"note.add", "task.bitrix", "telegram.reply", "reminder.set"}
    return (
        one.standings == other.standings
        and sorted(one.open_ids()) == sorted(other.open_ids())
        and (one.paused, one.unlocked, one.unbegun()) == (other.paused, other.unlocked, other.unbegun())
        and all(one.figures(name) == other.figures(name) for name in names)
    )


@given(st.lists(steps(), max_size=25), st.dictionaries(st.integers(0, 30), st.integers(1, 30), max_size=6))
def test_batches_and_repeats_are_irrelevant(done: list[Step], repeats: dict[int, int]) -> None:
    """Read anew, or with stretches that come again in the middle: the same standings, the same changes, once."""
    office = lived(done)
    assert same(office.desk, read_anew(office))
    desk, changes = Desk(), []
    for offset, at, record in office.log:
        changes += decide(desk, record, offset, at, office.world)
        back = repeats.get(offset, 0)
        for again, then, former in office.log[max(0, offset + 1 - back) : offset + 1]:
            assert not decide(desk, former, again, then, office.world)
    assert same(office.desk, desk) and changes == office.changes


@given(st.lists(steps(), max_size=25))
def test_a_restart_comes_to_the_same(done: list[Step]) -> None:
    """Who takes over what has ended from `command.state` knows all that he knows who folds the whole log."""
    office = lived(done)
    stood = dict(office.desk.standings)
    assert same(office.desk, read_anew(office, with_fields(office.world, stood=stood.get)))


@given(st.lists(steps(), max_size=25))
def test_a_change_follows_from_the_one_before(done: list[Step]) -> None:
    """Each command's changes are numbered, each begins where the last one ended, ids are never the same twice, and
    what is to be done is told once."""
    office = lived(done)
    last: dict[str, tuple[int, str]] = {}
    told: list[str] = []
    for change in office.changes:
        number, state = last.get(change.command_id, (0, ""))
        if change.name == "unknown":  # a forgery, told under the id that it claims
            continue
        if not change.before and state in FINAL:  # long forgotten, and proposed anew
            number, state = 0, ""
        assert (change.before, change.standing.number) == (state, number + 1)
        assert change.standing.state != change.before or change.standing.why
        last[change.command_id] = change.standing.number, change.standing.state
        told += [change.standing.digest] * to_be_done(change)
    assert len(told) == len(set(told))
    assert len({change.change_id for change in office.changes}) == len(office.changes)


@given(
    st.sampled_from(["outward", "money"]),
    st.sampled_from(["none", "button", "passkey"]),
    st.integers(1, 101),
    st.integers(0, 100),
    st.integers(0, 100),
    st.lists(steps(), max_size=12),
    st.lists(st.sampled_from(["press", "click", "wait", "switch", "claim"]), max_size=8),
)
@settings(max_examples=200)
def test_nothing_leaves_the_house_without_a_signature(
    effect: str, how: Any, least: int, ask_below: int, percent: int, before: list[Step], tries: list[str]
) -> None:
    """Whatever its definition says of itself, whatever the assistant is sure of, unlocked by force, pressed, clicked
    and claimed to have run before: until a person's device has signed exactly this text it waits."""
    made: Definition = replace(
        builtin()["telegram.reply", 1],
        effect=effect,
        approval=ApprovalRule(by=["curator", "head", "admin", "viewer"], how=how),
        auto=Auto(min_percent=least),
        ask_below=ask_below,
    )
    office = lived(before, world({("telegram.reply", 1): made}))
    office.desk.tally.unlock("telegram.reply", office.now, on=True)
    office.desk.tally.pause("telegram.reply", on=False)  # else nobody is asked at all
    office.now += DAY
    proposer = {"by": "web", "proposer": "web/olga"} if effect == "money" else {}
    params = {**REPLY[1], "text": "Прайс"}
    id_ = office.propose(
        "telegram.reply", params, confidence_percent=percent, trigger=Trigger(kind="asked", id="x"), **proposer
    )
    for attempt in tries:
        match attempt:
            case "press":
                office.press(id_)
            case "click":
                office.click(id_, "irina")
            case "wait":
                office.wait(MINUTE)
            case "switch":
                office.say(Switched(name="telegram.reply", at=office.now, user_id="anton", auto=True))
            case _:
                office.say(Begun(command_id=id_, at=0))
                office.say(Result(command_id=id_, at=0, outcome="done"))
    assert office.state(id_) == ("dropped" if percent < ask_below else "asking")
    assert not any(map(to_be_done, (change for change in office.changes if change.command_id == id_)))
    if percent >= ask_below:
        office.approve(id_)
        assert office.desk.standings[id_].how == "passkey"


def test_memory_has_an_end() -> None:
    """Two hundred days with rubbish, refusals, approvals and forgeries: no more than ninety days of them are kept."""
    office = Office()
    most = 0
    for day in range(200):
        office.now += DAY
        for at in range(3):
            id_ = office.propose("note.add", {"text": f"{day} {at}"})
            if at and office.state(id_) == "asking":
                office.approve(id_)
        office.propose("note.add", {"text": ""}, trigger=Trigger(kind="tick", id=str(day)))
        office.say(Switched(name="note.add", at=office.now, user_id="anton", paused=False))
        most = max(most, len(office.desk.standings), len(office.desk.nonces))
    assert most <= 92 * 3 + 10
    assert len(office.desk._entries) == len(office.desk.standings) == len(office.desk._by_digest)
