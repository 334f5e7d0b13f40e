"""What all curators are told once when one cause sets off a rule for many clients."""

import pytest
from msgspec.structs import replace

from alerting.bell import Moment, hold, season
from alerting.clients import Client
from alerting.common import common_alerts, render_common
from alerting.report import render_report
from processors.days import local_day
from processors.rules import builtin
from schemas.alerts import Alert, Held
from schemas.events import Fleet
from tests.unit.alerting.alerts import COMMON_ALERT, SPIKE, moscow
from tests.unit.alerting.lead_alerts import fleet
from tests.unit.alerting.reports import FULL_REPORT

NOON = moscow(21, 12)
MANY: Fleet = fleet(
    ts=NOON,
    day=local_day(NOON),
    clients=50,
    fired={"reservation_spike": 0.34, "order_silence": 0.3, "leaving_phrase": 0.9},
)


def test_more_than_the_share_is_told_to_all() -> None:
    """Over 30 %, of rules that one cause can set off; the same id all day, a version that grows with the share."""
    (alert,) = common_alerts(MANY, builtin().alerts)
    assert (alert.rule, alert.clients, alert.active, alert.version) == ("reservation_spike", 17, 50, 34)
    (later,) = common_alerts(replace(MANY, ts=moscow(21, 20), fired={"reservation_spike": 0.5}), builtin().alerts)
    assert later.common_id == alert.common_id
    assert later.version > alert.version


def test_few_clients_or_the_night_say_nothing() -> None:
    """A share of seven clients is no season; at night nobody is told, in the morning it is still so."""
    assert not list(common_alerts(replace(MANY, clients=7), builtin().alerts))
    assert not list(common_alerts(replace(MANY, ts=moscow(21, 23)), builtin().alerts))
    assert list(common_alerts(replace(MANY, ts=moscow(22, 9)), builtin().alerts))


def test_the_common_message_reads_well() -> None:
    """How many, what, why probably, and what to do."""
    text = render_common(COMMON_ALERT).text
    assert text.startswith("🟠 <b>У 17 клиентов сразу: ")
    assert "34\u00a0% активных клиентов" in text
    assert "Что сделать:" in text
    assert render_common(replace(COMMON_ALERT, clients=21)).text.startswith("🟠 <b>У 21 клиента сразу")


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("night", "Без оповещения: ночь, оповестим 22\u00a0ноября в\u00a009:00."),
        ("shadow", "Без оповещения: источник новый, пока только в отчёте."),
        ("muted", "Без оповещения: оповещения по клиенту отключены до 22\u00a0ноября в\u00a009:00."),
        ("left", "Без оповещения: клиент ушёл."),
        ("budget", "Без оповещения: у куратора за неделю уже много оповещений."),
        ("grouped", "Без оповещения: так сразу у многих клиентов, есть общее сообщение."),
        ("within", "Без оповещения: сказано в общей тревоге по клиенту."),
        ("gathering", "Без оповещения: смотрим, у многих ли так; оповестим 22\u00a0ноября в\u00a009:00."),
        ("info", "Без оповещения: к сведению."),
        ("doubted", "Без оповещения: по ответам кураторов этот признак часто ошибается."),
        ("", ""),
    ],
)
def test_the_report_says_why_nobody_was_rung(held: Held, said: str) -> None:
    """Each reason in plain words behind the risk; nothing where it rang."""
    alert: Alert = replace(SPIKE, held=held, ring_at=moscow(22, 9), rung=0 if held else 1)
    text = "\n".join(render_report(replace(FULL_REPORT, risks=[alert]), Client))
    assert said in text
    assert ("Без оповещения" in text) == bool(said)


def test_the_report_says_what_waits_and_who_was_told() -> None:
    """An alert that rang and has grown waits for its second ring; an escalated one was given to the head."""
    alert = replace(SPIKE, held="cooling", ring_at=moscow(22, 9), rung=1, escalated=True)
    text = "\n".join(render_report(replace(FULL_REPORT, risks=[alert]), Client))
    assert "Передано руководителю." in text
    assert "Без повторного оповещения: уже оповещали, повтор не раньше 22\u00a0ноября в\u00a009:00." in text


def test_a_season_is_told_before_a_third_has_rung() -> None:
    """All clients together reserve twice the ordinary today: the first alert of one is a message for all, the next is
    none of his own; yesterday's factor, or another rule, says nothing.
    """
    rules = builtin().alerts
    many = replace(MANY, ratios=[1.0, 2.25], fired={"reservation_spike": 0.02})
    (told,) = common_alerts(many, rules)
    assert "в 2,2\u00a0раза" in render_common(told).text
    assert not list(common_alerts(replace(many, fired={}), rules))
    assert not list(common_alerts(replace(many, ratios=[2.25, 1.3]), rules))
    assert season(many, "reservation_spike", moscow(21, 23), rules) == 2.25
    assert season(many, "reservation_spike", moscow(22, 1), rules) == 0
    assert season(many, "order_silence", NOON, rules) == 0
    moment = Moment(now=NOON, rules=rules, fleet=many)
    assert hold({}, replace(SPIKE, severity="warning"), moment).held == "grouped"
