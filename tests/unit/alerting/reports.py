"""Reports that the tests of `alerting` share."""

from msgspec.structs import replace

from schemas.minutes import OFFLINE, UNKNOWN, Action, MeetingMinutes, Minutes, Point
from schemas.outcomes import Hint, Said
from schemas.reports import (
    ChatLine,
    DailyReport,
    DuePromise,
    ReportLine,
    SilentLead,
    UnknownClient,
    UntoldMeeting,
)
from schemas.rounds import SourceHealth
from tests.unit.alerting.alerts import EACH_RULE, LEAVING, SPIKE, moscow

REPORT = DailyReport(
    report_id="2026-11-21",
    since=moscow(20, 20),
    until=moscow(21, 20),
    meetings=3,
    meeting_minutes=135,
    messages=121,
    reservations=46,
    reserved_qty=45_000,
    alerts_opened=2,
    alerts_open=5,
    alerts_unseen=1,
    unassigned=4,
    dead_letters=11,
    cancelled=15,
    cancelled_qty=30_000,
    leads=[
        ReportLine(*("12345", 1, 11, 21, 1), reserved_qty=12_000, cancelled=1, cancelled_qty=300),
        ReportLine("777", messages=1),
        ReportLine("42"),
    ],
)

MINUTES = MeetingMinutes(
    event_id="00000000000000e9",
    lead_id="12345",
    ts=moscow(21, 11),
    source="minutes",
    recording_id="5f0c9a7e11d24e0b",
    room="lead-12345-kickoff",
    duration_ms=30 * 60_000,
    people=["Анна", "Иван <b>"],
    minutes=Minutes(
        summary="Обсудили тариф на хранение. Клиент недоволен ценой.",
        engine=OFFLINE,
        decisions=[Point("Скидка 5 % до конца года", "договорились на скидку пять процентов", 4)],
        actions=[Action("прислать расчёт", "Анна", "2026-11-22", "пришлю расчёт завтра", 5)],
    ),
)

FULL_REPORT = replace(
    REPORT,
    minutes=[MINUTES, replace(MINUTES, lead_id="777", people=[])],
    untold=[
        UntoldMeeting("42", "r1", moscow(21, 12, 30), 65 * 60_000),
        UntoldMeeting("43", "r2", moscow(21, 13), 20_000, "too_short"),
        UntoldMeeting("44", "r3", moscow(21, 14), 0, "damaged"),
    ],
    chats=[ChatLine("12345", "Спросили про остатки; ответили."), ChatLine("9", "Тишина <и> покой")],
    risks=[
        SPIKE,
        replace(LEAVING, opened_at=moscow(2, 9, 3), lead_id="9"),
        *(replace(alert, lead_id="9") for alert in (EACH_RULE["combined-red"], EACH_RULE["order-silence"])),
        replace(EACH_RULE["chat-silence"], lead_id="43", opened_at=moscow(20, 12), held="budget"),
    ],
    promises=[
        DuePromise("12345", moscow(21, 11), MINUTES.minutes.actions[0]),
        DuePromise("9", moscow(20, 11), Action("вернуть деньги", UNKNOWN, "2026-11-21", "вернём", 1), "rec-9"),
    ],
    overdue=[DuePromise("42", moscow(10, 11), Action("прислать акт", "Анна", "2026-11-19", "пришлю акт", 1), "rec-42")],
    outcomes=[
        Said("77", "left", "2026-11-01", "Мария", moscow(21, 12), "Свой склад <дешевле>"),
        Said("9", "returned", "2026-11-20", "оператор", moscow(21, 13)),
    ],
    hints=[Hint("12345", "deal", "31", "C5:LOSE", moscow(21, 9))],
    silent=[SilentLead("42", moscow(1, 10)), SilentLead("43", moscow(14, 10))],
    unknown=[UnknownClient("jitsi_room", "lead 12345", 3), UnknownClient("tg_chat", "-100", 1)],
    sources=[
        SourceHealth("bitrix:main", moscow(21, 18), 3, "well", rejected=2),
        SourceHealth("jibri", moscow(19, 10), 0),
        SourceHealth("telegram:export", 0, 0, "new", history=7),
        SourceHealth("telegram:main", moscow(21, 19), 5, "failing", moscow(21, 18, 30), error="ответ 502 <b>"),
        SourceHealth("wms:demo", moscow(21, 19), 40, "well", gap_ms=3 * 3_600_000, backlog=12_000),
        SourceHealth("wms:old", moscow(1, 10), 0, "left", moscow(1, 10)),
        SourceHealth("wms:second", moscow(20, 17, 30), 0, "silent", moscow(20, 17, 30), history=9, backlog=12_000),
    ],
)
