"""A refused SpeechKit key reaches the chat of ops through `leadpulse worker notify`."""

import shutil
from pathlib import Path

import aiohttp
import msgspec

from schemas.notices import OpsNotice
from schemas.topics import DEAD_LETTERS, OPS_NOTICES
from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation, until
from tests.integration.notify_line import CURATOR, GONE, GONES_LEAD, SHARED, TOKEN, WAIT, Line

MODEL = Path("tests/fixtures/vosk-ru-tiny")
TEN = 1_795_244_400_000


async def test_a_refusal_is_one_message_that_turns_green(bootstrap: str, tmp_path: Path) -> None:
    """Told by two workers it is one message; the end of it changes that message; a broken record is a dead letter."""
    async with (
        FakeTelegram(TOKEN, {CURATOR, SHARED}) as telegram,
        Installation(bootstrap, tmp_path) as installation,
    ):
        Line(installation, telegram).start()

        async def tell(notice: OpsNotice) -> None:
            await installation.produce(OPS_NOTICES, [(notice.notice_id, msgspec.json.encode(notice))])

        async def reads(text: str) -> bool:
            return any(text in message.text for message in telegram.messages.values())

        refused = OpsNotice("speech:speechkit_stream:1", TEN, "engine_refuses", "speechkit_stream", "no role")
        await installation.produce(OPS_NOTICES, [("x", b"{broken")])
        await tell(refused)
        await tell(refused)
        await until(lambda: reads("отказывает: no role"), 30, "ops read of the refusal", pause=0.05)
        await tell(OpsNotice(refused.notice_id, TEN, "engine_refuses", refused.subject, over=True))
        await until(lambda: reads("снова работает"), 30, "ops read that it is over", pause=0.05)
        assert [message.chat for message in telegram.messages.values()] == [SHARED]
        assert await installation.count(DEAD_LETTERS) == 1


async def test_a_missing_share_is_told_and_readyz_says_so(bootstrap: str, tmp_path: Path) -> None:
    """`transcribe` without its recordings folder and its model: 503 in words, a notice each, well again later."""
    share, model = tmp_path / "share", tmp_path / "model"
    environ = {"LEADPULSE_SPEECH__RECORDINGS": str(share), "LEADPULSE_SPEECH__VOSK_MODEL": str(model)}
    async with Installation(bootstrap, tmp_path, environ) as installation:
        url = f"http://127.0.0.1:{installation.settings.metrics.transcribe}/readyz"
        installation.worker("transcribe")

        async def shown() -> tuple[object, object]:
            try:
                async with aiohttp.ClientSession() as client, client.get(url) as answer:
                    needs = await answer.json()
            except aiohttp.ClientError:
                return None, None
            return needs.get("recordings"), needs.get("model")

        async def missing() -> bool:
            return await shown() == (
                f"{share}: папки нет (speech.recordings)",
                f"{model}: папки модели {model} нет (speech.vosk_model)",
            )

        async def there() -> bool:
            return await shown() == (True, True)

        async def told() -> bool:
            return await installation.count(OPS_NOTICES) == 2

        await until(missing, 60, "/readyz names the fault")
        await until(told, 60, "ops are told")
        notices = [msgspec.json.decode(r.value, type=OpsNotice) for r in await installation.read(OPS_NOTICES)]
        assert {(notice.kind, notice.subject) for notice in notices} == {
            ("recordings_missing", str(share)),
            ("speech_model", str(model)),
        }
        share.mkdir()
        shutil.copytree(MODEL, model)
        await until(there, 60, "/readyz is well again")


async def test_a_chat_that_the_bot_is_not_in_is_told_and_waited_for(bootstrap: str, tmp_path: Path) -> None:
    """Its message waits, the others' go; ops hear which chat it is; with the bot back in it all is sent, once."""
    async with (
        FakeTelegram(TOKEN, {CURATOR, SHARED}) as telegram,
        Installation(bootstrap, tmp_path) as installation,
    ):
        line = Line(installation, telegram)
        process = line.start()
        held, good = line.alert(lead_id=GONES_LEAD), line.alert()
        await line.publish(held, good)
        await line.shown(good)

        async def ops_read(sign: str) -> bool:
            told = [message.text for message in line.telegram.messages.values() if message.chat == SHARED]
            return any(sign in text and str(GONE) in text for text in told)

        await until(lambda: ops_read("🔴"), WAIT, "ops hear of the chat")
        assert line.about(held) == []
        line.telegram.chats.add(GONE)
        await line.end(process)
        line.start()  # the running one tries again in a minute
        assert (await line.shown(held)).chat == GONE
        await until(lambda: ops_read("🟢"), WAIT, "ops hear that it is over")
        assert len(line.about(held)) == 1
        assert await line.installation.count(DEAD_LETTERS) == 0
