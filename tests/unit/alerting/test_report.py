"""The daily report: its texts against `tests/golden/texts`, its order, its limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerting.clients import Client
from alerting.cutting import units
from alerting.render import LONGEST, REPEATED
from alerting.report import render_curator, render_report
from schemas.reports import ChatLine, DailyReport, ReportLine, UnknownClient
from tests.fakes.botapi import parse_html
from tests.unit.alerting.alerts import EACH_RULE, SPIKE, known, moscow
from tests.unit.alerting.reports import FULL_REPORT, REPORT
from tests.unit.alerting.test_texts import check

REPORTS = {
    "report": REPORT,
    "report-full": FULL_REPORT,
    "report-zero": DailyReport("2026-11-22", moscow(21, 20), moscow(22, 20), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    "report-one": DailyReport("2026-11-22", moscow(21), moscow(22), 1, 21, 1, 1, 1, 1, 1, 0, 1, 1),
}


@pytest.mark.parametrize("name", REPORTS)
def test_report_reads_as_agreed(name: str) -> None:
    """A full day, a day without anything, and a day with one of everything."""
    check(name, "\n---\n".join(render_report(REPORTS[name], Client)).replace("\u00a0", "~") + "\n")


def test_curators_part_reads_as_agreed() -> None:
    """Only his clients, without the figures of the house; nothing on a day without any of them."""
    parts = render_curator(FULL_REPORT, {"12345", "42"}, known)
    check("report-curator", "\n---\n".join(parts).replace("\u00a0", "~") + "\n")
    assert render_curator(FULL_REPORT, {"5"}, Client) == []
    promised = "\n".join(render_curator(FULL_REPORT, {"9"}, known))
    assert 'обещано <a href="https://x.example/9/rec-9">20' in promised


def test_a_report_repeats_nothing() -> None:
    """A client's silence, a promise of a meeting that stands above, the parts of a risk: each is told once."""
    text = "\n".join(render_report(FULL_REPORT, Client))
    assert text.count("прислать расчёт") == 2  # two meetings with the same promise
    assert text.count("Мы уходим к другому складу") == 0  # the combined risk stands beside the alert of the words
    assert text.count("расторгаем договор") == 1
    assert "Клиент 43: ничего" not in text
    assert text.count("Клиент 9:\n") == 1


def test_risks_stand_in_the_order_of_worth() -> None:
    """What is new first, then the worst, a mere note last; of a client the whole risk before its parts."""
    old, note = moscow(2, 9), replace(EACH_RULE["complaint"], severity="info", lead_id="1")
    whole = replace(EACH_RULE["combined-yellow"], lead_id="2", opened_at=old)
    risks = [replace(SPIKE, lead_id="2", opened_at=old), whole, note, replace(EACH_RULE["loss"], lead_id="3")]
    text = "\n".join(render_report(replace(REPORT, risks=risks), Client))
    order = ["Клиент 3", "Клиент 2:\n• риск ухода", "резкий рост", "Клиент 1"]
    assert sorted(order, key=text.index) == order


def test_a_long_list_is_counted_not_shown() -> None:
    """Thirty lines of each list, and how many more there are."""
    leads = [ReportLine(str(n), messages=22) for n in range(1, 400)]
    unknown = [UnknownClient("tg_chat", str(n), 1) for n in range(50)]
    text = "\n".join(render_report(replace(REPORT, leads=leads, unknown=unknown), Client))
    assert "… и ещё 369" in text
    assert "… и ещё 20" in text


@given(st.lists(st.text("я🙂&<\n", max_size=900), max_size=30), st.integers(1, 60))
def test_a_report_is_cut_where_telegram_counts(summaries: list[str], copies: int) -> None:
    """Whatever people write, each part is under Telegram's limit in UTF-16 units and parses by itself."""
    chats = [ChatLine(str(n), text) for n, text in enumerate(summaries * copies)]
    for part in render_report(replace(FULL_REPORT, chats=chats[:30]), known):
        assert 0 < units(f"{REPEATED}\n\n{part}") <= LONGEST
        parse_html(part)
