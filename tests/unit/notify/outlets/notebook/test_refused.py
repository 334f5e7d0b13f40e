"""What Open Notebook refuses: a wrong password or address is waited for, a wrong text is put aside."""

import logging

import pytest

from schemas.errors import ConfigError, RecordFault, Transient
from streams.engine.settle import Outcome
from streams.notify.outlets.notebook import Notebooks
from streams.notify.outlets.notebook_client import CONFIGURATION_WAIT, OpenNotebook
from streams.settings import Notebook
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.fakes.open_notebook_rows import Fault
from tests.unit.notify.outlets.copies import batch, copy, meeting
from tests.unit.notify.outlets.notebook.meetings import FIRST, LEAD, PASSWORD, healthy, notebooks_of


@pytest.mark.parametrize(
    ("kind", "pause"),
    [
        ("401", CONFIGURATION_WAIT),
        ("403", CONFIGURATION_WAIT),
        ("302", CONFIGURATION_WAIT),
        ("404", CONFIGURATION_WAIT),
        ("405", CONFIGURATION_WAIT),
        ("html", CONFIGURATION_WAIT),
        ("429", None),
        ("500", None),
        ("503", None),
        ("hang", None),
        ("drop", None),
    ],
)
async def test_waits(server: FakeOpenNotebook, notebooks: Notebooks, kind: str, pause: float | None) -> None:
    """A fault that passes, or that a person mends, is waited for: nothing is rejected, and then it is there."""
    times = 2 if kind == "drop" else 1  # the HTTP client itself asks again where nothing can be done twice
    server.faults.append(Fault(kind, "GET", "/api/notebooks", times))
    with pytest.raises(Transient) as fault:
        await notebooks(FIRST)
    assert fault.value.retry_after == pause
    assert PASSWORD not in str(fault.value) and server.url not in str(fault.value)
    assert await notebooks(FIRST) == Outcome()
    assert len(server.titles(LEAD)) == 2


async def test_redirect_is_not_followed(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """The password goes to the address that was set, and to no other that it names."""
    async with FakeOpenNotebook(PASSWORD) as other:
        server.faults.append(Fault("307", location=f"{other.url}/api/notebooks"))
        with pytest.raises(Transient, match=r"307.*notebook\.url"):
            await notebooks(FIRST)
        assert not other.calls


async def test_wrong_password_is_said_once(server: FakeOpenNotebook, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong password: one error in the log that names the setting, records wait, the password is nowhere."""
    outlet = notebooks_of(server, "not that")
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            with pytest.raises(Transient, match=r"notebook\.password"):
                await outlet(FIRST)
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(told) == 1 and not healthy(outlet)
    assert "not that" not in str([record.__dict__ for record in caplog.records])
    server.password = "not that"
    await outlet(FIRST)
    assert healthy(outlet) and len(server.titles(LEAD)) == 2
    await outlet.close()


async def test_no_password(server: FakeOpenNotebook) -> None:
    """An Open Notebook without a password takes the records of an outlet without one."""
    server.password = ""
    outlet = notebooks_of(server, "")
    await outlet(FIRST)
    assert len(server.titles(LEAD)) == 2
    await outlet.close()


@pytest.mark.parametrize("kind", ["400", "413", "422"])
async def test_refused(server: FakeOpenNotebook, notebooks: Notebooks, kind: str) -> None:
    """What it will never take is a dead letter, its neighbours are delivered, and the reason has none of the words."""
    server.faults.append(Fault(kind, "POST", "/api/sources/json"))
    records = batch(copy(meeting()), b"{", copy(meeting("rec-2")), topic="out.notebook")
    outcome = await notebooks(records)
    assert [record.offset for record, _ in outcome.rejected] == [0, 1]
    assert kind in outcome.rejected[0][1].reason and "Плюс" not in outcome.rejected[0][1].reason
    assert len(server.titles(LEAD)) == 2


async def test_text_that_it_stumbles_over(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """The notebook was read a moment ago, and this text gives 500: its own fault, not that of a system that is away."""
    server.faults.append(Fault("500", "POST", "/api/sources/json"))
    with pytest.raises(RecordFault):
        await notebooks(FIRST)


@pytest.mark.parametrize(
    "settings", [{"password": "пароль"}, {"password": "a\nb"}, {"url": "http://["}, {"url": "localhost:5055"}]
)
def test_settings_that_cannot_work(settings: dict[str, str]) -> None:
    """A password that no header holds and an address that is none are said at start, without the password."""
    with pytest.raises(ConfigError) as fault:
        OpenNotebook(Notebook(**{"url": "http://127.0.0.1:5055"} | settings))
    assert settings.get("password", "?") not in str(fault.value)
