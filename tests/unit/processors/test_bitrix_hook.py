"""Outgoing webhooks of Bitrix24, whose shapes differ from event to event."""

import tracemalloc
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.bitrix_hook import MOST_FIELDS, form_of, hook_of
from schemas.bitrix import Hook
from schemas.codec import Rejected

AUTH = {"auth[domain]": "example.bitrix24.ru", "auth[application_token]": "s3cret"}


def read(fields: dict[str, str]) -> Hook:
    """A form as the portal posts it."""
    form = form_of(urlencode(fields | AUTH).encode())
    assert not isinstance(form, Rejected)
    hook = hook_of(form)
    assert isinstance(hook, Hook)
    return hook


@pytest.mark.parametrize(
    ("fields", "kind", "id_", "gone"),
    [
        ({"event": "ONCRMLEADADD", "data[FIELDS][ID]": "12"}, "lead", "12", False),
        ({"event": "OnCrmLeadUpdate", "data[fields][id]": "12"}, "lead", "12", False),
        ({"EVENT": "ONCRMDEALDELETE", "DATA[FIELDS][ID]": "7"}, "deal", "7", True),
        ({"event": "ONCRMCONTACTUPDATE", "data[FIELDS][ID]": "7"}, "contact", "7", False),
        ({"event": "ONCRMCOMPANYADD", "data[FIELDS][ID]": "7"}, "company", "7", False),
        ({"event": "ONCRMACTIVITYADD", "data[FIELDS][ID]": "7"}, "activity", "7", False),
        ({"event": "ONCRMTIMELINECOMMENTADD", "data[ID]": "5"}, "comment", "5", False),
        ({"event": "ONCRMTIMELINECOMMENTUPDATE", "data[FIELDS][ID]": "5"}, "comment", "5", False),
        ({"event": "ONVOXIMPLANTCALLEND", "data[CALL_ID]": "x", "data[CRM_ACTIVITY_ID]": "9"}, "activity", "9", False),
        ({"event": "ONVOXIMPLANTCALLEND", "data[CALL_ID]": "x", "data[CRM_ACTIVITY_ID]": "0"}, "", "", False),
        ({"event": "ONCRMDYNAMICITEMADD_147", "data[FIELDS][ID]": "9"}, "", "", False),
        ({"event": "ONCRMLEADADD", "data[FIELDS][ID]": "-1 or 1"}, "", "", False),
    ],
)
def test_every_shape(fields: dict[str, str], kind: str, id_: str, gone: bool) -> None:
    """Which object it is about, in whatever spelling."""
    hook = read(fields)
    assert (hook.kind, hook.id, hook.gone) == (kind, id_, gone)
    assert "s3cret" not in repr(hook)


def test_json_is_read_as_a_form() -> None:
    """A rule of automation may post JSON."""
    body = b'{"event":"ONCRMLEADADD","data":{"FIELDS":{"ID":12}},"auth":{"application_token":"s3cret"}}'
    form = form_of(body)
    assert not isinstance(form, Rejected)
    assert form["auth[application_token]"] == "s3cret"
    assert hook_of(form) == Hook("ONCRMLEADADD", {"event": "ONCRMLEADADD", "data[fields][id]": "12"}, "lead", "12")


@given(st.binary(max_size=300) | st.builds(lambda tail: b"event=ONCRMLEADADD&" + tail, st.binary(max_size=100)))
def test_anything_else_is_refused_or_read(body: bytes) -> None:
    """No body raises."""
    form = form_of(body)
    if not isinstance(form, Rejected):
        hook_of(form)


def test_a_form_of_thousands_of_fields_is_nobodys() -> None:
    """It would be parsed for long."""
    assert isinstance(form_of(b"&".join(b"a%d=1" % n for n in range(MOST_FIELDS + 1))), Rejected)
    assert isinstance(form_of(b'{"a":[' + b",".join([b"1"] * (MOST_FIELDS + 1)) + b"]}"), Rejected)


@pytest.mark.parametrize(
    "body",
    [
        b'{"' + b"k" * 20_000 + b'":[' + b",".join([b"1"] * 20_000) + b"]}",
        b'{"a":' + (b'{"' + b"k" * 500 + b'":') * 900 + b"1" + b"}" * 901,
        b"&".join(b"%d%s=1" % (n, b"k" * 3000) for n in range(MOST_FIELDS)),
    ],
)
def test_a_small_body_makes_no_large_form(body: bytes) -> None:
    """It is read before its sender is proven; flattened without a bound, the first would be 400 MB of names."""
    tracemalloc.start()
    try:
        assert isinstance(form_of(body), Rejected)
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()
