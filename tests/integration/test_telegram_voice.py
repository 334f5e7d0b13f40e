"""A voice message from the Bot API to its words, through every worker on the way: a client's in his history, one of our
people's in private said to the assistant."""

from pathlib import Path
from typing import Any

from schemas.assistant import AssistantAsked
from schemas.codec import EVENT, Codec
from schemas.events import Message, MessageEdited
from schemas.sources import Identity
from schemas.topics import ASSISTANT_ASKED, IDENTITIES, LEAD_EVENTS, LEAD_UNASSIGNED
from streams.engine.identities import IDENTITY
from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation, until
from tests.ports import free_port
from tests.speech import speak, write_voice

MODEL = Path(__file__).parents[1] / "fixtures" / "vosk-ru-tiny"
CHAT = -1_000_000_000_005
ANNA = {"id": 9, "name": "Анна"}
OURS: dict[str, Any] = {"id": 11, "name": "Ольга"}
_ASKED: Codec[AssistantAsked] = Codec(AssistantAsked)


async def test_what_is_said_becomes_the_messages_text(bootstrap: str, tmp_path: Path) -> None:
    """Opus in Ogg, asked for by long poll, fetched, heard by Vosk; and the file lies with the recordings."""
    write_voice(tmp_path / "voice.oga", speak("мы хотим расторгнуть договор").pcm)
    async with Installation(bootstrap, tmp_path) as home, FakeTelegram("1:bot-secret") as telegram:
        home.environ |= {
            "LEADPULSE_GATEWAY__PORT": str(free_port()),
            "LEADPULSE_TELEGRAM__API": telegram.url,
            "LEADPULSE_TELEGRAM__TOKEN": telegram.token,
            "LEADPULSE_TELEGRAM__UPDATES": "poll",
            "LEADPULSE_TELEGRAM__STAFF": "[11]",
            "LEADPULSE_SPEECH__RECORDINGS": str(tmp_path),
            "LEADPULSE_SPEECH__SPOOL": str(tmp_path / "spool"),
            "LEADPULSE_SPEECH__VOSK_MODEL": str(MODEL),
            "LEADPULSE_SPEECH__ENGINES": '["vosk"]',
        }
        linked = Identity("tg_chat", str(CHAT), "12345")
        await home.produce(IDENTITIES, [(f"tg_chat:{CHAT}", IDENTITY.encode(linked))])
        voice = telegram.files.put("f", (tmp_path / "voice.oga").read_bytes()) | {"duration": 3}
        for name in ("gateway", "notify", "pipeline", "transcribe"):
            home.worker(name)
        telegram.say(CHAT, ANNA, "", voice=voice)
        telegram.say(OURS["id"], OURS, "", voice=voice)

        async def heard() -> bool:
            return await home.count(LEAD_EVENTS) >= 2 and await home.count(ASSISTANT_ASKED) >= 1

        await until(heard, 25, "the words are in the history, and said to the assistant")
        (asked,) = (_ASKED.decode(record.value) for record in await home.read(ASSISTANT_ASKED))
        assert await home.count(LEAD_UNASSIGNED) == 0
        message, edited = (EVENT.decode(record.value) for record in await home.read(LEAD_EVENTS))
    assert isinstance(message, Message)
    assert isinstance(edited, MessageEdited)
    assert isinstance(asked, AssistantAsked)
    assert asked.text.lower().rstrip(".") == "мы хотим расторгнуть договор"
    assert (asked.who, asked.via, asked.chat_id) == ("tg:11", "voice", 11)
    assert (message.text, message.content) == ("", "voice")
    assert edited.text.lower().rstrip(".") == "мы хотим расторгнуть договор"
    assert (edited.message_id, edited.chat_id, edited.author) == (message.message_id, message.chat_id, message.author)
    assert len(list((tmp_path / "telegram").rglob("uf.*"))) == 1
    assert "bot-secret" not in "".join(log.read_text() for log in tmp_path.glob("*.log"))
