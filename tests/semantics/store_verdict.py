"""What must stand in ClickHouse after `store` was killed: each thing once, and all that is counted as counted here."""

from schemas import codec
from schemas.events import Baseline
from schemas.figures import DayFigures
from schemas.topics import LEAD_ALERTS, LEAD_EVENTS, LEAD_SIGNALS, LLM_CALLS, WMS
from tests.installation import Installation, until
from tests.semantics.load import Oracle
from tests.semantics.store_load import LATE, LEADS, QTY, TO_READY_S, Fed, ask


async def judge(here: Installation, fed: Fed) -> dict[str, int]:
    """Let it settle and compare. What was stored, by name."""
    await here.settled("pipeline", WMS, TO_READY_S)
    await _baselines(here, fed)
    for topic in (LEAD_EVENTS, LEAD_SIGNALS, LEAD_ALERTS, LLM_CALLS):
        await here.settled("pipeline", LEAD_EVENTS, TO_READY_S)
        await here.settled("store", topic, TO_READY_S)
    found = await _stored(here, fed)
    await _paid(here, fed)
    await _night(here, fed)
    return found


async def _stored(here: Installation, fed: Fed) -> dict[str, int]:
    """`FINAL` against what stands in Kafka, and everything that is counted against `FINAL`."""
    log = await here.read(LEAD_EVENTS)
    events = [codec.decode(record.value) for record in log]
    ids = {event.event_id for event in events if not isinstance(event, codec.Rejected)}
    assert await ask(here, "SELECT count(), uniqExact(event_id) FROM events FINAL") == [[len(ids), len(ids)]]
    made = fed.rounds * len(LEADS) + fed.days.total()
    pieces = "SELECT count(), sum(qty) FROM events FINAL WHERE kind = 'reservation'"
    assert await ask(here, pieces) == [[made, made * QTY]]
    counted = "SELECT sum(events), sum(qty) FROM lead_days WHERE kind = 'reservation'"
    assert await ask(here, counted) == await ask(here, pieces)
    oracle = Oracle().fold(log)
    assert oracle.alerts
    stored = await ask(here, "SELECT leftPad(lower(hex(alert_id)), 16, '0'), version FROM alerts FINAL")
    assert {(str(alert), version) for alert, version in stored} == set(oracle.alerts)
    named = await ask(
        here, "SELECT DISTINCT leftPad(lower(hex(alert_id)), 16, '0') FROM signals FINAL WHERE alert_id != 0"
    )
    assert {str(alert) for (alert,) in named} == {alert for alert, _ in oracle.alerts}
    return {"events": len(ids), "alerts": len(stored), "reservations": made, "calls": len(fed.calls)}


async def _paid(here: Installation, fed: Fed) -> None:
    """Each call of a model once, as it ended, and the sum of the money to the last bit."""
    calls = await ask(here, "SELECT call_id, outcome, prompt_tokens, cost_usd FROM llm_calls FINAL ORDER BY ALL")
    paid = sorted([call.call_id, call.outcome, call.prompt_tokens, call.cost_usd] for call in fed.calls.values())
    assert calls == paid
    total = sum(call.cost_usd for call in fed.calls.values())
    assert await ask(here, "SELECT sum(cost_usd) FROM llm_calls FINAL") == [[total]]


async def _baselines(here: Installation, fed: Fed) -> None:
    """The last baseline of each client whose history came late has exactly its days."""
    wanted = {
        lead: [DayFigures(day, n, n * QTY) for (of, day), n in sorted(fed.days.items()) if of == lead] for lead in LATE
    }
    last: dict[str, list[DayFigures]] = {}

    async def exact() -> bool:
        for record in await here.read(LEAD_EVENTS):
            event = codec.decode(record.value)
            if isinstance(event, Baseline) and event.lead_id in wanted:
                last[event.lead_id] = event.days
        return last == wanted

    await until(exact, TO_READY_S, "baselines of the days that came late", pause=1.0)


async def _night(here: Installation, fed: Fed) -> None:
    """The days that the night has counted are those that were fed, and as counted now."""

    async def counted() -> bool:
        return await ask(here, "SELECT count() > 0 FROM days_made") == [[True]]

    await until(counted, TO_READY_S, "the night is counted", pause=1.0)
    columns = "lead_id, toInt32(day) AS of, kind, action, events, qty"
    late = f"lead_id >= '{LATE[0]}'"
    kept = await ask(here, f"SELECT {columns} FROM days WHERE {late} ORDER BY ALL")
    assert kept == [[lead, day, "reservation", "created", n, n * QTY] for (lead, day), n in sorted(fed.days.items())]
    assert kept == await ask(here, f"SELECT {columns} FROM lead_days WHERE {late} AND kind != 'baseline' ORDER BY ALL")
    assert await ask(here, "SELECT count() FROM days_kept WHERE made_at NOT IN (SELECT made_at FROM days_made)") == [
        [0]
    ]
