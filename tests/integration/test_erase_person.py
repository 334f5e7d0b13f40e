"""One person of a client who stays is erased on a real broker and a real store; what others said is where it was."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from schemas.cards import ClientCard
from schemas.meetings import Utterance
from schemas.privacy import Consent
from schemas.sources import Identity, SegmentNote, Transcript, Word
from schemas.speech import FinishedRecording
from schemas.topics import (
    CLIENTS,
    COMMAND_STATE,
    CONSENTS,
    IDENTITIES,
    OUTBOX,
    RECORDINGS,
    SEGMENTS,
    TELEGRAM,
    TOPICS,
    TRANSCRIPTS,
)
from streams.engine.kafka import Output, partition_of
from streams.erasing.act import Signed, verified
from tests import living
from tests.installation import Installation, until
from tests.integration.test_erase_commands import refused
from tests.semantics.erasing import CHAT, LEAD, NOW, leadpulse, recording, rows, standing
from tests.unit.tracks.test_file import loud, made, meeting

OLGA = Consent(
    person_id="a" * 16,
    name="Ольга Рублёва",
    leads=[LEAD],
    at=NOW,
    by="x",
    telegram=[7712345],
    phones=["+79161234567"],
    mails=["olga@romashka.ru"],
    rooms=["Оля-Ромашка", "Борис"],
)
MADE = (".md", ".mp4", ".mka")
HERS, OTHERS = "ромашкосекрет уходим к другому складу", "лютикосекрет пришлите счёт до пятницы"
HER_WORDS = ("ромашкосекрет", "Рублёва", "7712345", "9161234567", "olga@romashka", "Оля-Ромашка")
TALK, TRACKS = "r-both.mp4", "t-both.mka"


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation with a recordings folder."""
    (tmp_path / "storage").mkdir()
    environ = {"LEADPULSE_SPEECH__RECORDINGS": str(tmp_path / "storage"), "LEADPULSE_STORE__CONFINED": "false"}
    async with Installation(bootstrap, tmp_path, environ) as installation:
        yield installation


def message(number: int, who: int, name: str, text: str) -> bytes:
    """An update of the bot."""
    said = {
        "message_id": number,
        "date": NOW // 1000 + number,
        "chat": {"id": int(CHAT), "type": "supergroup", "title": "Ромашка × склад"},
        "from": {"id": who, "first_name": name, "is_bot": False},
        "text": text,
    }
    return msgspec.json.encode({"source": "bot", "payload": {"update_id": number, "message": said}})


def chat() -> list[tuple[str, bytes]]:
    """She, somebody else, and somebody else of her."""
    said = (
        (7712345, "Ольга", HERS),
        (5512345, "Анна", OTHERS),
        (5512345, "Анна", "Ольге Рублёвой передала, +7 916 123-45-67"),
    )
    return [(CHAT, message(number, *one)) for number, one in enumerate(said, 1)]


def transcript() -> bytes:
    """Both in one meeting."""
    of = recording(TALK, LEAD)
    said = [Utterance(0, 900, HERS, "Оля-Ромашка"), Utterance(1000, 1900, OTHERS, "Анна")]
    words = [Word(word, 0, 900, 1.0) for word in HERS.split()]
    return msgspec.json.encode(
        Transcript(of, 1, "vosk", "m", words, segments=[SegmentNote(0, 2000, "vosk", "m")], utterances=said)
    )


async def planted(here: Installation) -> None:
    """In a chat, a meeting, a card, links, the register, the queue of Telegram, files."""
    of = msgspec.structs.replace(recording(TALK, LEAD), participants=["Оля-Ромашка", "Анна"])
    told = Identity("participant", f"{LEAD}/Оля-Ромашка", name="Лялька Рубль", side="client")
    links = (Identity("tg_chat", CHAT, LEAD, "x"), Identity("phone", "+79161234567", LEAD, "x"), told)
    await here.produce(IDENTITIES, [(f"{one.kind}:{one.value}", msgspec.json.encode(one)) for one in links])
    await here.produce(CONSENTS, [(OLGA.person_id, msgspec.json.encode(OLGA))])
    card = ClientCard(lead_id=LEAD, source="hand", ts=NOW, name="ООО Ромашка", phones=["+79161234567"])
    await here.produce(CLIENTS, [(f"{LEAD}/hand", msgspec.json.encode(card))])
    await here.produce(TELEGRAM, chat())
    await here.produce(RECORDINGS, [(of.recording_id, msgspec.json.encode(of))])
    await here.produce(TRANSCRIPTS, [(of.recording_id, transcript())])
    tracks = msgspec.structs.replace(recording(TRACKS, LEAD), participants=["Борис", "Анна"])
    await here.produce(RECORDINGS, [(tracks.recording_id, msgspec.json.encode(tracks))])
    _, path = made(here.folder / "m", meeting())
    (here.folder / "storage" / LEAD).mkdir()
    path.rename(here.folder / "storage" / LEAD / TRACKS)
    partition = partition_of(SEGMENTS.name, of.recording_id.encode())
    mark = msgspec.json.encode(FinishedRecording(of, 1, NOW))
    await here.outputs.send([Output(SEGMENTS.name, f"{of.recording_id}/out".encode(), mark, partition)])
    quoting = refused(LEAD, HERS)
    await here.produce(COMMAND_STATE, [(quoting.command_id, msgspec.json.encode(quoting))])
    for key, text in (("k1", f"Анна: «{HERS}»"), ("k2", f"Анна: «{OTHERS}»")):
        item = {"key": key, "topic": "t", "to": f"lead:{LEAD}", "version": 1, "offset": 0, "ts": NOW, "text": text}
        await here.produce(OUTBOX, [(key, msgspec.json.encode(item))])
    for name, text in (
        (f"storage/{LEAD}/{TALK}", "sound"),
        (f"exports/{LEAD}/a.md", HERS),
        (f"exports/{LEAD}/b.md", OTHERS),
    ):
        (here.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (here.folder / name).write_text(text)


async def test_she_is_erased_and_the_client_stays(here: Installation) -> None:
    """Planned, asked for, confirmed by somebody else, erased: not a word, name or contact of hers in any table, topic
    that is kept, or file; others' are all there. What is imported again brings nothing of hers back."""
    here.worker("store")
    here.worker("pipeline")
    await planted(here)

    async def up() -> bool:
        return (await leadpulse(here, "sql", "SELECT 1")).exit_code == 0

    async def stored() -> bool:
        return {"events", "said", "transcripts"} <= (await rows(here, "ромашкосекрет")).keys()

    await until(up, 60, "the store answers", pause=1.0)
    await until(stored, 90, "all is in the tables", pause=1.0)
    others = await rows(here, "лютикосекрет")
    plan = await leadpulse(here, "erase", "plan", LEAD, "--person", OLGA.person_id, "--json")
    assert plan.exit_code == 0, plan.output + repr(plan.exception)
    places = json.loads(plan.stdout)["places"]
    assert places["таблица events"] >= 4, places
    assert places["записи, где он слышен вместе с другими"] == 1
    assert places["записи по участникам, где есть его дорожка"] == 1
    assert (places["сообщения в очереди Telegram"], places["протоколы и переписка в файлах"]) == (1, 1)
    assert (places["привязки, карточки, согласия"], places["команды и память помощника"]) == (4, 1)

    person = ("--person", OLGA.person_id)
    asked = await leadpulse(here, "erase", "request", LEAD, *person, "--reason", "отзыв согласия", "--by", "Ирина")
    assert asked.exit_code == 0, asked.output
    number = asked.stdout.split()[1].rstrip(".")
    assert (await leadpulse(here, "erase", "confirm", number, "--by", "Ирина")).exit_code == 1
    assert (await leadpulse(here, "erase", "confirm", number, "--by", "Глеб")).exit_code == 0
    done = await leadpulse(here, "erase", "run", number, "--act", str(here.folder / "acts"), "--by", "Анна")
    assert done.exit_code == 0, done.output + repr(done.exception)

    await nothing_of_hers(here)
    assert await rows(here, "лютикосекрет") == others
    [kept] = [record for record in await here.read(CLIENTS) if record.value][-1:]
    assert msgspec.json.decode(kept.value, type=ClientCard).name == "ООО Ромашка"
    assert (await standing(here, "лютикосекрет"))["notify.outbox"] == 1
    files = {str(path.relative_to(here.folder)) for path in living.files(here.folder) if path.suffix in MADE}
    assert files == {f"exports/{LEAD}/b.md", f"storage/{LEAD}/{TRACKS}"}
    assert loud(here.folder / "storage" / LEAD / TRACKS).keys() == {"Анна"}
    made = msgspec.json.decode((here.folder / "acts" / f"{number}.json").read_bytes(), type=Signed)
    verified(made)
    page = (here.folder / "acts" / f"{number}.html").read_text()
    assert not [word for word in HER_WORDS if word in made.act or word in page]
    lasting = json.loads(made.act)["topics_until"].keys()
    assert {name for name in [topic.name for topic in TOPICS] if await holds(here, name)} <= lasting

    await here.produce(TELEGRAM, [*chat(), (CHAT, message(9, 5512345, "Анна", "лютикосекрет ещё раз"))])
    await here.produce(TRANSCRIPTS, [(recording(TALK, LEAD).recording_id, transcript())])
    await here.produce(TELEGRAM, [(CHAT, message(10, 7712345, "Ольга", f"{HERS} снова"))])

    async def came() -> bool:
        return (await rows(here, "лютикосекрет"))["events"] > others["events"]

    await until(came, 60, "the other's next message is stored", pause=1.0)
    await nothing_of_hers(here)


async def nothing_of_hers(here: Installation) -> None:
    """In tables, and in topics that are kept."""
    assert await rows(here, *HER_WORDS) == {}
    assert await standing(here, *HER_WORDS) == {}


async def holds(here: Installation, name: str) -> bool:
    """Whether a topic has words of hers in any record that is not replaced."""
    topic = next(topic for topic in TOPICS if topic.name == name)
    return any("ромашкосекрет".encode() in (record.value or b"") for record in await here.read(topic))
