"""The page over a real store: what it makes of names and numbers that nobody expects."""

from yarl import URL

from schemas.cards import ClientCard
from streams.web.cookies import SESSION
from tests.unit.web.company_clients import LEAVES
from tests.unit.web.page import NAMES, Page

CARD = f"/leads/{LEAVES}"


ODD = (
    "/search?q=%00", "/search?q=%22", "/search?q=-%27%5C", "/?q=%00", "/?q=%25_%5C%27", "/?curator=%00%0A",
    "/?cursor=%00", "/?cursor=" + "9" * 3000, f"{CARD}/timeline?before=%00", f"{CARD}/timeline?before=" + "9" * 300,
    f"{CARD}/timeline?q=%00%22", f"{CARD}/meetings/%00", f"{CARD}/meetings/" + "x" * 3000,
    f"{CARD}/meetings/%27%7Blead%3AString%7D", f"{CARD}/media/..%2f..%2fetc%2fpasswd",
)  # fmt: skip


async def test_odd_questions(company: Page) -> None:
    """Control signs, quotes, long numbers, paths: an answer or 4xx, never a fault of ours or of the store."""
    headers = {"Cookie": f"{SESSION}={company.cookie('head')}", "Accept": "text/html"}
    for path in ODD:
        answer = await company.client.get(URL(path, encoded=True), headers=headers)
        assert answer.status in (200, 400, 404), path


async def test_a_curator_of_thousands(company: Page) -> None:
    """Whom the portal names in thousands of leads opens his list, alerts and search like everybody."""
    for lead in range(50_000, 60_000):
        card = ClientCard(lead_id=str(lead), source="hand", ts=1, name="Клиент", responsible=NAMES["curator"])
        company.office.cards.cards.apply(f"{lead}/hand", card)
    for path in ("/", "/alerts", "/search?q=x"):
        assert (await company.get(path, "curator")).status == 200, path
