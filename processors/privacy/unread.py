"""Whom a record names that nobody can read: an erasure must not be undone by what is sent again broken. Pure.

Its meaning is not known, so whatever stands in it and could be a name is asked for: texts and numbers of its JSON, and
numbers inside them. It is better to forget the words of another's broken record than to keep those of who was erased.
"""

import re
from collections.abc import Iterator
from typing import Final

from processors.contact import KINDS, normal
from processors.privacy.erasing import LEAST_NAME, Denied

_LEAD: Final = re.compile(r'(?:"lead_id"\s*:\s*"?|\blead-)(\d{1,20})')
_NAME: Final = re.compile(r'"((?:[^"\\]|\\.){6,200})"|(-?\d{6,20})|([^\s"<>,;]{1,64}@[^\s"<>,;]{3,190})')
_ESCAPED: Final = re.compile(r"\\u([0-9a-cA-Ce-fE-F][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2})")
LONGEST: Final = 1 << 20
"""Characters that are looked at."""


def names_denied(payload: bytes, denied: Denied) -> bool:
    """Whether it names an erased client, by his lead or any name that led to him, or an erased person of a client."""
    if not denied.erasures:
        return False
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), payload.decode(errors="replace")[:LONGEST])
    if any(denied.lead(found[1]) for found in _LEAD.finditer(text)):
        return True
    if any(denied.knows(ref) for ref in _refs(text)):
        return True
    return any(part.text(text) != text for part in denied.parts())


def _refs(text: str) -> Iterator[str]:
    seen: set[str] = set()
    for found in _NAME.finditer(text):
        for value in {found[0].strip('"'), *_NUMBERS.findall(found[0])} - seen:
            seen.add(value)
            if len(value) >= LEAST_NAME:
                yield from (f"{kind}:{normal(kind, value) or value}" for kind in KINDS)


_NUMBERS: Final = re.compile(r"-?\d{6,20}")
