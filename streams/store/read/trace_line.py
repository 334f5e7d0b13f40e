"""From rows to a trace: steps in the order of time, each behind the one it follows, and where it stands now. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.traces import STAGES, Stage, Standing, State, Step
from schemas.types import Millis
from streams.store.read.raw import Raw
from streams.store.read.trace_rows import Delivered, Found, Letter, Stored, Told, Waits

BROUGHT: frozenset[str] = frozenset({"meeting_minutes", "phrase_verdict", "alert_mailed"})
"""Kinds of events that we make of another one; they keep its origin."""

ON_ITS_WAY_MS = 10_000
"""So long the next of us may take, with its gathering; what takes longer waits for something."""

RESULTS: Mapping[str, State] = {"sent": "done", "mailed": "done", "failed": "failed", "waiting": "waiting"}


@dataclass(slots=True)
class Material:
    """What was found of what was asked for."""

    raws: dict[str, Raw] = field(default_factory=dict)
    events: list[Stored] = field(default_factory=list)
    signals: list[Found] = field(default_factory=list)
    alerts: list[Told] = field(default_factory=list)
    deliveries: list[Delivered] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    waiting: list[Waits] = field(default_factory=list)


class _Node:
    """A step and the one it follows, before they have numbers."""

    def __init__(self, step: Step, after: "_Node | None" = None) -> None:
        self.step, self.after = step, after
        self.sort_at: Millis = max(step.at, after.sort_at if after else 0)
        self.depth: int = after.depth + 1 if after else 0


def line(found: Material) -> list[Step]:
    """The steps. What has no time stands behind the step that it follows."""
    nodes = list(_nodes(found))
    order = sorted(range(len(nodes)), key=lambda n: (nodes[n].sort_at, nodes[n].depth, n))
    number = {id(nodes[n]): at for at, n in enumerate(order)}
    return [_numbered(nodes[n], number) for n in order]


def _numbered(node: _Node, number: Mapping[int, int]) -> Step:
    step, after = node.step, node.after
    if after is None:
        return step
    ms = max(0, step.at - after.step.at) if step.at and after.step.at else None
    return Step(
        stage=step.stage, at=step.at, state=step.state, what=step.what, name=step.name, version=step.version,
        after=number[id(after)], ms=ms, message=step.message, detail=step.detail, retry_at=step.retry_at,
        tries=step.tries,
    )  # fmt: skip


def _nodes(found: Material) -> Iterator[_Node]:
    received: dict[str, _Node] = {}
    parsed: dict[tuple[str, int], _Node] = {}
    by_origin: dict[str, _Node] = {}
    by_ref: dict[str, _Node] = {}
    for origin, raw in found.raws.items():
        if raw.exists or raw.at:
            received[origin] = _Node(Step(stage="received", at=raw.at, name=origin))
    for event in found.events:  # what a transcript came of is the recording's event
        before = received.get(event.origin)
        if before and before.after is None and event.ref in by_ref and event.origin not in by_origin:
            received[event.origin] = before = _Node(before.step, by_ref[event.ref])
        follows = by_origin.get(event.origin, before) if event.kind in BROUGHT else before
        name = f"{event.number:016x}"
        node = _Node(Step(stage="parsed", at=event.parsed_at, what=event.kind, name=name), follows)
        parsed[event.lead, event.number] = node
        by_origin.setdefault(event.origin, node)
        if event.ref:
            by_ref[event.ref] = node
        yield node
        yield _Node(Step(stage="stored", at=event.stored_at, what=event.kind, name=name), node)
    yield from received.values()
    for letter in found.letters:
        state: State = "done" if letter.answer else "failed"
        why = f"{letter.error_class}: {letter.error}"
        dead = Step(stage="dead", at=letter.at, state=state, what=letter.agent, name=letter.place, detail=why)
        yield _Node(dead, received.get(letter.place) or next(iter(received.values()), None))
    known = {event.number for event in found.events}
    for waits in found.waiting:
        state = "done" if waits.number in known else "unassigned"
        step = Step(stage="unassigned", at=waits.at, state=state, name=f"{waits.number:016x}", detail=waits.client)
        yield _Node(step, received.get(waits.origin))
    yield from _findings(found, parsed, by_origin, by_ref)


def _findings(
    found: Material,
    parsed: Mapping[tuple[str, int], _Node],
    by_origin: Mapping[str, _Node],
    by_ref: Mapping[str, _Node],
) -> Iterator[_Node]:
    shown: dict[int, _Node] = {}
    for signal in found.signals:
        rests = [parsed[signal.lead, number] for number in signal.events if (signal.lead, number) in parsed]
        base = by_origin.get(signal.origin) or max(rests, key=lambda node: node.step.at, default=None)
        node = _Node(Step(stage="signal", at=signal.at, what=signal.rule, name=f"{signal.number:016x}"), base)
        if signal.alert:
            shown[signal.alert] = node
        yield node
    versions: dict[tuple[str, int], _Node] = {}
    told: dict[str, _Node] = {}
    for alert in found.alerts:
        name = f"{alert.number:016x}"
        base = shown.get(alert.number) if name not in told else told[name]
        step = Step(
            stage="alert", at=alert.at, what=alert.rule, name=name, version=alert.version,
            detail=alert.held or alert.status,
        )  # fmt: skip
        versions[name, alert.version] = told[name] = node = _Node(step, base or by_origin.get(alert.origin))
        yield node
    for sent in found.deliveries:
        name = sent.key.partition("/")[0]
        base = (
            versions.get((name, sent.version)) or told.get(name) or by_ref.get(sent.key) or by_origin.get(sent.origin)
        )
        yield _Node(_delivery(sent), base)


def _delivery(sent: Delivered) -> Step:
    state = RESULTS[sent.result]
    return Step(
        stage="delivery",
        at=sent.delivered_at if state == "done" else 0,
        state=state,
        what="mail" if sent.result == "mailed" else sent.outlet,
        name=sent.key,
        version=sent.version,
        message=f"{sent.chat}/{sent.message}" if sent.message else "",
        detail="" if state == "done" else sent.error,
        retry_at=sent.retry_at if state == "waiting" else 0,
        tries=sent.tries,
    )


def standing(found: Material, steps: Sequence[Step], behind: int, now: Millis) -> Standing:
    """Where it stands. `behind`: records of `lead.events` that the store has still to read."""
    for stage in ("dead", "delivery"):
        failed = [step for step in steps if step.stage == stage and step.state == "failed"]
        if failed:
            return Standing(state="failed", stage=failed[-1].stage, worker=failed[-1].what, detail=failed[-1].detail)
    if any(step.state == "unassigned" for step in steps):
        return Standing(state="unassigned", stage="unassigned")
    unread = [raw.unread for raw in found.raws.values() if raw.unread]
    if unread and not found.events:
        return Standing(state="waiting", stage="received", worker="pipeline", behind=max(unread))
    waits = [step for step in steps if step.state == "waiting"]
    if waits:
        last = waits[-1]
        return Standing(state="waiting", stage="delivery", worker=last.what, detail=last.detail, retry_at=last.retry_at)
    if _owed(found):
        return Standing(state="waiting", stage="alert", worker="notify")
    if found.events or found.alerts or found.signals or found.deliveries:
        return Standing(state="done", stage=_last(steps))
    newest = max((raw.at for raw in found.raws.values()), default=0)
    if any(raw.exists for raw in found.raws.values()) and not found.letters:
        if behind or now - newest < ON_ITS_WAY_MS:
            return Standing(state="waiting", stage="parsed", worker="store", behind=behind)
        return Standing(state="nothing", stage="parsed")
    return Standing(state="done" if steps else "unknown", stage=_last(steps))


def _last(steps: Sequence[Step]) -> Stage:
    """The furthest that it came; by time the history is written after the message was sent."""
    return max((step.stage for step in steps if step.at), key=STAGES.index, default="received")


def _owed(found: Material) -> bool:
    """Whether an alert rang and `notify` has not so much as noted it."""
    noted: dict[str, int] = {}
    for sent in found.deliveries:
        noted[sent.key] = max(noted.get(sent.key, 0), sent.version)
    return any(alert.rings and noted.get(f"{alert.number:016x}", 0) < alert.version for alert in found.alerts)
