"""Requests to a host that does what it likes: what the answer says decides, and nobody is led astray."""

import asyncio
import logging
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from pydantic import SecretStr

from schemas.commands import Handed
from streams.notify.handed.calls import Calls
from streams.notify.handed.guard import Lookup
from streams.notify.handed.http_calls import HttpCalls, look_up
from streams.settings import Commands
from tests.fakes.outward import ENDLESS, FakeHost
from tests.ports import free_port
from tests.unit.notify.handed.memory import ID, Kafka, handed

SECRET = "t0p-s3cret"


@pytest_asyncio.fixture
async def host() -> AsyncIterator[FakeHost]:
    """A host of the settings, on loopback: it is listed with its port."""
    async with FakeHost() as running:
        yield running


def settings(host: FakeHost, *hosts: str, timeout: float = 1.0) -> Commands:
    """With this host, and a workflow on it."""
    return Commands(
        hosts=[f"127.0.0.1:{host.port}", *hosts],
        secrets={"crm": SecretStr(SECRET)},
        workflows={"call": f"{host.url}/webhook/call"},
        timeout=timeout,
    )


async def told(given: Commands, work: Handed, lookup: Lookup = look_up, kafka: Kafka | None = None) -> tuple[str, str]:
    """What becomes of it."""
    kafka = kafka or Kafka()
    http = HttpCalls(given, lookup)
    calls = Calls(kafka.process(), {"http.post": http, "n8n.run": http}, lambda: kafka.now, 1.0, kafka.world)
    await calls.settle(work)
    return kafka.results()[-1]


def post(url: str, key: str = "") -> Handed:
    """A request that a person signed."""
    fields = {"text": msgspec.Raw('"привет"'.encode()), "lead_id": msgspec.Raw(b'"1003"')}
    return handed("http.post", method="POST", url=url, fields=fields, key=key)


async def test_a_request_bears_the_command_and_the_key_of_the_settings(
    host: FakeHost, caplog: pytest.LogCaptureFixture
) -> None:
    """Its JSON is the params; the key is in a header and nowhere else."""
    caplog.set_level(logging.DEBUG)
    assert await told(settings(host), post(f"{host.url}/hook", "crm")) == ("done", "принято, ответ 200")
    [taken] = host.taken
    assert (taken.path, taken.command, taken.body) == ("/hook", ID, {"text": "привет", "lead_id": "1003"})
    assert (taken.headers["Authorization"], taken.headers["Content-Type"]) == (f"Bearer {SECRET}", "application/json")
    assert "Cookie" not in taken.headers and SECRET not in caplog.text


async def test_a_workflow_is_run_by_its_name(host: FakeHost) -> None:
    """What the settings do not name is not run, whatever address is given with it."""
    run = handed("n8n.run", method="call", fields={"lead_id": msgspec.Raw(b'"1003"')})
    assert (await told(settings(host), run))[0] == "done"
    assert host.taken[0].path == "/webhook/call"
    other = handed("n8n.run", method="pay", url=f"{host.url}/webhook/pay")
    assert await told(settings(host), other) == ("failed", "такого потока n8n нет в commands.workflows")
    assert len(host.taken) == 1


@pytest.mark.parametrize(
    ("does", "outcome"),
    [("redirect", "failed"), ("307", "failed"), ("403", "failed"), ("404", "failed"), ("429", "failed"),
     ("201", "done"), ("500", "unknown"), ("503", "unknown"), ("dies", "unknown"), ("slow", "unknown"),
     ("endless", "done")],
)  # fmt: skip
async def test_the_answer_decides(host: FakeHost, does: str, outcome: str) -> None:
    """A no is a failure; what may have been done is unknown; nothing goes a second time, no redirect is followed."""
    host.next = does
    assert (await told(settings(host), post(f"{host.url}/hook")))[0] == outcome
    assert (host.times(ID), host.trap) == (1, [])


async def test_a_redirect_to_ourselves_leads_nowhere(host: FakeHost) -> None:
    """Also where that host is listed itself."""
    async with FakeHost() as inner:
        host.location, host.next = f"{inner.url}/trap", "redirect"
        outcome, why = await told(settings(host, f"127.0.0.1:{inner.port}"), post(f"{host.url}/hook"))
        assert (outcome, inner.trap, inner.taken) == ("failed", [], [])
        assert "переадресац" in why


async def test_of_an_endless_answer_little_is_read(host: FakeHost) -> None:
    """The status has said it: what lies in the buffers of a connection, and no more."""
    host.next = "endless"
    assert (await told(settings(host, timeout=20.0), post(f"{host.url}/hook")))[0] == "done"
    async with asyncio.timeout(20):
        await host.ended.wait()
    assert host.sent < ENDLESS / 4


async def test_a_name_that_means_another_address_the_second_time(host: FakeHost) -> None:
    """It is asked once, and the connection goes there: the answer of a moment later does not count."""
    asked: list[str] = []

    async def rebound(name: str, _port: int) -> list[str]:
        asked.append(name)
        return ["203.0.113.9"] if len(asked) > 1 else ["127.0.0.1"]

    given = settings(host, f"crm.example.ru:{host.port}")
    assert (await told(given, post(f"http://crm.example.ru:{host.port}/hook"), rebound))[0] == "done"
    assert (asked, host.taken[0].headers["Host"]) == (["crm.example.ru"], f"crm.example.ru:{host.port}")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
async def test_a_host_of_the_internet_that_leads_home_is_refused(host: FakeHost, address: str) -> None:
    """The name is listed, its address is ours: nothing is sent."""

    async def home(_name: str, _port: int) -> list[str]:
        return [address]

    outcome, _ = await told(settings(host, "crm.example.ru"), post("https://crm.example.ru/hook"), home)
    assert (outcome, host.taken) == ("failed", [])


@pytest.mark.parametrize("url", ["http://127.0.0.1:{other}/", "http://localhost:{port}/", "http://[::1]:{port}/",
                                 "http://2130706433:{port}/", "http://u@127.0.0.1:{port}/"])  # fmt: skip
async def test_what_is_not_listed_is_not_called(host: FakeHost, url: str) -> None:
    """Nor claimed."""
    kafka = Kafka()
    outcome, _ = await told(settings(host), post(url.format(port=host.port, other=host.port + 1)), kafka=kafka)
    assert (outcome, host.taken, kafka.begun()) == ("failed", [], [])


async def test_a_host_that_is_not_there_is_tried_and_given_up() -> None:
    """It surely did nothing."""
    port, kafka = free_port(), Kafka()
    given = Commands(hosts=[f"127.0.0.1:{port}"], timeout=1.0)
    outcome, why = await told(given, post(f"http://127.0.0.1:{port}/"), kafka=kafka)
    assert (outcome, len(kafka.slept)) == ("failed", 2)
    assert why.startswith("не удалось связаться: нет соединения")


async def test_a_key_that_is_not_set_is_told_by_its_name(host: FakeHost) -> None:
    """Nothing is sent without it."""
    assert await told(settings(host), post(f"{host.url}/hook", "erp")) == ("failed", "нет ключа erp в commands.secrets")
    assert host.taken == []
