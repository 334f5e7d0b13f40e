"""Keys of devices: what a browser sends back counts once, for its own browser, purpose, origin and user."""

import pytest
from msgspec.structs import replace

from schemas.people import Passkey
from streams.engine.command_world import origin_of
from streams.settings import Settings, Site
from streams.web.faults import Wrong
from streams.web.passkeys import MOST_KEYS, Passkeys
from streams.web.words import BY_KEY
from tests.unit.web.page import NOW, page

KEY = Passkey(credential="AAAA", public_key="AAAA", name="Chrome", made=NOW)


def test_keys_belong_to_the_name_of_the_page() -> None:
    """The public one; without it localhost, which browsers take without HTTPS."""
    assert origin_of(Settings()) == "http://localhost:8082"
    assert origin_of(Settings(site=Site(public_url="https://page.example.ru"))) == "https://page.example.ru"


async def test_nonsense_is_refused_and_told() -> None:
    """No challenge, no JSON, an unknown key: 400 in Russian, no session, a line in the log."""
    async with page() as here:
        for body in ("", "{}", '{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{}}'):
            answer = await here.client.post("/login/key", data=body, headers={"Sec-Fetch-Site": "same-origin"})
            assert (answer.status, "Ключ не подошёл" in await answer.text()) == (400, True), body
            assert not answer.cookies
        assert [(line.action, line.object) for line in here.log()] == [("refused", BY_KEY)] * 3


async def test_a_challenge_is_for_once() -> None:
    """A second answer to it, one of another purpose, one after two minutes: as if there had been none."""
    async with page() as here:
        keys = Passkeys("http://localhost:8082", lambda: here.now)
        keys.to_use("enter", "browser")
        assert keys._take("enter", "browser")
        for purpose, holder in (("enter", "browser"), ("step", "browser"), ("enter", "other")):
            with pytest.raises(ValueError, match="no challenge"):
                keys._take(purpose, holder)  # type: ignore[arg-type]
        keys.to_use("enter", "browser")
        here.now += 120_000
        with pytest.raises(ValueError, match="its time is over"):
            keys._take("enter", "browser")


async def test_challenges_do_not_fill_the_memory() -> None:
    """A thousand at once are kept; the next one is refused until they are over."""
    async with page() as here:
        keys = Passkeys("http://localhost:8082", lambda: here.now)
        for number in range(1000):
            keys.to_use("enter", str(number))
        with pytest.raises(Wrong):
            keys.to_use("enter", "one more")
        here.now += 120_001
        assert keys.to_use("enter", "one more")


async def test_who_may_make_a_key() -> None:
    """The first one soon after the login; one more with a key used minutes ago: a stolen session is not enough."""
    async with page() as here:
        url = "/me/keys/options"
        assert (await here.post(url, "head", HX_Request="true")).status == 200
        here.user("head", passkeys=[KEY])
        answer = await here.post(url, "head", HX_Request="true")
        assert (answer.status, answer.headers["HX-Redirect"]) == (403, "/step?next=/me")
        many = [replace(KEY, credential=str(number)) for number in range(MOST_KEYS)]
        here.user("head", passkeys=many)
        cookie = here.cookie("head", stepped=NOW)
        assert here.office.members.signed(cookie) is not None
        with pytest.raises(Wrong, match="сначала уберите"):
            here.office.passkeys.to_make(here.office.members.users["uhead"], "browser")


async def test_a_key_is_removed() -> None:
    """And with it every session; of a key that is not his there is none to remove."""
    async with page() as here:
        user = here.user("head", passkeys=[KEY])
        assert (await here.post("/me/keys/other/remove", "head")).status == 404
        assert (await here.post("/me/keys/AAAA/remove", "head")).status == 303
        left = here.office.members.users[user.user_id]
        assert (left.passkeys, left.sessions_from) == ([], NOW)
        here.now += 1
        assert {line.action for line in here.log()} == {"key"}
