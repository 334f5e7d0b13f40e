"""Minutes as people read them: file, Bitrix24 comment, lines of the daily report."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.clients import Client
from alerting.foreign import cut
from alerting.meetings import actions_told, meeting_lines
from alerting.minutes import (
    LONGEST_COMMENT,
    render_comment,
    render_markdown,
    transcript_markdown,
)
from processors.minutes import extract
from schemas.comments import Mark, is_own_comment, mark_line, read_mark
from schemas.meetings import Utterance
from schemas.minutes import OFFLINE, Action, Conversation, Minutes, Point, Topic
from schemas.outlets import MinutesCopy
from tests.unit.alerting.meetings import COMMENT, FULL, LINES, MARKDOWN, of


def tilde(lines: list[str]) -> list[str]:
    """No-break spaces made visible."""
    return [line.replace("\u00a0", "~") for line in lines]


def test_file_reads_as_agreed() -> None:
    """Every part, every kind of promise."""
    assert render_markdown(FULL) == MARKDOWN


def test_comment_reads_as_agreed() -> None:
    """Every part in BB codes; link and mark at the end."""
    assert render_comment(FULL, "https://portal/m/rec-1") == COMMENT
    named = COMMENT.replace(f"Клиент: {FULL.lead_id}", f"Клиент: {FULL.lead_id} (ООО «Ромашка»)")
    assert named != COMMENT
    assert render_comment(FULL, "https://portal/m/rec-1", "ООО «Ромашка»") == named


def test_a_reader_is_shown_no_trace() -> None:
    """It is for programs: the mark names the recording, which `leadpulse trace` takes as well."""
    known = of(FULL.minutes, origin="source.transcripts/1/5")
    assert render_markdown(known) == MARKDOWN
    assert render_comment(known, "https://portal/m/rec-1") == COMMENT


def test_report_lines_read_as_agreed() -> None:
    """Five lines; the link's ampersand is escaped."""
    assert (
        tilde(
            meeting_lines(
                FULL, Client("12345", "Ромашка", "https://card/12345", "https://portal/m?a=1&b={recording_id}")
            )
        )
        == LINES
    )


def test_nothing_said_is_short_and_honest() -> None:
    """Parts without anything are left out, and so are room, people and length that nobody knows."""
    empty = of(Minutes("", OFFLINE), room="", people=[], duration_ms=0)
    assert render_markdown(empty) == (
        "# Встреча 21 ноября 2026, 16:05 (мск)\n\n- Клиент: 12345\n- Тон: ровный\n- Протокол: без модели, версия 1\n"
    )
    assert render_comment(empty, "") == (
        "[b]Встреча 21 ноября 2026, 16:05 (мск)[/b]\nКлиент: 12345\nТон: ровный\nПротокол: без модели\n\n"
        "leadpulse:rec-1:v1"
    )
    assert meeting_lines(empty, Client("12345")) == [
        "<b>Клиент 12345</b>, 16:05 (без модели)",
        "Краткого итога нет.",
        "Решений и обещаний не найдено.",
    ]


@pytest.mark.parametrize(
    ("people", "line"),
    [(1, "1 участник: "), (2, "2 участника: "), (5, "5 участников: "), (11, "11 участников: "), (21, "21 участник: ")],
)
def test_people_are_counted_in_russian(people: int, line: str) -> None:
    """The word agrees with the number, and the report says how many more there are."""
    event = of(FULL.minutes, people=["Анна"] * people)
    assert f"- {line}" in render_markdown(event)
    head = meeting_lines(event, Client("12345"))[0].replace("\u00a0", " ")
    wanted = {11: " и ещё 6 участников", 21: " и ещё 16 участников"}.get(people, "Анна")
    assert head.endswith(wanted)


@pytest.mark.parametrize(
    ("decisions", "said"), [(3, None), (4, "и ещё 1 решение"), (6, "и ещё 3 решения"), (8, "и ещё 5 решений")]
)
def test_what_is_left_out_of_the_report_is_counted(decisions: int, said: str | None) -> None:
    """Three decisions are named, the rest is a number."""
    line = meeting_lines(of(Minutes("", "m", decisions=[Point("Да", "", 0)] * decisions)), Client("12345"))[2]
    assert line.count("Да") == 3
    assert line.replace("\u00a0", " ").endswith(said or "; Да")


@pytest.mark.parametrize(
    ("text", "longest", "wanted"),
    [
        ("Первое. Второе.", 15, "Первое. Второе."),
        ("Первое. Второе.", 14, "Первое."),
        ("Цена 3.5 рубля, а потом ещё больше слов", 20, "Цена 3.5 рубля, а…"),
        ("А. Очень длинное предложение без конца", 20, "А. Очень длинное…"),
        ("слово, слово", 8, "слово…"),
        ("безпробелов", 5, "безп…"),
        ("  два \n слова ", 20, "два слова"),
    ],
)
def test_cut_ends_at_a_sentence_or_a_word(text: str, longest: int, wanted: str) -> None:
    """A sentence if it leaves something, else a word; a number's point is no sentence."""
    assert cut(text, longest) == wanted


def test_long_minutes_make_a_comment_that_fits() -> None:
    """Of a list a dozen is shown, the rest is counted, no heading stands alone, link and mark are there."""
    many = [Point(f"Пункт {n} " + "слово " * 40, "", n) for n in range(60)]
    topics = [Topic("Тема", 0, 1)] * 23
    long = Minutes("Итог. " * 900, "m", decisions=many, pains=many, conflicts=many, topics=topics)
    text = render_comment(of(long), "https://portal/1")
    assert LONGEST_COMMENT - 400 < len(text) <= LONGEST_COMMENT
    lines = text.splitlines()
    shown = sum(line.startswith("• Пункт") for line in lines)
    rests = [int(line.split()[3]) for line in lines if line.startswith("… и ещё")]
    assert shown + sum(rests) == 180 + 23
    assert lines[-5].startswith("• ")
    assert read_mark(text) == Mark("rec-1", 1)


def test_topics_of_a_text_without_times_are_titles() -> None:
    """Nobody knows when they were talked about."""
    text = render_markdown(of(FULL.minutes, duration_ms=0))
    assert "- Сроки отгрузки\n" in text and "Длительность" not in text


def test_a_long_list_of_a_file_is_counted() -> None:
    """Thirty items are written, the rest is a number."""
    text = render_markdown(of(Minutes("", "m", pains=[Point(f"Боль {n}", "", n) for n in range(69)])))
    assert text.count("- Боль") == 30
    assert "- … и ещё 39 пунктов" in text.replace("\u00a0", " ")


def test_the_report_does_not_say_what_the_summary_says() -> None:
    """A decision and a promise that the summary tells are not told again; those that it does not tell are."""
    summary = (
        "Решили: «Переходим на тариф „Плюс“ с января». Ближайший срок 28 ноября: «Пришлю договор на подпись» — Анна."
    )
    told = Minutes(
        summary,
        OFFLINE,
        decisions=[Point("Переходим на тариф «Плюс» с января", "", 1), Point("Короба храним у себя", "", 2)],
        actions=[Action("Пришлю договор на подпись", "Анна", "2026-11-28", "", 3)],
    )
    lines = meeting_lines(of(told), Client("12345"))
    assert "Решили: Короба храним у себя" in lines
    assert not any(line.startswith("Обещали") for line in lines)
    assert actions_told(of(told)) == told.actions


def test_a_long_file_is_one_short_comment_and_one_message() -> None:
    """A file that says the same for an hour made 69 lines "Мы уходим" in Bitrix24 and two messages of report."""
    said = [("Клиент", "Мы уходим от вас."), ("Анна", "Я пришлю расчёт завтра."), ("Клиент", "Хорошо, жду.")] * 300
    utterances = [Utterance(i * 5000, i * 5000 + 4000, text, speaker) for i, (speaker, text) in enumerate(said)]
    minutes = extract(Conversation(utterances, started_at=FULL.ts, people=["Анна"], client=["Клиент"]))
    comment = render_comment(of(minutes), "https://portal/1")
    assert comment.count("ходим от вас") <= 2
    assert comment.count("Пришлю расчёт") <= 2
    assert len("\n".join(meeting_lines(of(minutes), Client("12345")))) < 1000


@given(st.text(min_size=1, max_size=60), st.integers(0, 999_999_999))
def test_mark_tells_the_recording(recording_id: str, version: int) -> None:
    """Whatever a recording is called, its mark is one line of ASCII and is read back."""
    mark = mark_line(recording_id, version)
    assert mark.isascii()
    assert read_mark(f"слова\r\n{mark} \r\n\n") == Mark(recording_id, version)


@pytest.mark.parametrize(
    "text",
    ["", "созвонились", "leadpulse", "leadpulse:rec-1:v", "см. leadpulse:rec-1:v1", "leadpulse:rec-1:v1\nспасибо"],
)
def test_persons_comment_is_not_ours(text: str) -> None:
    """Only a mark alone in the last line makes a comment ours."""
    assert is_own_comment(text) is None


def test_transcript_is_a_paragraph_an_utterance() -> None:
    """Time from the start of the recording, the speaker where known, words as words."""
    words = [Utterance(0, 2000, "# добрый день", "Анна*"), Utterance(3_725_000, 3_726_000, "да")]
    text = transcript_markdown(MinutesCopy(FULL, words))
    assert text.startswith("# Расшифровка: встреча 21 ноября 2026, 16:05 (мск)\n\n- Клиент: 12345\n")
    assert text.endswith("\n\n**00:00 Анна\\*:** \\# добрый день\n\n**1:02:05** да\n")


def test_a_flaw_stands_above_everything() -> None:
    """In the file, the transcript, the comment and the report: whoever reads the words sees what they are worth."""
    event = msgspec.structs.replace(FULL, flaw="распознано учебной моделью")
    mark = "⚠️ Распознано учебной моделью"
    shown = [render_markdown(event), transcript_markdown(MinutesCopy(event, [])), render_comment(event, "")]
    assert all(mark in text.splitlines()[2 if "#" in text else 1] for text in shown)
    assert meeting_lines(event, Client("12345"))[1] == mark


def test_who_spoke_how_much_is_told_where_it_is_known() -> None:
    """From two on; of many the six that spoke most."""
    assert "Говорили" not in render_markdown(of(FULL.minutes, shares={"Анна": 100}))
    told = render_markdown(of(FULL.minutes, shares={"Анна": 62, "Олег": 38}))
    assert "- Говорили: Анна 62 %, Олег 38 %\n" in told
    many = render_comment(of(FULL.minutes, shares={f"У{n}": 14 for n in range(7)}), "")
    assert "У5 14 % и другие" in many and "У6" not in many
