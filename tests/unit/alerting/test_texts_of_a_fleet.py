"""What curators of a made fleet would read: the figures of the signals and the words about them fit each other."""

import re

from alerting.clients import Client
from alerting.crowd import desks
from alerting.foreign import plain
from alerting.rehearsal import Rehearsal
from alerting.render import gist, render
from bench.fleet import Fleet
from processors.rules import builtin
from schemas.alerts import Alert
from tests.unit.alerting.alerts import ONE_SCREEN


def test_alerts_of_a_made_fleet_read_well() -> None:
    """Every alert that rings: one screen, no figure that cannot be, no share above the whole."""
    fleet = Fleet(clients=60, days=150, seed=7)
    curators = desks([client.lead_id for client in fleet.clients])
    rehearsal = Rehearsal(builtin(), ticked=True, curator=lambda lead: curators.get(lead, ""))
    played = rehearsal.play((event.ts, event) for event in fleet.events())
    rung = [result for result in played if isinstance(result, Alert) and result.rings]
    assert len({alert.rule for alert in rung}) >= 6
    for alert in rung:
        text = plain(render(alert, Client(alert.lead_id)).text).replace("\u00a0", " ")
        assert len(text) <= ONE_SCREEN, text
        assert not re.search(r"\bnan\b|\binf\b|None|\(0\)|-\d+ шт[а-я]|событие", text), text
        if alert.rule in ("bulk_pick", "broken_reservations"):
            assert all(int(share) <= 100 for share in re.findall(r"(\d+) %", text)), text
        assert gist(alert, Client(alert.lead_id), "новое")
