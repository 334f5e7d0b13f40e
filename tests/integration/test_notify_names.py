"""A client's name on its way: the command line, Kafka, and the message in Telegram."""

import asyncio
import json

from tests.integration.notify_line import Line


def client(line: Line, *words: str) -> str:
    """`leadpulse client …` as a person calls it."""
    done = line.installation.command("client", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_alerts_call_a_client_by_his_name(line: Line) -> None:
    """By the name that was set before the worker started; one set later is in the next message."""
    said = await asyncio.to_thread(
        client, line, "set", "12345", "--name", " ООО  «Ромашка» ", "--phone", "+7 916 000-00-00"
    )
    assert "имя: ООО «Ромашка»" in said
    process = line.start()
    alert = line.alert()
    await line.publish(alert)
    assert "Клиент 12345 (ООО «Ромашка»)" in (await line.shown(alert)).text
    await asyncio.to_thread(client, line, "set", "888", "--name", "Лютик & сын")
    listed = json.loads(await asyncio.to_thread(client, line, "list", "--json"))
    assert [(card["lead_id"], card["name"]) for card in listed] == [("888", "Лютик & сын"), ("12345", "ООО «Ромашка»")]
    other = line.alert(lead_id="888")
    await line.publish(other)
    assert "Клиент 888 (Лютик & сын)" in (await line.shown(other)).text
    assert "ничего не записано" in await asyncio.to_thread(client, line, "forget", "12345")
    assert await line.end(process) == 0
