"""Who is told besides the curator: the head, and all curators at once."""

import msgspec
from msgspec.structs import replace

from schemas.alerts import Told
from schemas.topics import FLEET_ALERTS
from tests.installation import until
from tests.integration.notify_line import CURATOR, OTHER, WAIT, Line
from tests.unit.alerting.alerts import COMMON_ALERT, pressed


async def test_who_else_is_told(line: Line) -> None:
    """What never rang is told to nobody; what nobody answered to the head too, who may answer; many clients at once to
    all curators, in one message that grows."""
    line.start(LEADPULSE_TELEGRAM__HEAD_CHAT=str(OTHER))
    silent, alert = replace(line.alert(), rings=False, held="budget", rung=0), line.alert()
    escalated = replace(alert, version=2, rings=False, escalated=True, told=Told(alert.opened_at, "critical", 6.1))
    await line.publish(silent, alert, escalated)
    grown = replace(COMMON_ALERT, version=52, clients=26)
    await line.installation.produce(FLEET_ALERTS, [("r", msgspec.json.encode(one)) for one in (COMMON_ALERT, grown)])

    async def told() -> bool:
        return len(line.about(alert)) == 2 and any("У 26 клиентов" in m.text for m in line.telegram.messages.values())

    await until(told, WAIT, "the curator, the head and all curators are told")
    assert {message.chat for message in line.about(alert)} == {CURATOR, OTHER}
    await line.publish(replace(pressed(escalated, "seen", "acknowledged"), press=None))
    for message in line.about(alert):
        await line.reads(message, "Принято: Анна")
    [common] = [message for message in line.telegram.messages.values() if "клиентов сразу" in message.text]
    assert common.chat == CURATOR
    assert line.about(silent) == []
