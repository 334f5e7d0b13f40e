"""Spoilt payloads at every entrance, and good ones between them. `tests/proof` has the full count."""

import logging

import pytest

from tests.unit.gateway.fuzz import ENTRANCES, SECRETS, run


async def test_spoilt_payloads_are_answered_and_good_ones_kept(caplog: pytest.LogCaptureFixture) -> None:
    """No 500; 200 exactly where there is a record, which the normaliser bears; no log names a token."""
    caplog.set_level(logging.DEBUG)
    answered = await run(1500, seed=12)
    assert {f"{name} 200" for name in ENTRANCES} <= answered.keys()
    assert not [secret for secret in SECRETS if secret in caplog.text]
