"""One person leaves a client's records; what others said and did stays as it was."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from processors.privacy.erasing import Denied, begun, digests, part_of
from processors.privacy.parting import GONE, Part, marks, names_of, parted
from schemas import events as ev
from schemas.cards import ClientCard
from schemas.codec import EVENT
from schemas.erasures import Erasure, Standing
from schemas.meetings import Called, Utterance
from schemas.minutes import Action, Minutes, Point
from schemas.privacy import Consent
from schemas.sources import ClientRef, Identity, Unassigned
from streams.pipeline.worker import is_denied, without_erased
from tests.unit.store.samples import ALL_EVENTS, event_of

LEAD = "12345"
OLGA = Consent(
    person_id="a" * 16,
    name="Ольга Рублёва",
    leads=[LEAD],
    at=1,
    by="x",
    telegram=[7712345],
    phones=["8 (916) 123-45-67"],
    mails=["Olga@Romashka.ru"],
    rooms=["Оля"],
)
HERS, OTHERS = "мы уходим к другому складу", "пришлите, пожалуйста, счёт до пятницы"


@pytest.fixture
def part() -> Part:
    """By digests, as after an erasure."""
    return part_of(LEAD, digests(LEAD, OLGA))


def test_who_was_told_to_be_somebody_is_still_found_by_the_rooms_name() -> None:
    """A person said of «Оля» that she is Рублёва-Ким: her words go, and so does what she called herself."""
    part = part_of(LEAD, digests(LEAD, OLGA))
    spoken = [Utterance(0, 900, HERS, "Рублёва-Ким"), Utterance(1000, 1900, OTHERS, "Пётр")]
    heard = ev.MeetingTranscribed(
        "r1", 1, "vosk", 1900, 9, spoken, called=[Called("Рублёва-Ким", "Оля")],
        event_id="1" * 16, lead_id=LEAD, ts=1, source="transcribe",
    )  # fmt: skip
    left = parted(heard, part)
    assert left is not None and left.called == [] and [one.text for one in left.utterances] == ["", OTHERS]
    said = ev.MeetingSaid(
        "m", "lead-1", "p", 1, 2, HERS, "Рублёва-Ким", called="Оля",
        event_id="2" * 16, lead_id=LEAD, ts=1, source="live",
    )  # fmt: skip
    assert parted(said, part) is None
    assert part.named(f"participant:{LEAD}/оля") and not part.named(f"participant:{LEAD}/пётр")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ольга Рублёва обещала", f"{GONE} обещала"),
        ("передайте Ольге Рублёвой счёт", f"передайте {GONE} счёт"),
        ("от Рублёвой Ольги, срочно", f"от {GONE}, срочно"),
        ("её почта olga@romashka.ru, пишите", f"её почта {GONE}, пишите"),
        ("звоните +7 916 123-45-67 после двух", f"звоните {GONE} после двух"),
        ("аккаунт 7712345 в чате", f"аккаунт {GONE} в чате"),
        ("Оля", GONE),
    ],
)
def test_names_and_contacts_go_out_of_a_text(part: Part, text: str, left: str) -> None:
    """In any case and order, however a phone is written."""
    assert part.text(text) == left


@pytest.mark.parametrize(
    "text",
    ["Ольга Петрова обещала", "Оля сказала", "рублёвая зона", "8 916 123-45-68", "anna@romashka.ru", "заказ 77123456"],
)
def test_others_stay(part: Part, text: str) -> None:
    """Another of the same name, a short name within a text, a number that is one more."""
    assert part.text(text) == text


def test_elsewhere_it_is_somebody_else(part: Part) -> None:
    """A mark is of one client."""
    assert part_of("54321", digests(LEAD, OLGA)).text("Ольга Рублёва") == "Ольга Рублёва"
    assert part.called("ольга  рублева")


def test_who_is_not_in_it_changes_nothing(part: Part) -> None:
    """Of every kind of event: the very same object."""
    for event in ALL_EVENTS:
        part.listen(plain(event))
    for event in ALL_EVENTS:
        assert parted(event, part) is event, event


def plain(event: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(EVENT.encode(event))
    return found


def message(author: ev.Author, text: str, **more: Any) -> ev.Message:
    made: ev.Message = replace(event_of(ev.Message), author=author, text=text, **more)
    return made


@pytest.mark.parametrize(
    "event",
    [
        message(ev.Author("7712345", "как угодно"), HERS),
        message(ev.Author("1", "Ольга Рублева"), HERS),
        message(ev.Author("1", "Куратор", client=False), "добрый день", chat_id="7712345"),
        replace(event_of(ev.Call), client="phone:+79161234567"),
        replace(event_of(ev.Mail), client="email:olga@romashka.ru"),
        replace(event_of(ev.MeetingSaid), name="Оля"),
    ],
)
def test_what_is_hers_alone_goes(part: Part, event: Any) -> None:
    """Her messages, a private chat with both sides, a call by her phone, a mail by her address."""
    assert parted(event, part) is None


def test_a_meeting_keeps_others_and_the_numbers_of_utterances(part: Part) -> None:
    """Her words are empty places; her name in others' words is blanked; she is no participant."""
    spoken = [Utterance(0, 900, HERS, "Оля", 0.9), Utterance(1000, 1900, "Ольга Рублёва, мы поняли", "Анна")]
    event = replace(event_of(ev.MeetingTranscribed), utterances=spoken)
    left = parted(event, part)
    assert left is not None
    assert left.utterances == [Utterance(0, 900, ""), Utterance(1000, 1900, f"{GONE}, мы поняли", "Анна")]
    came = replace(event_of(ev.MeetingRecorded), participants=["Оля", "Анна"])
    assert (stayed := parted(came, part)) is not None
    assert stayed.participants == ["Анна"]
    assert parted(stayed, part) is stayed


def test_minutes_lose_what_quotes_her_and_the_summary(part: Part) -> None:
    """Items with her words, hers as an owner; others' items stay. Twice is once."""
    spoken = [Utterance(0, 900, f"Ну, {HERS}.", "Оля"), Utterance(1000, 1900, OTHERS, "Анна")]
    part.listen(plain(replace(event_of(ev.MeetingTranscribed), utterances=spoken)))
    minutes = Minutes(
        "Клиент уходит.",
        "glm",
        pains=[Point("уходят", HERS, 0), Point("нужен счёт", OTHERS, 1)],
        actions=[Action("прислать", "Ольга Рублёва", "", "пришлю сама", 2), Action("счёт", "Анна", "", OTHERS, 1)],
    )
    event = replace(event_of(ev.MeetingMinutes), people=["Оля", "Анна"], minutes=minutes)
    left = parted(event, part)
    assert left is not None
    assert (left.people, left.minutes.summary) == (["Анна"], GONE)
    assert [one.text for one in left.minutes.pains + left.minutes.actions] == ["нужен счёт", "счёт"]
    assert parted(left, part) is left


def test_a_chats_summary_of_her_day_goes(part: Part) -> None:
    """Nobody can tell whose words it is made of; that of another day stays."""
    day = event_of(ev.ChatSummary)
    part.listen(plain(message(ev.Author("7712345"), HERS, ts=day.ts - 1000)))
    assert (left := parted(day, part)) is not None
    assert left.minutes.summary == GONE
    other = replace(day, ts=day.ts + 5 * 86_400_000)
    assert parted(other, part) is other


def test_evidence_of_her_message_goes_however_short(part: Part) -> None:
    """By its event; the same word of somebody else's stays."""
    short = message(ev.Author("7712345"), "да")
    part.listen(plain(short))
    shown = [{"event_id": short.event_id, "text": "да"}, {"event_id": "0" * 16, "text": "да"}]
    assert part.clean(shown) == shown[1:]


def test_what_cites_her_in_a_message_of_ours(part: Part) -> None:
    """A line or a quotation in «» of what she said, or her name."""
    part.listen(plain(message(ev.Author("7712345"), HERS)))
    assert part.says(f"Тревога\nАнна: «{HERS}…»")
    assert part.says("Написала Ольга Рублёва")
    assert part.says(f'{{"trigger":{{"kind":"event","words":"{HERS}"}}}}')
    assert not part.says(f"Анна: «{OTHERS}»")


def erased() -> Denied:
    found = Denied()
    one = Erasure(
        erasure_id="0" * 16,
        lead_id=LEAD,
        person=OLGA.person_id,
        reason="r",
        requested_by="a",
        requested_at=1,
        confirmed_by="b",
        confirmed_at=2,
    )
    found.apply(begun(one, "c", 10**13, standing=Standing(person=OLGA)))
    return found


def test_nothing_of_her_comes_in_again() -> None:
    """By a replay, an import, the portal: not her messages, links, cards, what would wait under her phone."""
    denied = erased()
    assert not denied.lead(LEAD)
    assert without_erased(message(ev.Author("7712345"), HERS), denied) is None
    ours = message(ev.Author("5", "Анна"), OTHERS)
    assert without_erased(ours, denied) is ours
    assert without_erased(replace(ours, lead_id="9", author=ev.Author("7712345")), denied) is not None
    card = ClientCard(lead_id=LEAD, source="b", ts=1, name="ООО Ромашка", phones=["+79161234567", "+79160000000"])
    assert (left := without_erased(card, denied)) is not None
    assert left == replace(card, phones=["+79160000000"])
    assert is_denied(Identity("phone", "+79161234567", LEAD), denied)
    assert not is_denied(Identity("phone", "+79161234567", "9"), denied)
    raw = msgspec.Raw(b"{}")
    for kind, value in (("phone", "+79161234567"), ("email", "olga@romashka.ru"), ("tg_chat", "7712345")):
        assert is_denied(Unassigned("0" * 16, 5, "s", ClientRef(kind, value), "t", raw), denied)


def test_what_is_denied_says_no_name() -> None:
    """The last record of an erasure has digests only."""
    [one] = erased().erasures.values()
    told = msgspec.json.encode(replace(one, standing=None, refs=[]))
    assert not [mark for mark in [*marks(OLGA), *names_of(OLGA)] if mark.partition(":")[2].encode() in told]
