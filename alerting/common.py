"""One cause, many clients: what all curators are told once instead of an alert for each. Pure."""

from collections.abc import Iterator

from alerting.bell import COMMON, is_common, is_quiet, season
from alerting.render import Rendered
from alerting.texts import TEXTS
from processors.rules.alerts import AlertRules
from processors.russian.plural import Forms, choose, times
from schemas.alerts import CommonAlert
from schemas.events import Fleet

HAVE: Forms = ("клиента", "клиентов", "клиентов")
"""Behind «у 21 …»."""


def common_alerts(fleet: Fleet, rules: AlertRules) -> Iterator[CommonAlert]:
    """What these figures have for all curators. By night nothing: it is still so in the morning, or over."""
    if is_quiet(fleet.ts, rules):
        return
    for rule in sorted(COMMON):
        share, factor = fleet.fired.get(rule, 0.0), season(fleet, rule, fleet.ts, rules)
        if is_common(fleet, rule, rules) or (factor > 0 and share > 0):
            yield CommonAlert(
                common_id=id_of(rule, fleet.day),
                version=max(1, round(share * 100)),
                rule=rule,
                ts=fleet.ts,
                day=fleet.day,
                clients=round(share * fleet.clients),
                active=fleet.clients,
                season=factor,
            )


def id_of(rule: str, day: int) -> str:
    """Of a rule's message on a local day."""
    return f"common:{rule}:{day}"


def render_common(alert: CommonAlert) -> Rendered:
    """The message for the shared chat."""
    if alert.season:
        return Rendered(
            f"🟠 <b>У всех клиентов сегодня броней больше обычного: в {times(alert.season)}</b>\n"
            "Похоже на сезон или распродажу. О росте броней у отдельных клиентов сегодня не оповещаем: "
            "они перечислены в вечернем отчёте.\n\n"
            "Что сделать: если это не сезон, проверьте данные склада."
        )
    share = min(100, round(100 * alert.clients / max(1, alert.active)))
    who = choose(alert.clients, HAVE)
    return Rendered(
        f"🟠 <b>У {alert.clients} {who} сразу: {TEXTS[alert.rule].title}</b>\n"
        f"Это {share}\u00a0% активных клиентов за сутки. "
        "Вероятно, причина общая: сезон, распродажа или сбой в данных.\n"
        "О каждом клиенте отдельно не оповещаем: они перечислены в вечернем отчёте.\n\n"
        "Что сделать: проверьте, что данные приходят полностью; если всё в порядке и это сезон, ничего не нужно."
    )
