"""Leads that may be one client, as the portal shows them."""

from pathlib import Path
from typing import Any

import pytest

from schemas.bitrix import Double, Entity
from schemas.errors import Transient
from schemas.sources import Identity
from tests.fakes.bitrix import FakeBitrix
from tests.fakes.bitrix_crm import Fault
from tests.unit.notify.crm.test_rounds import BEFORE, MINUTE, NOON, Line

LATER = "2026-11-21T12:01:00+03:00"


def phone(value: str) -> list[dict[str, str]]:
    """As the portal writes it."""
    return [{"typeId": "PHONE", "value": value}]


def doubles(line: Line) -> dict[str, list[Double]]:
    """What was last told of each lead."""
    return {one.id: one.doubles for one in line.sent if isinstance(one, Entity) and one.kind == "lead"}


async def read(folder: Path, leads: dict[int, dict[str, Any]], *links: Identity) -> dict[str, list[Double]]:
    """A portal of these leads is read once."""
    async with FakeBitrix(per_second=1e6, burst=10**6) as fake:
        line = Line(fake, folder)
        for id_, fields in leads.items():
            fake.crm.put("lead", id_, BEFORE, **fields)
        for link in links:
            line.links.identities.apply(f"{link.kind}:{link.value}", link)
        await line.rounds.round(NOON)
        await line.close()
        return doubles(line)


async def test_by_phone_and_mail_that_both_have(tmp_path: Path) -> None:
    """Each of the two tells of the other, whichever is read last. What only looks like it is none: the portal compares
    the last digits."""
    mail = [{"typeId": "EMAIL", "value": "A@b.ru"}]
    told = await read(
        tmp_path,
        {
            10: {"fm": phone("+7 912 345-67-89") + mail, "companyId": 5},
            20: {"fm": phone("8 (912) 345-67-89"), "companyTitle": "ООО Ромашка"},
            30: {"fm": [{"typeId": "EMAIL", "value": "a@B.ru"}]},
            40: {"fm": phone("+48 912 345 678 9")},
            50: {"fm": []},
        },
    )
    key = "phone:+79123456789"
    assert told["20"] == [Double("10", [key], "5")]
    assert told["10"] == [Double("20", [key], "", "ООО Ромашка"), Double("30", ["email:a@b.ru"])]
    assert told["30"] == [Double("10", ["email:a@b.ru"], "5")]
    assert told["40"] == told["50"] == []


async def test_by_the_company_or_contact_behind_both(tmp_path: Path) -> None:
    """A client who comes again has a new lead and the old company; 0 is nobody."""
    told = await read(
        tmp_path,
        {
            1: {"companyId": 5, "contactId": 0},
            2: {"companyId": 5, "contactId": 6},
            3: {"contactId": 6},
            4: {"companyId": 0},
        },
    )
    assert told["3"] == [Double("2", ["b24_contact:6"], "5")]
    assert told["2"] == [Double("1", ["b24_company:5"], "5"), Double("3", ["b24_contact:6"])]
    assert told["4"] == []


async def test_a_lead_that_the_portal_merged_into_another(tmp_path: Path) -> None:
    """It is gone, and what was linked to it is another's now. A phone that a lead has no more says nothing."""
    links = (Identity("phone", "+79123456789", "10"), Identity("phone", "+79160000000", "11"))
    told = await read(
        tmp_path, {20: {"fm": phone("89123456789") + phone("+79160000000")}, 11: {"fm": phone("+79161111111")}}, *links
    )
    assert told["20"] == [Double("10", ["phone:+79123456789"], gone=True)]


async def test_only_changed_leads_are_asked_about(tmp_path: Path) -> None:
    """And a portal that is away in between tells them again."""
    async with FakeBitrix(per_second=1e6, burst=10**6) as fake:
        line = Line(fake, tmp_path)
        for id_ in range(1, 131):
            fake.crm.put("lead", id_, BEFORE, fm=phone(f"+7912{id_:07}"))
        fake.faults.append(Fault("500", "batch"))
        with pytest.raises(Transient):
            await line.rounds.round(NOON)
        assert doubles(line) == {}
        await line.rounds.round(NOON)
        assert len(doubles(line)) == 130
        assert fake.calls["batch:crm.duplicate.findbycomm"] == 130
        line.sent.clear()
        fake.crm.put("lead", 7, LATER, fm=phone("+79120000008"))
        await line.rounds.round(NOON + 5 * MINUTE)
        assert doubles(line) == {"7": [Double("8", ["phone:+79120000008"])]}
        assert fake.calls["batch:crm.duplicate.findbycomm"] == 131
        await line.close()


async def test_by_the_inn_of_two_companies(tmp_path: Path) -> None:
    """A firm that was entered twice: the link of the first lead finds it. INNs are of companies and of contacts; one
    with wrong check digits is none."""
    async with FakeBitrix(per_second=1e6, burst=10**6) as fake:
        line = Line(fake, tmp_path)
        fake.crm.requisites = [("company", 5, "7707083893"), ("company", 6, "7707083893"), ("contact", 7, "123")]
        fake.crm.put("company", 5, BEFORE, title="ООО Ромашка")
        fake.crm.put("company", 6, BEFORE, title="Ромашка")
        fake.crm.put("contact", 7, BEFORE, name="Иван")
        fake.crm.put("lead", 10, BEFORE, companyId=5)
        fake.crm.put("lead", 20, BEFORE, companyId=6, contactId=7)
        line.links.identities.apply("inn:7707083893", Identity("inn", "7707083893", "10"))
        await line.rounds.round(NOON)
        await line.close()
        assert doubles(line)["20"] == [Double("10", ["inn:7707083893"], "5")]
        told = next(one for one in line.sent if isinstance(one, Entity) and one.kind == "lead" and one.id == "10")
        assert ("inn", "7707083893") in told.contacts
