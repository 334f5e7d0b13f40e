"""What the frame does round every handler: who may, what is written down first, what a browser may load."""

import json
import re
from pathlib import Path

import pytest

from processors.access import ROLES, may, may_at_all
from schemas.people import Role
from streams.settings import Settings, Web
from streams.web.members import person
from streams.web.route import May, Public, Route, Signed
from streams.web.table import PAGE, ROUTES
from streams.web.table import page as access_page
from tests.unit.web.page import OTHER, OWN, SECRET_NAME, Page, page

ROOT = Path(__file__).parents[3]
WHO = (None, *ROLES)


def filled(route: Route, lead: str) -> str:
    """Its path with parameters."""
    return re.sub(r"\{(\w+)\}", lambda found: lead if found[1] == route.lead else "0011223344556677", route.path)


def expected(here: Page, route: Route, role: Role | None, lead: str) -> bool:
    """Whether the handler is reached."""
    if isinstance(route.access, Public):
        return True
    if role is None or isinstance(route.access, Signed):
        return role is not None
    who = person(here.user(role))
    assert isinstance(route.access, May)
    action = route.access.action
    return may(who, action, here.office.owner(lead)) if route.lead else may_at_all(who, action)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_route_as_everybody(route: Route) -> None:
    """Who may not gets 302, 401 or 403, no word of a client, and the handler is not reached; who may gets further."""
    for role in WHO:
        for lead in (OWN, OTHER) if route.lead else (OWN,):
            async with page() as here:
                ask = here.get if route.method == "GET" else here.post
                answer = await ask(filled(route, lead), role)
                body = await answer.text()
                if expected(here, route, role, lead):
                    assert answer.status not in (401, 500) and "/login?" not in answer.headers.get("Location", "")
                    continue
                assert answer.status == (403 if role else 302 if route.method == "GET" else 401), (role, lead)
                assert SECRET_NAME not in body
                assert [line.action for line in here.log()] == (["refused"] if role else [])


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method != "GET"], ids=lambda route: route.path)
async def test_a_write_from_elsewhere_is_refused(route: Route) -> None:
    """Another site's form, an old browser's foreign `Origin`, a form without its token: 403 before the handler."""
    async with page() as here:
        for headers, form in (
            ({"Sec_Fetch_Site": "cross-site"}, {}),
            ({"Sec_Fetch_Site": "same-site"}, {}),
            ({"Sec_Fetch_Site": "none"}, {}),
            ({}, {"form_token": "0" * 64}),
        ):
            answer = await here.post(filled(route, OWN), "admin", form, **headers)
            assert answer.status == 403, headers
        assert {line.action for line in here.log()} == {"refused"}


async def test_an_origin_does_where_the_browser_says_no_more() -> None:
    """Safari before 16.4 sends no Sec-Fetch-Site: our own Origin is enough, another's is not."""
    async with page() as here:
        ours = f"http://{here.client.host}:{here.client.port}"
        for origin, status in ((ours, 303), ("https://evil.example", 403), ("null", 403)):
            answer = await here.post("/logout", "viewer", Origin=origin, Sec_Fetch_Site="")
            assert answer.status == status


async def test_the_access_record_stands_before_the_answer() -> None:
    """Kafka away: 503 in Russian without a word of a client; back again: the page, and its line in the log."""
    async with page() as here:
        here.is_kafka_away = True
        answer = await here.get("/", "curator")
        body = await answer.text()
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
        assert SECRET_NAME not in body and "Сейчас не получается" in body
        here.is_kafka_away = False
        answer = await here.get("/", "curator")
        assert answer.status == 200 and SECRET_NAME in await answer.text()
        [line] = here.log()
        assert (line.user, line.action, line.name) == ("ucurator", "view", "Ольга Петрова")


async def test_a_curator_sees_his_own_clients_only() -> None:
    """The list is filtered by the same question as a card; the head's is whole; `leads = all` shows all to look at."""
    async with page() as here:
        assert f"{SECRET_NAME} {OTHER}" not in await (await here.get("/", "curator")).text()
        assert f"{SECRET_NAME} {OTHER}" in await (await here.get("/", "head")).text()
        here.user("curator", leads="all")
        assert f"{SECRET_NAME} {OTHER}" in await (await here.get("/", "curator")).text()


async def test_headers() -> None:
    """Nothing from elsewhere, in nobody's frame, kept by nobody; static files for ever."""
    async with page() as here:
        for path, role in (("/", "head"), ("/login", None), ("/nothing", None), ("/me", None)):
            headers = (await here.get(path, role)).headers  # type: ignore[arg-type]
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Cache-Control"] == "no-store"
        css = await here.get(here.office.pages.assets.url("app.css"))
        assert css.status == 200 and "immutable" in css.headers["Cache-Control"] and css.content_type == "text/css"
        assert (await here.get("/static/vendor.lock")).status == 404


async def test_a_fault_of_ours_shows_nothing() -> None:
    """500 in Russian, the place in the log, no traceback and no text of the fault on the page."""
    async with page() as here:
        here.office.cards.cards.leads = lambda: 1 / 0  # type: ignore[method-assign, assignment, return-value]
        answer = await here.get("/", "curator")
        body = await answer.text()
        assert answer.status == 500 and "division" not in body and "Страница не открылась" in body


async def test_sessions_end() -> None:
    """After idle hours, after the longest days, with a new role, with the end of the user; never before."""
    settings = Settings(web=Web(idle_hours=1, longest_days=1))
    hour = 3_600_000
    async with page(settings) as here:
        cookie = here.cookie("head")
        members = here.office.members
        for _ in range(20):  # at work all day
            here.now += hour
            assert members.signed(cookie) is not None
        here.now += hour + 1
        assert members.signed(cookie) is None
        cookie = here.cookie("head")
        for _ in range(24):
            here.now += hour
            assert members.signed(cookie) is not None
        here.now += 1
        assert members.signed(cookie) is None
        cookie = here.cookie("head")
        here.user("head", sessions_from=here.now + 1)
        assert members.signed(cookie) is None
        here.user("head", disabled=True)
        assert members.signed(here.cookie("head")) is None


async def test_words_of_others_are_text() -> None:
    """A script, a template, a link in a client's name: as letters, whatever they mean elsewhere."""
    planted = "<img src=x onerror=alert(1)>{{7*7}}\"'><script>alert(2)</script>"
    async with page() as here:
        here.user("admin")
        here.user("head", name=planted)
        body = await (await here.get("/me", "head")).text()
        assert "<img" not in body and "{{7*7}}" in body and "alert(2)</script>" not in body
        body = await (await here.get("/admin/users", "admin")).text()
        assert "<img" not in body and "49" not in body.replace("u49", "")


async def test_a_login_leads_back_only_to_us() -> None:
    """`next` of another site, or of a script, is the first page."""
    async with page() as here:
        for to in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/login?next=/"):
            answer = await here.get(f"/login?next={to}", "viewer")
            assert (answer.status, answer.headers["Location"]) == (303, "/")
        assert (await here.get("/login?next=/me", "viewer")).headers["Location"] == "/me"


def test_the_table_is_what_is_committed() -> None:
    """docs/access.json: `python -m streams.web.table` writes it anew."""
    assert (ROOT / PAGE).read_text() == access_page()
    assert json.loads(access_page())["routes"]


def test_personal_routes_are_logged() -> None:
    """Every route of a client has its word in the access log, and names the client by the path."""
    for route in ROUTES:
        assert bool(route.lead) <= (route.deed is not None), route.path
        assert ("{lead}" in route.path) == (route.lead == "lead"), route.path


def test_templates_escape() -> None:
    """No `|safe`, no inline script, style or handler: the policy forbids them, and the escape must not be lifted."""
    for path in (ROOT / "streams/web/templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|[\"']js:|javascript:", text), (
            path
        )
    for source in (ROOT / "streams/web").rglob("*.py"):
        assert "Markup(" not in source.read_text(), source
