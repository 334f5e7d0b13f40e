"""Bitrix24's objects as `source.bitrix` carries them: the fields that matter here, in the portal's names."""

import re
from datetime import datetime
from html import unescape
from typing import Final

import msgspec

from schemas.cards import LONGEST
from schemas.types import Millis

Id = int | str | None
Text = str | int | float | None


class Multi(msgspec.Struct, frozen=True, rename="camel"):
    """A phone or a mail of an object."""

    type_id: str = ""
    value: str = ""


class Item(msgspec.Struct, frozen=True, rename="camel"):
    """A lead, deal, contact or company (`crm.item.*`)."""

    updated_time: str
    created_time: str = ""
    title: str | None = None
    name: str | None = None
    last_name: str | None = None
    company_title: str | None = None
    lead_id: Id = None
    contact_id: Id = None
    company_id: Id = None
    stage_id: Text = None
    opportunity: Text = None
    currency_id: Text = None
    source_id: Text = None
    assigned_by_id: Id = None
    closed: str | bool | None = None
    post: str | None = None
    fm: list[Multi] | dict[str, Multi] | None = None

    def person(self) -> str:
        """Name and surname; empty where there are none."""
        return " ".join(filter(None, (self.name, self.last_name))).strip()

    def full_name(self) -> str:
        """As `person`, where both are known: a first name alone tells nobody from another."""
        return self.person() if self.name and self.last_name else ""

    def who(self) -> dict[str, str]:
        """Whom it names, and what he does; what is empty is left out."""
        told = {"person": self.full_name(), "post": (self.post or "").strip()}
        return {name: value[:LONGEST] for name, value in told.items() if value}

    def contacts(self) -> list[tuple[str, str]]:
        """Kind as in `processors.contact` and value of each phone and mail."""
        multi = self.fm.values() if isinstance(self.fm, dict) else self.fm or ()
        return [(CONTACTS[one.type_id], one.value) for one in multi if one.type_id in CONTACTS and one.value]


CONTACTS: Final = {"PHONE": "phone", "EMAIL": "email"}


class Activity(msgspec.Struct, frozen=True):
    """A call, a mail, a meeting (`crm.activity.*`); ids are strings of digits. `FROM`: who wrote the mail, as its head
    says (the portal has it in `SETTINGS.EMAIL_META`). `TRANSCRIPT`: of a call, what was said in it."""

    OWNER_TYPE_ID: Id = None
    OWNER_ID: Id = None
    TYPE_ID: Id = None
    DIRECTION: Id = None
    SUBJECT: str | None = None
    DESCRIPTION: str | None = None
    COMPLETED: str | bool | None = None
    CREATED: str | None = None
    START_TIME: str | None = None
    END_TIME: str | None = None
    LAST_UPDATED: str | None = None
    FROM: str | None = None
    TRANSCRIPT: str | None = None


class Comment(msgspec.Struct, frozen=True):
    """A comment in a timeline (`crm.timeline.comment.get`). `ENTITY_TYPE` is `lead`, `deal`, `contact`, `company`."""

    ENTITY_TYPE: str
    ENTITY_ID: Id
    CREATED: str
    COMMENT: str = ""
    AUTHOR_ID: Id = None


class User(msgspec.Struct, frozen=True):
    """A user of the portal (`user.get`). `TELEGRAM`: number of his account, from the field that the settings name."""

    ID: Id
    NAME: str | None = None
    LAST_NAME: str | None = None
    ACTIVE: bool | str | None = True
    EMAIL: str | None = None
    PERSONAL_MOBILE: str | None = None
    PERSONAL_PHONE: str | None = None
    WORK_PHONE: str | None = None
    USER_TYPE: str | None = None
    UF_DEPARTMENT: list[Id] | bool | str | None = None
    TELEGRAM: Text = None

    @property
    def ours(self) -> bool:
        """Whether he works with us: guests of the portal (extranet) belong to no department and are often clients."""
        active = self.ACTIVE in (True, "Y", "true", "1", None)
        return active and (self.USER_TYPE == "employee" if self.USER_TYPE else bool(self.UF_DEPARTMENT))

    def contacts(self) -> list[tuple[str, str]]:
        """Kind as in `processors.contact` and value of what is his."""
        phones = (self.PERSONAL_MOBILE, self.PERSONAL_PHONE, self.WORK_PHONE)
        told = [("phone", phone) for phone in phones] + [("email", self.EMAIL), ("tg_user", str(self.TELEGRAM or ""))]
        return [(kind, value) for kind, value in told if value]


OWNERS: Final = {"1": "lead", "2": "deal", "3": "contact", "4": "company"}
"""`OWNER_TYPE_ID` and `entityTypeId` of what a client may be behind."""

_ID = re.compile(r"0*([1-9][0-9]{0,18})")
"""Of any length it would be `int`'s, which refuses more than 4300 digits; the portal's are 64 bits."""

_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>")
_UNSEEN = re.compile(r"(?is)<(style|script|head)\b.*?</\1\s*>|<!--.*?-->")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_NO_CHARACTER = re.compile(r"&#[0-9]{20,};?")
"""`unescape` says the same of them, but raises ValueError for more than 4300 digits."""


def id_of(value: Id) -> str:
    """Digits of an id; empty where there is none (null, 0)."""
    found = _ID.fullmatch(str(value if value is not None else "").strip())
    return found[1] if found else ""


def millis(text: str | None) -> Millis | None:
    """ISO 8601 with a zone to ms UTC; None where it is no time."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    found = round(at.timestamp() * 1000) if at.tzinfo is not None else -1
    return found if 0 < found <= 4_102_444_800_000 else None


def words(text: str | None) -> str:
    """The words of a description, which may be HTML, line by line."""
    plain = _TAG.sub("", _BREAK.sub("\n", _UNSEEN.sub("", text or "")))
    lines = (" ".join(line.split()) for line in unescape(_NO_CHARACTER.sub("\ufffd", plain)).splitlines())
    return "\n".join(filter(None, lines))
