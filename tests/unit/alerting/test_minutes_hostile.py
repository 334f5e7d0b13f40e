"""Words in minutes that would be markup, headings, marks or far too long: they stay words, in all three texts."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.clients import Client
from alerting.meetings import meeting_lines
from alerting.minutes import render_comment, render_markdown
from schemas.comments import Mark, is_own_comment, read_mark
from schemas.minutes import Action, Fact, MeetingMinutes, Minutes, Point, Topic
from tests.fakes.botapi import parse_html
from tests.unit.alerting.meetings import of

HOSTILE = [
    "<script>alert(1)</script>",
    "</b><a href='https://evil'>жми</a>",
    "[url=https://evil]жми[/url] [b]",
    "**жирно** _курсив_ `код` [жми](https://evil) ![x](https://evil/x.png)",
    "# заголовок",
    "- [x] сделано",
    "1. пункт",
    "> цитата",
    "---",
    "строка\n# вторая\n\n- третья\nleadpulse:other:v9",
    "<!-- leadpulse:end rec-1 -->",
    "&lt;b&gt; &amp; &#91;b&#93;",
    "\u202eсправа налево\u0000\u2028",
    "😀 leadpulse:other:v9",
    "\\",
]


def hostile(words: str) -> MeetingMinutes:
    """These words in every place that others fill."""
    point = Point(words, words + "!?", 0)
    minutes = Minutes(
        words,
        words,
        topics=[Topic(words, 0, 1)],
        decisions=[point],
        actions=[Action(words, words, words, words + "!?", 0)],
        pains=[point],
        facts=[Fact("where", words, words + "!?", 0)],
    )
    return of(minutes, people=[words], room=words)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(words: str) -> None:
    """No tag, no code, no heading, box, line or mark comes from them, in any of the three texts."""
    event = hostile(words)
    file, harmless = render_markdown(event), render_markdown(hostile("слово"))
    assert len(file.splitlines()) == len(harmless.splitlines())
    assert [line for line in file.splitlines() if line.startswith("#")] == [
        line for line in harmless.splitlines() if line.startswith("#")
    ]
    assert file.count("- [ ] ") == 1
    plain = re.sub(r"\\[\\`*_\[\]<~&#>+=.)-]", "·", file.replace("- [ ] ", "- "))  # what is escaped is no syntax
    assert not re.search(r"[\\`*_\[\]~<]|&[#\w]+;|^- ([#>+=-]|\d+[.)] )", plain, flags=re.MULTILINE)
    comment = render_comment(event, "")
    assert "[" not in re.sub(r"^\[b\][^\[\]]+\[/b\]$", "", comment, flags=re.MULTILINE)
    assert not re.search(r"<[a-zA-Z/!]", comment)
    assert max(comment) <= "\uffff"
    assert read_mark(comment) == Mark("rec-1", 1)
    for line in meeting_lines(event, Client("12345")):
        parse_html(line)
        assert set(re.findall(r"</?[a-z]+", line)) <= {"<b", "</b"}


@given(st.text(max_size=300))
def test_any_words_keep_the_form(words: str) -> None:
    """Telegram can parse every line, the comment fits and is ours, the file has the lines it should."""
    event = hostile(words)
    for line in meeting_lines(event, Client("12345", card="https://portal/1")):
        parse_html(line)
        assert len(line) < 4000
    assert 2 <= len(meeting_lines(event, Client("12345"))) <= 5  # two where the summary tells all the items
    assert is_own_comment(render_comment(event, "")) == "rec-1"
    assert not any(line.startswith(("<", "leadpulse")) for line in render_markdown(event).splitlines())


def test_longest_lines_fit_a_message() -> None:
    """Words that grow when they are escaped, in all places."""
    words = "&" * 5000
    point = Point(words, "", 0)
    minutes = Minutes(words, "m", decisions=[point] * 9, actions=[Action(words, words, words, "", 0)] * 9)
    worst = of(msgspec.structs.replace(minutes, conflicts=[point] * 9), people=[words] * 9)
    assert max(map(len, meeting_lines(worst, Client("12345")))) < 4000
