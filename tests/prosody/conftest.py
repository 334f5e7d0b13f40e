"""One Prosody for all these tests, with a MUC domain for each set of settings, and one fake Jicofo in it."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from tests.prosody.focus import Focus
from tests.prosody.guest import join
from tests.prosody.receiver import TOKEN, Receiver
from tests.prosody.server import EXPORTING, Option, Prosody

MAIN = "conference.meet.test"
"""Retries soon; nothing else is in a hurry."""

HASTY = "hasty.meet.test"
"""Gives up waiting soon: for an answer, for the recording to begin, for a room to be recorded."""

INSISTENT = "insistent.meet.test"
"""Starts again after a human's stop; other prefixes; the text of the notice is its own."""

PATIENT = "patient.meet.test"
"""Waits long for everything, and soon calls a room unrecorded."""

SLOW = "slow.meet.test"
"""Tries again after ten minutes: what happens sooner has another reason. `EARLY` seconds of refusals do not count."""

EARLY = 0.4

LONELY = "lonely.meet.test"
"""As `EXPORTING`, without Jitsi's metadata component."""

CRAMPED = "cramped.meet.test"
"""Keeps three reports; nobody else's reports go there."""

WORDY = "wordy.meet.test"
"""More messages are objections there, as an installation may say: with names, about others, in another language."""

Pause = Callable[[], Awaitable[None]]

OBJECTIONS: list[str] = [
    *("возражаю", "я возражаю", "возражаю против записи", "я против записи", "i object", "клиент возражает"),
    *("иванов возражает", "иван возражает", "петр против записи", "возражаю иванов", "возражаю сидоренко"),
]

FAST: dict[str, Option] = {
    "retry_seconds": 0.05,
    "retry_max_seconds": 0.2,
    "trouble_attempts": 3,
    "breakout_seconds": 0.1,
}


@pytest_asyncio.fixture(scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    """The gateway of the main and the hasty domain."""
    async with Receiver() as running:
        yield running


@pytest_asyncio.fixture(scope="session")
async def small_receiver() -> AsyncIterator[Receiver]:
    """The gateway of the cramped domain."""
    async with Receiver() as running:
        yield running


@pytest_asyncio.fixture(scope="session")
async def prosody(
    tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, small_receiver: Receiver
) -> AsyncIterator[Prosody]:
    """The server. At the end its log must hold no error but those that tests provoke."""
    folder = tmp_path_factory.mktemp("prosody")
    token = folder / "token"
    token.write_text(f"{TOKEN}\n")
    posting: dict[str, Option] = {
        "report_url": receiver.url,
        "report_retry_seconds": 0.02,
        "report_retry_max_seconds": 0.1,
        "report_seconds": 0.5,
    }
    components: dict[str, dict[str, Option]] = {
        MAIN: FAST | posting | {"report_token_file": str(token)},
        HASTY: FAST
        | posting
        | {
            "report_token": TOKEN,
            "iq_seconds": 0.2,
            "pending_seconds": 0.2,
            "early_seconds": 0.2,
            "unrecorded_seconds": 3.0,
        },
        SLOW: {"retry_seconds": 600, "retry_max_seconds": 600, "early_seconds": EARLY},
        PATIENT: posting | {"report_token": TOKEN, "unrecorded_seconds": 0.3},
        INSISTENT: FAST
        | {"respect_stop": False, "prefixes": ["deal-", "Лид-"], "consent_text": "Идёт запись.", "share": False},
        EXPORTING: FAST | posting | {"report_token": TOKEN, "live": True},
        LONELY: FAST | posting | {"report_token": TOKEN, "live": True},
        WORDY: FAST | posting | {"report_token": TOKEN, "objection_words": OBJECTIONS},
        CRAMPED: FAST | posting | {"report_url": small_receiver.url, "report_token": TOKEN, "report_queue": 3},
    }
    async with Prosody(folder, components) as running:
        yield running
    expected = ("report queue is full", "report refused by the gateway")
    complaints = [line for line in running.complaints() if not any(text in line for text in expected)]
    assert complaints == []


@pytest_asyncio.fixture(scope="session")
async def focus(prosody: Prosody) -> AsyncIterator[Focus]:
    """Jicofo's connection."""
    async with Focus(prosody.port) as running:
        yield running


@pytest.fixture(scope="session")
def new_room() -> Callable[..., str]:
    """Gives the JID of a room for a lead that no other test uses."""
    ids = itertools.count(1000)

    def name(domain: str = MAIN, pattern: str = "lead-{}-x") -> str:
        return f"{pattern.format(next(ids))}@{domain}"

    return name


@pytest.fixture
def pause(prosody: Prosody, focus: Focus, new_room: Callable[..., str]) -> Pause:
    """Waits until another room has tried three times: longer than a first retry, by the same clock."""

    async def wait() -> None:
        conference = await focus.open(new_room(), "resource-constraint", "resource-constraint")
        async with join(prosody.port, conference.room):
            await conference.started(3)

    return wait
