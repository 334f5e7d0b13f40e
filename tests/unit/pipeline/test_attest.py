"""Buttons of Telegram on their way into the log of commands."""

import dataclasses
from pathlib import Path

import pytest
from msgspec.structs import replace

from processors.commands.attesting import unattested
from schemas.command_defs import SigningKey
from schemas.commands import Approval, Refusal
from streams.engine.signing_keys import made_key
from streams.pipeline.attest import Attest
from tests.unit.processors.commands.office import NOON, button, world


@pytest.mark.parametrize("kind", [Approval, Refusal])
def test_a_press_is_attested_with_the_key_of_who_hears_it(kind: type[Approval | Refusal], tmp_path: Path) -> None:
    """The fold believes it by the declared key; a new key of the folder counts at once; without one the press goes on
    as it is, and the fold does not believe it."""
    said, attest = kind(digest="0" * 20, at=NOON, button=button(11)), Attest(tmp_path)
    assert attest(said) == said and unattested(said, NOON, world())
    key = made_key(tmp_path, "pipeline")
    signed = attest(said)
    known = {key.key_id: SigningKey(key_id=key.key_id, who="pipeline", public=key.public, since=0)}
    assert replace(signed, key_id="", sig="") == said
    assert not unattested(signed, NOON, dataclasses.replace(world(), keys=known))
