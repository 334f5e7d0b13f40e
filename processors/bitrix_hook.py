"""What an outgoing webhook of Bitrix24 says: a form whose names differ in shape and letter case from event to event.

`data[FIELDS][ID]` in most, `data[ID]` for comments of the timeline, a flat `data` for calls (b24restdocs,
`api-reference/events`). Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from schemas.bitrix import Hook, Kind
from schemas.codec import Codec, Rejected

MOST_FIELDS: Final = 500
"""Of one form: Bitrix sends a dozen, and a form of thousands is nobody's."""
LONGEST_NAME: Final = 200
"""Characters of a field's name, ten times the longest of the portal's. Whoever posts is not proven yet, and a tree in
JSON that is flattened without a bound makes gigabytes of names out of one megabyte."""
TOKEN: Final = "auth[application_token]"

_EVENT = re.compile(r"ONCRM(LEAD|DEAL|CONTACT|COMPANY|ACTIVITY|TIMELINECOMMENT)(ADD|UPDATE|DELETE)")
_KINDS: Final[dict[str, Kind]] = {
    "LEAD": "lead",
    "DEAL": "deal",
    "CONTACT": "contact",
    "COMPANY": "company",
    "ACTIVITY": "activity",
    "TIMELINECOMMENT": "comment",
}
_IDS: Final = ("data[fields][id]", "data[id]", "data[fields_after][id]", "data[fields_before][id]")
_CALL_END: Final = "ONVOXIMPLANTCALLEND"
_OBJECT: Codec[dict[str, object]] = Codec(dict[str, object])


def form_of(body: bytes) -> dict[str, str] | Rejected:
    """The fields of a body, a form or JSON, by their names in lower case."""
    if body.lstrip()[:1] == b"{":
        tree = _OBJECT.decode(body)
        return tree if isinstance(tree, Rejected) else _few(_flat("", tree))
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:  # not UTF-8, or too many fields; its text may hold a part of the body
        return Rejected("the body is no form")
    return _few((name.lower(), value) for name, value in pairs)


def hook_of(form: Mapping[str, str]) -> Hook | Rejected:
    """What is said, without all that stands under `auth`."""
    event = form.get("event", "").strip().upper()
    if not event:
        return Rejected("the form has no event")
    fields = {name: value for name, value in form.items() if not name.startswith("auth")}
    if event == _CALL_END:
        return _about(Hook(event, fields), "activity", form.get("data[crm_activity_id]", ""))
    found = _EVENT.fullmatch(event)
    if found is None:
        return Hook(event, fields)
    id_ = next((form[name] for name in _IDS if form.get(name)), "")
    return _about(Hook(event, fields, gone=found[2] == "DELETE"), _KINDS[found[1]], id_)


def _about(hook: Hook, kind: Kind, id_: str) -> Hook:
    """An id that is none (a call without an activity has 0) leaves the hook about nothing."""
    if not (id_.isascii() and id_.isdigit() and len(id_) <= 12 and int(id_)):
        return hook
    return msgspec.structs.replace(hook, kind=kind, id=str(int(id_)))


def _few(fields: Iterable[tuple[str, str]]) -> dict[str, str] | Rejected:
    """The form, read no further than a portal's would go."""
    form: dict[str, str] = {}
    for name, value in fields:
        form[name] = value
        if len(name) > LONGEST_NAME or len(form) > MOST_FIELDS:
            return Rejected("the body has too many fields, or too long names")
    return form


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    """A tree as a form spells it: `data[fields][id]`. What has too long a name is not looked into."""
    if len(name) > LONGEST_NAME:
        yield name, ""
        return
    match value:
        case dict():
            for key, inner in value.items():
                yield from _flat(f"{name}[{key}]".lower() if name else str(key).lower(), inner)
        case list():
            for index, inner in enumerate(value):
                yield from _flat(f"{name}[{index}]", inner)
        case None:
            yield name, ""
        case _:
            yield name, str(value)
