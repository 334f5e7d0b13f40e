"""What a log line may say, and that every line of ours says only that."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.engine.discreet import GONE, IDS, TEXTS, WORDS, field, text, trace

STREAMS = Path(__file__).parents[3] / "streams"
PERSONS = ("Иванов Пётр", "+7 916 123-45-67", "8 (916) 1234567", "89161234567", "ivan.petrov@mail.ru", "@petrov_sklad")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Invalid enum value 'Иванов' - at `$.kind`", f"Invalid enum value '{GONE}' - at `$.kind`"),
        ("ValueError(\"invalid literal: '+7916'\")", f'ValueError("{GONE}")'),
        ("could not convert b'\\xd0\\x98'", f"could not convert b'{GONE}'"),
        ("нет файла «/srv/recordings», чата «Ромашка ООО»", f"нет файла «/srv/recordings», чата «{GONE}»"),
        ("cut off in a quotation: 'Иванов и", f"cut off in a quotation: '{GONE}"),
        ("we can't read the users' list", "we can't read the users' list"),
        ("TopicPartition(topic='lead.events', partition=3)", "TopicPartition(topic='lead.events', partition=3)"),
        (
            "ClickHouse: Code: 27. DB::Exception: Cannot parse input: Иванов",
            f"ClickHouse: Code: 27. DB::Exception: Cannot parse input{GONE}",
        ),
        ("offset 1234567890123 of -1001234567890, port 19092", "offset 1234567890123 of -1001234567890, port 19092"),
        (
            "http://127.0.0.1:8081 не отвечает (2026-11-29 06:25)",
            "http://127.0.0.1:8081 не отвечает (2026-11-29 06:25)",
        ),
    ],
)
def test_a_text_keeps_what_is_ours(said: str, left: str) -> None:
    """Topics, paths, fields and figures stay; what is quoted beyond one plain word goes, to the end of a cut text."""
    assert text(said) == left


@pytest.mark.parametrize("person", PERSONS[1:])
@pytest.mark.parametrize("around", ["{}", "не отправлено: {} не принимает", "to={}", "('{}', 5)", "<{}>"])
def test_addresses_and_numbers_of_people_go_without_quotes_too(person: str, around: str) -> None:
    """Wherever they stand."""
    assert person not in text(around.format(person))


@given(st.text(), st.text(alphabet="abc '\"«»`\\\n"))
@example("\"'", "")
def test_what_is_quoted_never_stays_if_it_is_more_than_a_word(before: str, after: str) -> None:
    """Whatever stands beside it, as Python quotes it; also where the text is cut off behind the planted word."""
    quoted = f"value {before + ' Иванов ' + after!r} of $.name"
    assert "Иванов" not in text(quoted)
    assert "Иванов" not in text(quoted[: quoted.index("Иванов") + 6])


@pytest.mark.parametrize("person", PERSONS)
def test_a_traceback_says_where_and_not_what(person: str) -> None:
    """Of every fault in the chain and in a group."""
    try:
        try:
            raise KeyError(person)
        except KeyError as first:
            raise ExceptionGroup(repr(person), [ValueError(f"«{person}»")]) from first
    except ExceptionGroup as group:
        told = trace(group)
    assert person not in told
    assert [word for word in ("KeyError", "ValueError", "ExceptionGroup", __file__) if word not in told] == []


def test_a_field_that_nobody_thought_of_is_not_said() -> None:
    """Numbers are: nobody's words are a number. An id with a part of others is said where it is a plain word."""
    assert (field("key", "room:8f2a"), field("key", "room:Иванов Пётр"), field("call", "+79161234567")) == (
        "room:8f2a",
        GONE,
        GONE,
    )
    assert (field("client_name", "Иванов"), field("client_name", 5), field("topic", "wms")) == (GONE, 5, "wms")


def fields() -> Iterator[tuple[str, str]]:
    """Where, and each name of a field that a log line of ours is given in a dict."""
    for path in STREAMS.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            for given_ in [keyword.value for keyword in call.keywords if keyword.arg == "extra"]:
                for part in ast.walk(given_):
                    if isinstance(part, ast.Dict):
                        yield from (
                            (f"{path.name}:{call.lineno}", str(k.value))
                            for k in part.keys
                            if isinstance(k, ast.Constant)
                        )


def test_every_field_of_ours_is_on_a_list() -> None:
    """And none is on both; a name that no line uses any more goes from the lists."""
    used = {name: where for where, name in fields()}
    assert {name: where for name, where in used.items() if name not in IDS | TEXTS | WORDS} == {}
    assert not IDS & TEXTS and not (IDS | TEXTS) & WORDS
