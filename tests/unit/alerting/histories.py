"""Made-up histories of a few clients in one partition, and ways to fold them."""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, NamedTuple

from alerting.fold import Partition, Result
from processors.days import DAY_MS, HOUR_MS, day_start, local_day
from processors.rules import builtin
from processors.state import LeadState, decode_state, encode_state
from schemas import events as ev
from schemas.alerts import Alert
from schemas.callback import Action
from schemas.codec import event_id
from schemas.topics import LEAD_EVENTS
from schemas.types import Meta

DAY = 20_000
BEGIN = day_start(DAY)
LEADS = ("7", "8", "9")
CLIENT, STAFF = ev.Author("1", "Пётр"), ev.Author("2", "Анна", client=False)
TEXTS = (
    "спасибо, всё получили",
    "мы уходим к конкуренту",
    "где мой товар? опять пересорт",
    "расторгаем договор",
    "когда отгрузка?",
    "верните деньги, считаете неправильно",
)


class Entry(NamedTuple):
    """A record of `lead.events`."""

    event: ev.Event
    meta: Meta


def history(seed: int, days: int = 40, leads: Iterable[str] = LEADS, wild: int = 1) -> list[Entry]:
    """A log with everything in it: late and early events, repeats, history, ticks and fleet figures each hour or day,
    presses under alerts. Quantities are up to 60 times `wild`.
    """
    dice = Random(seed)
    maker = _Maker(dice, wild)
    rates = {lead: dice.choice([0.05, 0.5, 3, 8]) for lead in leads}
    ends = {lead: dice.randrange(days // 2, 2 * days) for lead in leads}  # some fall silent
    log = [_record(maker.baseline(lead, DAY, 40), n, BEGIN) for n, lead in enumerate(rates)]
    watch = Partition({}, builtin())
    alerts: dict[str, Alert] = {}
    at = BEGIN
    for hour in range(24 * days):
        now = BEGIN + hour * HOUR_MS
        new: list[ev.Event] = [ev.Tick(event_id=event_id("tick", now), ts=now)]
        if hour % 24 == 0:
            new.insert(0, maker.fleet(now))
        for lead, rate in rates.items():
            if hour // 24 < ends[lead]:
                new += maker.hour(lead, now, rate, [e.event for e in log[-20:] if e.event.lead_id == lead])
        if alerts and dice.random() < 0.05:
            new.append(maker.press(dice.choice(sorted(alerts.values(), key=lambda a: a.alert_id)), now))
        for event in new:
            at = max(at, now) + dice.randrange(0, 100_000)
            log.append(_record(event, len(log), at))
            for result in step(watch, log[-1]):
                if isinstance(result, Alert):
                    alerts[result.alert_id] = result
    return log


def _record(event: ev.Event, offset: int, appended: int) -> Entry:
    return Entry(event, Meta(LEAD_EVENTS.name, 0, offset, appended))


def step(partition: Partition, entry: Entry) -> list[Result]:
    """What one record means."""
    if isinstance(entry.event, ev.Tick):
        return [one for _, found, _ in partition.tick(entry.event, entry.meta) for one in found]
    return list(partition.apply(entry.event, entry.meta))


def fold(partition: Partition, log: Iterable[Entry]) -> list[Result]:
    """What the log means."""
    return [result for entry in log for result in step(partition, entry)]


def fresh() -> Partition:
    """A partition that knows nobody."""
    return Partition({}, builtin())


def restarted(partition: Partition, ticked: int) -> Partition:
    """The partition as its next owner reads it; `ticked` is the time of the last tick that was folded."""
    leads = {lead: _restored(state) for lead, state in partition.leads.items()}
    return Partition(leads, builtin(), partition.context.fleet, ticked)


def _restored(state: LeadState) -> LeadState:
    back = decode_state(encode_state(state))
    if back.sealed is not None and state.sealed is not None:
        back.sealed.fill({number: state.sealed.packed(number) for number in state.sealed.hours})
    return back


def states(partition: Partition, *, fenced: bool = True) -> dict[str, bytes]:
    """The state records of the leads; the fence left out where offsets may differ."""
    found = {}
    for lead, state in partition.leads.items():
        back = decode_state(encode_state(state))
        back.applied = back.applied if fenced else -1
        found[lead] = encode_state(back)
    return found


def of_lead(results: Iterable[Result], lead: str) -> list[Result]:
    """The results of one lead, in their order."""
    return [result for result in results if result.lead_id == lead]


def figures(partition: Partition) -> dict[str, dict[int, Any]]:
    """The days of each lead."""
    return {lead: state.days.told() for lead, state in partition.leads.items()}


class _Maker:
    def __init__(self, dice: Random, wild: int) -> None:
        self._dice, self._wild, self._made = dice, wild, 0

    def hour(self, lead: str, now: int, rate: float, recent: list[ev.Event]) -> Iterator[ev.Event]:
        """What a client does within an hour, in the order of arrival."""
        dice = self._dice
        while dice.random() < rate / (rate + 10):
            yield self.event(lead, now + dice.randrange(HOUR_MS))
        if recent and dice.random() < 0.02:
            yield dice.choice(recent)
        if dice.random() < 0.005:
            until = now + dice.choice([-HOUR_MS, DAY_MS, 9 * DAY_MS])
            yield ev.AlertsMuted(**self._base(lead, now), until=until, actor=STAFF)
        if dice.random() < 0.001:
            yield self.baseline(lead, local_day(now) - 2, 20)

    def event(self, lead: str, now: int) -> ev.Event:
        """Any event of a client, mostly of now."""
        dice = self._dice
        late = dice.choice([0] * 9 + [HOUR_MS, 20 * HOUR_MS, DAY_MS + 1, 3 * DAY_MS, -HOUR_MS])
        base: dict[str, Any] = self._base(lead, now - late) | {"backfill": dice.random() < 0.02}
        goods = base | {"doc": f"D{self._made}", "qty": dice.randint(-20, 60) * self._wild}
        purpose = dice.choice(["", "", "", "mp_supply", "client_withdrawal"])
        match dice.randrange(14):
            case 0 | 1 | 2 | 3:
                return ev.Reservation(**goods, action=dice.choice(["created", "created", "changed", "cancelled"]))
            case 4 | 5:
                return ev.Pick(**goods, purpose=purpose)
            case 6:
                return ev.Shipment(**goods, purpose=purpose)
            case 7:
                return ev.Inbound(**goods, planned=dice.random() < 0.3)
            case 8:
                return ev.StockSnapshot(**goods, complete=dice.random() < 0.5)
            case 9:
                return ev.Call(**base, call_id=str(self._made), direction="in", duration_ms=60_000)
            case 10:
                return ev.MeetingRecorded(**base, recording_id=str(self._made), room="r", duration_ms=1)
            case 11:
                words = [ev.Utterance(0, 1000, dice.choice(TEXTS))]
                about: dict[str, Any] = {
                    "recording_id": str(self._made),
                    "version": 1,
                    "engine": "vosk",
                    "duration_ms": 1,
                    "words": 3,
                }
                return ev.MeetingTranscribed(**base, **about, utterances=words)
            case _:
                author = dice.choice([CLIENT, CLIENT, STAFF])
                text, number = dice.choice(TEXTS), str(self._made)
                return ev.Message(**base, chat_id="1", message_id=number, author=author, text=text)

    def press(self, alert: Alert, now: int) -> ev.AlertAction:
        """A button under an alert."""
        action: Action = self._dice.choice(["seen", "snooze_1d", "snooze_7d", "false_alarm", "confirmed"])
        return ev.AlertAction(**self._base(alert.lead_id, now), alert_id=alert.alert_id, action=action, actor=STAFF)

    def baseline(self, lead: str, until: int, days: int) -> ev.Baseline:
        """Exact figures of the `days` before `until`."""
        dice, first = self._dice, until - days
        width = len(ev.DayFigures.__struct_fields__) - 1
        made = [
            ev.DayFigures(day, *(dice.randrange(12) for _ in range(width)))
            for day in range(first, until)
            if dice.random() < 0.6
        ]
        at = day_start(until)
        return ev.Baseline(**self._base(lead, at), first_day=first, last_day=until - 1, days=made)

    def fleet(self, now: int) -> ev.Fleet:
        """Figures of all clients."""
        dice, today = self._dice, local_day(now)
        return ev.Fleet(
            event_id=event_id("fleet", now),
            ts=now,
            day=today,
            ratios=[dice.choice([0.6, 1.0, 1.4]) for _ in range(112)],
            weekdays=[1.2, 1.1, 1.0, 1.0, 1.0, 0.9, 0.8],
            closed=[today - n for n in range(1, 40) if dice.random() < 0.05],
            size_spread=0.5,
            clients=20,
            fired={"reservation_spike": dice.random()},
            rung={"": dice.randrange(14)},
        )

    def _base(self, lead: str, ts: int) -> dict[str, Any]:
        self._made += 1
        return {"event_id": event_id("made", lead, self._made), "lead_id": lead, "ts": ts, "source": "test"}
