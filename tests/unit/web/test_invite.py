"""A link for once: opening it lets nobody in, the button does, and then never again."""

from schemas.people import Invited
from streams.web.cookies import SESSION, digest
from tests.unit.web.page import NOW, Page, page

CODE = "the-code-of-a-link"
MINUTES = 60_000


def invite(here: Page, user_id: str = "uhead") -> None:
    """As `leadpulse web link` does."""
    here.office.logins.apply(digest(CODE), Invited(user_id=user_id, until=NOW + 15 * MINUTES), NOW)


async def test_it_lets_in_once() -> None:
    """What looks at links may open it; the button gives a session that works; the second press is refused and told."""
    async with page() as here:
        here.user("head")
        invite(here)
        for _ in range(2):
            assert (await here.get(f"/login/invite/{CODE}")).status == 200
        answer = await here.post(f"/login/invite/{CODE}")
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        cookie = answer.cookies[SESSION]
        assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
        assert here.office.members.signed(cookie.value) is not None
        assert (await here.post(f"/login/invite/{CODE}")).status == 403
        elsewhere = await here.post(f"/login/invite/{CODE}", Sec_Fetch_Site="cross-site")
        assert elsewhere.status == 403
        told = [(line.action, line.user) for line in here.log()]
        assert told == [("login", "uhead"), ("refused", ""), ("refused", "")]
        assert not [output for output in here.sent if CODE.encode() in (output.value or b"")]
        assert not [
            output for output in here.sent if cookie.value.encode() in (output.value or b"") + (output.key or b"")
        ]


async def test_it_ends() -> None:
    """After 15 minutes, for somebody who is not let in any more, for a code that is none: refused, and told."""
    async with page() as here:
        here.user("head")
        invite(here)
        here.now += 15 * MINUTES
        assert (await here.get(f"/login/invite/{CODE}")).status == 403
        here.now = NOW
        here.user("head", disabled=True)
        assert (await here.post(f"/login/invite/{CODE}")).status == 403
        assert (await here.post("/login/invite/another")).status == 403
        assert [line.action for line in here.log()] == ["refused"] * 3


async def test_who_knocks_too_often_waits() -> None:
    """Ten attempts a minute from one address; the eleventh is 429 with the time to wait, a minute later it goes on."""
    async with page() as here:
        for _ in range(10):
            assert (await here.get("/login/invite/guess")).status == 403
        answer = await here.get("/login/invite/guess")
        assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
        here.now += MINUTES
        assert (await here.get("/login/invite/guess")).status == 403


async def test_no_login_without_its_line() -> None:
    """Kafka away: 503, no session, and the link is over: it must not be found alive by two."""
    async with page() as here:
        here.user("head")
        invite(here)
        here.is_kafka_away = True
        assert (await here.post(f"/login/invite/{CODE}")).status == 503
        assert here.office.members.sessions == {}
        here.is_kafka_away = False
        assert (await here.post(f"/login/invite/{CODE}")).status == 403
