"""What somebody tries who wants more than his role gives him, or wants the page to fall over."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from yarl import URL

from schemas.answers import Looking, Stage
from schemas.people import Invited, Passkey
from schemas.sources import Identity
from streams.clients.store_web import Absent, StoreWeb
from streams.settings import Settings
from streams.web.cookies import SESSION, digest
from streams.web.screens import chat
from tests.unit.web.page import OTHER, OWN, page

FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
ODD = {
    "no UTF-8": (FORM, b"form_token=\xff\xfe&text=\xff"),
    "an unknown charset": (f"{FORM}; charset=nothing-8", b"text=1"),
    "parts without a boundary": ("multipart/form-data", b"--x\r\n"),
    "half a part": (PARTS, b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
    "a part without a name": (PARTS, b"--x\r\nContent-Disposition: \r\n\r\na\r\n--x--\r\n"),
    "a part in no encoding": (
        PARTS,
        b"--x\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: q\r\n\r\na\r\n--x--\r\n",
    ),
    "too much": (FORM, b"a" * 300_000),
}
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
PHONE, MAIL = "+7 916 555-00-34", "anna@pledy.example"


@pytest.mark.parametrize("packed", [{}, {"Content-Encoding": "gzip"}], ids=["plain", "packed"])
@pytest.mark.parametrize("path", [f"/leads/{OWN}/notes", "/login/key", "/step"])
@pytest.mark.parametrize("name", ODD)
async def test_a_body_that_cannot_be_read_is_no_fault_of_ours(name: str, path: str, packed: dict[str, str]) -> None:
    """4xx, for a plain form as for htmx: no 500, which rings, whoever sends what."""
    kind, body = ODD[name]
    async with page() as here:
        for htmx in ({}, {"HX-Request": "true"}):
            headers = {
                **OWN_PAGE, **packed, **htmx, "Content-Type": kind, "Connection": "close",
                "Cookie": f"{SESSION}={here.cookie('curator')}",
            }  # fmt: skip
            answer = await here.client.post(path, data=body, headers=headers)
            assert 400 <= answer.status < 500


@pytest.mark.parametrize("path", ["/login/key", "/step", "/me/keys"])
@pytest.mark.parametrize(
    "said",
    [
        "[]", "1", "{}", '{"id": 1}', "\x00", "[" * 50_000,
        '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":"YQ","authenticatorData":"YQ",'
        '"signature":"YQ"}}',
        '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":"YQ","attestationObject":"YQ"}}',
    ],
    ids=range(8),
)  # fmt: skip
async def test_a_key_that_is_none_is_no_fault_of_ours(path: str, said: str) -> None:
    """400 in words, whatever a program of somebody's own sends for a key."""
    async with page() as here:
        cookie, key = here.cookie("curator"), Passkey(credential="YQ", public_key="YQ", sign_count=0, name="x", made=1)
        keys = here.office.passkeys
        keys.to_use("enter", digest("k"))
        keys.to_use("step", digest(cookie))
        keys.to_make(here.user("curator"), digest(cookie))
        here.user("curator", passkeys=[] if path == "/me/keys" else [key])
        headers = {**OWN_PAGE, "HX-Request": "true", "Cookie": f"{SESSION}={cookie}; __Host-lp-key=k"}
        assert (await here.client.post(path, data=said.encode(), headers=headers)).status == 400


async def test_a_merged_number_is_whose_the_client_is_now() -> None:
    """The old number was the curator's, the client that it became part of is not: his history stays shut. And the other
    way round it is open."""
    async with page() as here:
        table = here.office.identities.identities
        table.apply(f"lead:{OWN}", Identity("lead", OWN, OTHER))
        for path in ("", "/timeline", "/figures", "/chat", "/meetings/meet1", "/media/meet1"):
            assert (await here.get(f"/leads/{OWN}{path}", "curator")).status == 403, path
        assert here.store.asked == []
    async with page() as here:
        here.office.identities.identities.apply(f"lead:{OTHER}", Identity("lead", OTHER, OWN))
        assert (await here.get(f"/leads/{OTHER}", "curator")).headers["Location"] == f"/leads/{OWN}?was={OTHER}"


async def test_a_name_in_a_path_leads_nowhere_else() -> None:
    """A question's id that climbs to another client's question: the store is asked of no such thing."""
    async with page() as here:
        climbing = quote(f"../../{OTHER}/questions/0011223344556677", safe="")
        path = URL(f"/leads/{OWN}/questions/{climbing}/verdict", encoded=True)
        headers = {**OWN_PAGE, "HX-Request": "true", "Cookie": f"{SESSION}={here.cookie('curator')}"}
        answer = await here.client.post(path, data={"do": "good"}, headers=headers)
        assert 400 <= answer.status < 500
        assert not [asked for asked, _ in here.store.asked if ".." in asked.split("/")]


@pytest.mark.parametrize(
    "path",
    [
        "/api/leads/1/../2/card",
        "/api/leads/1/%2e%2e/2/card",
        "/api/leads/1?q=",
        "/api/leads/1#x",
        "//evil",
        "api",
        "/.",
    ],
)
async def test_the_store_is_asked_what_is_written(path: str) -> None:
    """What would be another path, or a query, when it is sent is not sent (nobody listens: a sent one is a fault)."""
    with pytest.raises(Absent):
        await StoreWeb(Settings().store, 1.0).get(path, "Ольга")


async def test_a_viewer_reads_no_contact_in_words() -> None:
    """Not in the card's lists only: search, and all else that the store tells, hides phones and mails in texts. A
    curator reads those of his own clients, not those that he may only look at."""
    text = f"Звоните {PHONE} или пишите {MAIL}, счёт на 1 250 000 руб."
    hits = [
        {"id": "0011223344556677", "kind": "message", "lead_id": lead, "ts": 1, "speaker": "", "text": text}
        for lead in (OWN, OTHER)
    ]
    async with page() as here:
        here.user("viewer", leads="all")
        here.user("curator", leads="all")
        here.store.answers["/api/search"] = {"found": hits}
        seen = await (await here.get("/search?q=x", "viewer")).text()
        assert PHONE not in seen and MAIL not in seen and "***-00-34" in seen and "1 250 000 руб." in seen
        seen = await (await here.get("/search?q=x", "curator")).text()
        assert seen.count(PHONE) == seen.count(MAIL) == 1
        seen = await (await here.get("/search?q=x", "head")).text()
        assert seen.count(PHONE) == 2


@pytest.mark.parametrize("change", [{"disabled": True}, {"name": "Кто-то Другой"}, {"sessions_from": 2**41}])
async def test_a_stream_ends_with_the_right_to_it(change: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Disabled, no more the client's curator, or with a session that is over: nothing more comes."""
    monkeypatch.setattr(chat, "BREATH_S", 0.02)

    async def endless() -> AsyncIterator[Stage]:
        yield Looking("Ищу")
        await asyncio.sleep(60)

    async with page() as here:
        here.user("curator")
        id_ = here.office.askings.start("ucurator", OWN, "?", endless())
        stream = await here.get(f"/leads/{OWN}/ask/{id_}/events", "curator")
        assert b"id: 1" in await stream.content.readline()
        here.user("curator", **change)
        await asyncio.wait_for(stream.content.read(), 2)
        await here.office.askings.close()


async def test_nobody_fills_the_access_log() -> None:
    """Writes that another site sends without a session are written down as often as somebody may knock, no oftener."""
    async with page() as here:
        told = [(await here.post("/login/state", Sec_Fetch_Site="cross-site")).status for _ in range(15)]
        assert told == [403] * 10 + [429] * 5
        assert len(here.log()) == 10


async def test_a_line_of_the_log_is_readable() -> None:
    """What a terminal would obey is not in it, whatever somebody calls a recording."""
    async with page() as here:
        await here.client.get(
            URL(f"/leads/{OWN}/meetings/a%1B%5B2J%0Ab", encoded=True),
            headers={"Cookie": f"{SESSION}={here.cookie('curator')}"},
        )
        [line] = here.log()
        assert line.object == "a\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}b"


async def test_only_what_waits_is_linked() -> None:
    """A room of somebody else's client, which nobody has linked by hand, is not taken by a form of one's own."""
    async with page() as here:
        here.store.answers["/api/inbox"] = {"waiting": [], "ignored": []}
        form = {"kind": "jitsi_room", "value": f"lead-{OTHER}-room", "lead": OWN}
        for do in ("link", "ignore", "notice"):
            answer = await here.post("/inbox", "curator", {**form, "do": do})
            assert answer.status == 400 and "никого не ждёт" in await answer.text()
        assert not [output for output in here.sent if output.topic == "identities"]


async def test_a_trace_without_a_client_is_written_down() -> None:
    """What nobody has linked yet is somebody's words, too: whoever looks at it stands in the log."""
    trace = {"asked": "x", "steps": [], "leads": [], "stands": {"state": "unknown"}}
    async with page() as here:
        here.store.answers["/api/trace"] = trace
        answer = await here.get("/trace?id=x", "head")
        assert answer.status == 200, await answer.text()
        assert [line.action for line in here.log()] == ["view"]


def test_words_begin_no_piece_of_their_own() -> None:
    """A carriage return in a client's message ends no line of the stream: what follows it stays in his quote."""
    told = chat.in_one_line("<p>\n«Спасибо\r\revent: part\rdata: Клиент всем доволен\r\n»</p>\n")
    assert "\r" not in told and "\n" not in told and "Клиент всем доволен »</p>" in told


async def test_a_new_login_ends_the_one_before() -> None:
    """Who gets in over somebody else's session, on a shared computer, leaves none behind that goes on for days."""
    async with page() as here:
        user, cookie = here.user("head"), here.cookie("curator")
        here.office.logins.apply(digest("code"), Invited(user_id=user.user_id, until=here.now + 1), here.now)
        answer = await here.post("/login/invite/code", "curator")
        assert answer.status == 303 and SESSION in answer.headers["Set-Cookie"]
        assert here.office.members.signed(cookie) is None
        assert [one.user_id for one in here.office.members.sessions.values()] == [user.user_id]
