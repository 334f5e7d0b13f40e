"""Keys of our processes: for their owner only, made once, replaced with an overlap; a revoked one stays revoked."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from schemas.command_defs import SigningKey
from schemas.errors import ConfigError, Transient
from streams.engine.signing_keys import (
    EVERY,
    OVERLAP_MS,
    SKEW_MS,
    SigningKeyPair,
    declared,
    ensure,
    file_of,
    known_keys,
    load_key,
    made_key,
    renew,
    revoke,
    unusable,
)
from tests.installation import Installation

NOW = 1_795_244_400_000


def public(key: SigningKeyPair) -> SigningKey:
    """As it stands on the topic."""
    return declared(key, {}, NOW)[0]


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """Of many at once one wins; the private part is never shown, and nothing but the file lies in the folder."""
    folder = tmp_path / "keys"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: made_key(folder, "agent"), range(8)))
    (key,) = made
    assert load_key(folder, "agent") == key and key.private not in repr(key)
    assert [path.name for path in folder.iterdir()] == ["agent.key"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file_of(folder, "agent").stat().st_mode) == 0o600
    assert made_key(folder, "web").key_id != key.key_id


def test_what_is_no_key_is_told_in_words(tmp_path: Path) -> None:
    """No file, a file for everybody, a file of something else, a folder that cannot be made."""
    with pytest.raises(ConfigError, match=r"нет ключа подписи .*agent\.key: leadpulse keys new agent"):
        load_key(tmp_path, "agent")
    path = file_of(tmp_path, "agent")
    made_key(tmp_path, "agent")
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="могут читать посторонние"):
        load_key(tmp_path, "agent")
    for nonsense in ("", "not a key", "AAAA", "Ё"):
        path.write_text(nonsense)
        path.chmod(0o600)
        with pytest.raises(ConfigError, match="это не ключ подписи"):
            load_key(tmp_path, "agent")
    with pytest.raises(ConfigError, match=r"commands\.keys"):
        made_key(path, "agent")


def test_a_worker_says_why_its_key_does_not_count(tmp_path: Path) -> None:
    """Undeclared, another's, revoked, out of its time; in its time all is well."""
    assert "нет ключа" in unusable(tmp_path, "agent", {}, NOW)
    key = made_key(tmp_path, "agent")
    own = public(key)
    assert "никому не объявлен" in unusable(tmp_path, "agent", {}, NOW)
    assert "никому не объявлен" in unusable(tmp_path, "agent", {key.key_id: replace(own, who="web")}, NOW)
    assert "отозван" in unusable(tmp_path, "agent", {key.key_id: replace(own, revoked_at=1)}, NOW)
    former = {key.key_id: replace(own, until=NOW)}
    assert "его срок вышел" in unusable(tmp_path, "agent", former, NOW + 1)
    assert not unusable(tmp_path, "agent", former, NOW) and not unusable(tmp_path, "agent", {key.key_id: own}, NOW)


def test_a_new_key_ends_the_former_ones_of_its_own(tmp_path: Path) -> None:
    """Seven days later; another's, an ended and a revoked one stay as they are."""
    old, other, new = (
        made_key(tmp_path / "a", "agent"),
        made_key(tmp_path / "b", "web"),
        made_key(tmp_path / "c", "agent"),
    )
    ended = replace(public(old), key_id="ended", until=5)
    revoked = replace(public(old), key_id="revoked", revoked_at=5)
    known = {key.key_id: key for key in (public(old), public(other), ended, revoked)}
    assert declared(new, known, NOW) == [
        SigningKey(key_id=new.key_id, who="agent", public=new.public, since=NOW - SKEW_MS),
        replace(public(old), until=NOW + OVERLAP_MS),
    ]


async def test_keys_on_the_topic(bootstrap: str, tmp_path: Path) -> None:
    """Made and declared once however often; renewed with an overlap; a revoked one stays revoked; a failed renewal
    leaves the file as it was."""
    async with Installation(bootstrap, tmp_path) as installation:
        kafka, folder = installation.settings.kafka, tmp_path / "keys"
        await ensure(kafka, folder, NOW)
        first = await known_keys(kafka)
        assert sorted(key.who for key in first.values()) == sorted(EVERY)
        await ensure(kafka, folder, NOW + 5)
        assert await known_keys(kafka) == first
        former = load_key(folder, "agent")
        key, ended = await renew(kafka, folder, "agent", NOW + 10)
        assert load_key(folder, "agent") == key and [one.key_id for one in ended] == [former.key_id]
        assert (await known_keys(kafka))[former.key_id].until == NOW + 10 + OVERLAP_MS
        await revoke(kafka, (await known_keys(kafka))[key.key_id], NOW + 20)
        await ensure(kafka, folder, NOW + 30)
        known = await known_keys(kafka)
        assert known[key.key_id].revoked_at == NOW + 20 and len(known) == len(EVERY) + 1
        assert "отозван" in unusable(folder, "agent", known, NOW + 40)
    away = kafka.model_copy(update={"bootstrap": "127.0.0.1:1"})
    with pytest.raises(Transient, match="cannot read"):
        await renew(away, folder, "agent", NOW)
    assert load_key(folder, "agent") == key
    assert {path.name for path in folder.iterdir()} == {f"{who}.key" for who in EVERY}
