"""What is said of a call is signed; what another says of it holds no call up and ends none."""

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from processors.commands.attesting import attested
from schemas.codec import Rejected
from schemas.command_codecs import DEFINITION, LOG
from schemas.command_defs import CallsSigned
from schemas.commands import Begun, Result
from schemas.errors import NotYet
from schemas.topics import COMMAND_DEFS
from streams.engine.kafka import Output
from streams.engine.signing_keys import load_key
from streams.notify.handed.calls import NOT_FOUND
from streams.notify.handed.signs import SIDE_BY_SIDE_MS, Signs
from tests.unit.notify.handed.memory import ID, NOW, Kafka, handed
from tests.unit.notify.handed.test_calls import SECONDS, Outlet, calls

WORK = handed("bitrix.call")
CLAIM = Begun(command_id=ID, at=NOW, claim="of nobody")
DONE = Result(command_id=ID, at=NOW, outcome="done", what="задача 5")


@pytest.fixture
def kafka() -> Kafka:
    """Signatures are asked for."""
    kafka = Kafka()
    kafka.catalogue.calls_since = 0
    return kafka


def signed(kafka: Kafka, said: Begun | Result) -> Begun | Result:
    """By who may."""
    key = load_key(kafka.folder, "notify")
    return attested(said, key.key_id, key.private)


def said_in(kafka: Kafka) -> list[Begun | Result]:
    """Of calls, in order."""
    return [one for one in kafka.records if isinstance(one, Begun | Result)]


@pytest.mark.parametrize("said", [CLAIM, DONE, replace(CLAIM, key_id="x", sig="AA"), replace(DONE, key_id="x")])
async def test_what_another_says_holds_no_call_up(kafka: Kafka, said: Begun | Result) -> None:
    """It is made, and its end is said: under a signature, as all that we say."""
    outlet = Outlet()
    kafka.records.append(said)
    for _ in range(2):
        await calls(kafka, outlet).settle(WORK)
    assert outlet.calls == 1
    key = load_key(kafka.folder, "notify")
    assert [(one.key_id, bool(one.sig)) for one in said_in(kafka)[1:]] == [(key.key_id, True)] * 2


async def test_a_byte_of_it_changed_is_another(kafka: Kafka) -> None:
    """As it lies in Kafka: a claim with one bit changed claims nothing of this call, a result ends it not."""
    for said in (CLAIM, DONE):
        wire, log = LOG.encode(signed(kafka, said)), Kafka()
        log.catalogue.calls_since = 0
        tried = 0
        for at in range(len(wire)):
            changed = LOG.decode(wire[:at] + bytes([wire[at] ^ 1 << at % 7]) + wire[at + 1 :])
            if isinstance(changed, Rejected) or changed == signed(kafka, said):
                continue
            tried += 1
            log.records = [changed]
            process = log.process()
            assert process.begun(ID) is None and not process.is_over(ID), wire[at - 10 : at + 10]
        assert tried > 100


async def test_in_doubt_a_forged_end_is_none(kafka: Kafka) -> None:
    """Its maker died, and somebody says that it was done: it is looked up, and a person decides."""
    outlet = Outlet(found="")
    kafka.records += [signed(kafka, CLAIM), DONE]
    await calls(kafka, outlet).settle(WORK)
    assert kafka.results() == [("done", "задача 5"), ("unknown", NOT_FOUND)] and outlet.calls == 0


async def test_what_stood_before_signatures_were_asked_for_counts() -> None:
    """A call that a former version has begun is not made once more; what it has ended is over."""
    kafka, outlet = Kafka(), Outlet(found="задача 5")
    kafka.records.append(CLAIM)
    first = calls(kafka, outlet)
    kafka.catalogue.calls_since = NOW + 1
    await first.settle(WORK)
    assert (outlet.calls, kafka.results(), sum(kafka.slept)) == (0, [("done", "задача 5")], SECONDS)
    old = Kafka()
    old.catalogue.calls_since = NOW + 1
    old.records.append(DONE)
    await calls(old, outlet).settle(WORK)
    assert outlet.calls == 0 and len(old.records) == 1


async def test_each_signature_is_verified_once(kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the log is asked; and of commands that nobody asks for, none."""
    asked: list[object] = []
    real = Signs.counts

    def counts(signs: Signs, said: Begun | Result, at: int) -> bool:
        asked.append(said)
        return real(signs, said, at)

    monkeypatch.setattr(Signs, "counts", counts)
    other = "00000000000000bb"
    kafka.records += [signed(kafka, one) for one in (CLAIM, DONE, replace(CLAIM, command_id=other))]
    process = kafka.process()
    for _ in range(5):
        assert process.is_over(ID) and process.begun(ID) is not None and process.begun("00000000000000cc") is None
    assert len(asked) == 2


async def test_a_key_that_is_declared_later_is_believed_then(kafka: Kafka) -> None:
    """The two topics are followed beside each other: the record may come before its key."""
    kafka.records.append(signed(kafka, DONE))
    known, process = dict(kafka.catalogue.keys), kafka.process()
    kafka.catalogue.keys.clear()
    assert not process.is_over(ID)
    kafka.catalogue.keys.update(known)
    assert process.is_over(ID)


def without_key(kafka: Kafka, **changes: int) -> Signs:
    """A process whose key counts for nothing; with none, it is not declared."""
    known = dict(kafka.catalogue.keys)
    kafka.catalogue.keys.clear()
    if changes:
        kafka.catalogue.keys.update({id_: replace(key, **changes) for id_, key in known.items()})
    return Signs(kafka.folder, kafka.catalogue, lambda: kafka.now)


@pytest.mark.parametrize("changes", [{}, {"revoked_at": 1}, {"until": 1}])
async def test_without_a_key_nothing_is_begun(kafka: Kafka, changes: dict[str, int]) -> None:
    """It waits, and `/readyz` says for what; with the key it goes on."""
    known, outlet = dict(kafka.catalogue.keys), Outlet()
    signs = without_key(kafka, **changes)
    with pytest.raises(NotYet, match="ключ подписи"):
        await calls(kafka, outlet).settle(WORK)
    made = [outlet.calls]
    assert not kafka.records and "leadpulse keys new notify" in signs.missing()
    kafka.catalogue.keys.update(known)
    await calls(kafka, outlet).settle(WORK)
    assert [*made, outlet.calls] == [0, 1] and not signs.missing()


async def test_who_has_no_key_yet_goes_on_as_he_did() -> None:
    """Nobody has asked for signatures: calls are made and said, unsigned, and nothing is missing."""
    kafka, outlet = Kafka(), Outlet()
    signs = without_key(kafka)
    await calls(kafka, outlet).settle(WORK)
    assert outlet.calls == 1 and not signs.missing()
    assert [one.sig for one in said_in(kafka)] == ["", ""]


async def test_who_has_a_key_asks_for_signatures(kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """From ten minutes later on, and behind all that stands in the log; not before there is a key; once."""
    kafka.catalogue.calls_since = None
    known, written = dict(kafka.catalogue.keys), list[Output]()
    signs = without_key(kafka)
    turns = iter(range(100))

    async def turn(_seconds: float) -> None:
        at = next(turns)
        if at == 2:
            assert not written
            kafka.catalogue.keys.update(known)
        if at % 5 == 4:
            raise asyncio.CancelledError

    async def send(outputs: Iterable[Output]) -> None:
        for output in outputs:
            written.append(output)
            kafka.catalogue.take((output.key or b"").decode(), output.value)

    monkeypatch.setattr("streams.notify.handed.signs.asyncio", SimpleNamespace(sleep=turn))
    with pytest.raises(asyncio.CancelledError):
        await signs.ask(send, lambda: NOW + SIDE_BY_SIDE_MS)
    [output] = written
    assert output.topic == COMMAND_DEFS.name
    assert DEFINITION.decode(output.value or b"") == CallsSigned(since=NOW + SIDE_BY_SIDE_MS + 1)
    kafka.catalogue.calls_since = None
    with pytest.raises(asyncio.CancelledError):
        await signs.ask(send, lambda: 0)
    assert kafka.catalogue.calls_since == NOW + SIDE_BY_SIDE_MS


def test_a_mark_has_its_own_name(kafka: Kafka) -> None:
    """Under another key of the topic it is none."""
    value = DEFINITION.encode(CallsSigned(since=7))
    assert kafka.catalogue.take("words", value) and kafka.catalogue.calls_since == 0
    assert not kafka.catalogue.take("calls", value) and kafka.catalogue.calls_since == 7
