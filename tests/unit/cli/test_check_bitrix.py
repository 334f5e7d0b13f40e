"""What `check` says of reading Bitrix24."""

import asyncio

from pydantic import SecretStr

from streams.cli.check_outlets import bitrix_faults
from streams.settings import Bitrix, Gateway, Settings
from tests.fakes.bitrix import FakeBitrix


def settings(webhook: str, token: str | None = "t") -> Settings:
    """A portal that is to be read."""
    gateway = Gateway(bitrix_token=None if token is None else SecretStr(token))
    return Settings(bitrix=Bitrix(webhook=SecretStr(webhook), read=True), gateway=gateway)


async def test_missing_rights_are_named_by_method() -> None:
    """One batch asks for all of them; a portal that shows all has no fault."""
    async with FakeBitrix({"1"}) as fake:
        assert await asyncio.to_thread(bitrix_faults, settings(fake.webhook)) == []
        fake.crm.missing = {"user.get"}
        [fault] = await asyncio.to_thread(bitrix_faults, settings(fake.webhook))
        assert fault == "вебхуку Битрикс24 недоступны методы user.get: дайте ему права user"
        fake.crm.missing = {"crm.activity.list", "crm.item.get"}
        [fault] = await asyncio.to_thread(bitrix_faults, settings(fake.webhook))
        assert "crm.item.get, crm.activity.list" in fault
        assert fault.endswith("права crm")
        fake.crm.missing = {"crm.duplicate.findbycomm"}
        [fault] = await asyncio.to_thread(bitrix_faults, settings(fake.webhook))
        assert fault == "вебхуку Битрикс24 недоступны методы crm.duplicate.findbycomm: дайте ему права crm"
        fake.crm.missing = {"disk.file.get", "voximplant.statistic.get", "user.get"}
        [fault] = await asyncio.to_thread(bitrix_faults, settings(fake.webhook))
        assert fault.endswith("права user, telephony, disk")
        off = settings(fake.webhook)
        off = off.model_copy(update={"bitrix": off.bitrix.model_copy(update={"calls": False})})
        [fault] = await asyncio.to_thread(bitrix_faults, off)
        assert fault.endswith("методы user.get: дайте ему права user")


async def test_a_hook_that_nobody_may_post_is_told() -> None:
    """Without the token all comes late."""
    async with FakeBitrix({"1"}) as fake:
        [fault] = await asyncio.to_thread(bitrix_faults, settings(fake.webhook, None))
        assert fault.startswith("gateway.bitrix_token")


def test_reading_without_a_webhook_is_a_fault() -> None:
    """There is nothing to read with."""
    assert bitrix_faults(settings("")) == ["bitrix.webhook: не указан, а bitrix.read включено"]
