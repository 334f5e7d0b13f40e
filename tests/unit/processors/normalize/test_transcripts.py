"""`source.transcripts` → `meeting_transcribed` and the request for minutes: where the text and the names come from."""

import msgspec
from msgspec.structs import replace

from processors.answered import participant
from processors.contact import link_key
from processors.identity import Identities
from processors.minutes import extract
from processors.normalize.contract import Options
from processors.normalize.said import normalize as said
from processors.normalize.transcripts import normalize
from schemas.codec import Rejected
from schemas.events import MeetingSaid, MeetingTranscribed, Utterance
from schemas.meetings import Called
from schemas.minutes import Conversation, MeetingRequest
from schemas.said import Said
from schemas.sources import Identity, Recording, Transcript, Word
from schemas.types import Meta
from tests.golden.examples import accepted

RECORDING = Recording("r1", "s", "f", "f", 1, "0" * 64, "lead-7-x", 2000, 1000, 1000, "ok", "7")
PLAIN = Transcript(RECORDING, 1, "vosk", "m", [Word("мы", 0, 100, 1.0), Word("уходим", 150, 400, 1.0)])


def made(
    transcript: Transcript, known: Identities | None = None, options: Options | None = None
) -> tuple[MeetingTranscribed, MeetingRequest]:
    """The event and the request of it."""
    meta = Meta("source.transcripts", 0, 0, 5000)
    found = normalize(
        meta, msgspec.json.encode(transcript), Identities() if known is None else known, options or Options()
    )
    assert not isinstance(found, Rejected)
    event, request = found
    assert isinstance(event, MeetingTranscribed)
    assert isinstance(request, MeetingRequest)
    return event, request


def event(transcript: Transcript) -> MeetingTranscribed:
    """The event of it."""
    return made(transcript)[0]


def test_the_request_has_what_minutes_need() -> None:
    """The same words and version, the meeting's start and room, and everybody who is named."""
    recording = replace(RECORDING, participants=["Анна", "Пётр"])
    said = [Utterance(0, 400, "Мы уходим.", "Пётр"), Utterance(500, 900, "Жаль.", "Иван")]
    told, request = made(replace(PLAIN, recording=recording, utterances=said, version=3))
    assert request.conversation == Conversation(said, 3, 1000, 1000, ["Анна", "Пётр", "Иван"])
    assert (request.lead_id, request.recording_id, request.room, request.ts) == ("7", "r1", "lead-7-x", told.ts)


def test_a_silent_recording_says_so_in_its_minutes() -> None:
    """Its flaw travels with the request, and is the summary where nobody said a word."""
    _, request = made(replace(PLAIN, words=[], flaw="нет звука: проверьте микрофон или Jibri"))
    assert extract(request.conversation).summary == "Нет звука: проверьте микрофон или Jibri."
    assert extract(made(replace(PLAIN, words=[]))[1].conversation).summary == "Слов в записи нет."
    _, request = made(replace(PLAIN, words=[], failed_segments=[(0, 1000)]))
    assert extract(request.conversation).summary == "Речь не распознана: ни один движок не справился с записью."


def test_readable_text_wins_over_pauses() -> None:
    """Punctuated or by speaker as the engine gave it; without it the words between pauses."""
    assert [said.text for said in event(PLAIN).utterances] == ["мы уходим"]
    readable = [Utterance(0, 400, "Мы уходим.", "Пётр")]
    assert event(replace(PLAIN, utterances=readable)).utterances == readable


def test_every_version_is_an_event_of_its_own() -> None:
    """The next version is not taken for the former one sent again."""
    assert event(PLAIN).event_id != event(replace(PLAIN, version=2)).event_id


def test_a_persons_word_on_a_meeting_wins_over_jitsis() -> None:
    """The recording's own link, then its room's, then what Jitsi and the room's name say; which the event remembers."""
    identities, meta = Identities(), Meta("source.transcripts", 0, 0, 5000)

    def owner() -> tuple[str, str, str]:
        found = normalize(meta, msgspec.json.encode(PLAIN), identities, Options())
        assert not isinstance(found, Rejected)
        event, request = found
        assert isinstance(event, MeetingTranscribed)
        assert isinstance(request, MeetingRequest)
        assert (event.lead_id, event.client) == (request.lead_id, request.client)
        return event.lead_id, event.client, event.room

    assert owner() == ("7", "", "lead-7-x")
    identities.apply("jitsi_room:lead-7-x", Identity("jitsi_room", "lead-7-x", "8"))
    assert owner() == ("8", "lead:7", "lead-7-x")
    identities.apply("recording:r1", Identity("recording", "r1", "9"))
    assert owner() == ("9", "lead:7", "lead-7-x")
    identities.apply("recording:r1", Identity("recording", "r1", refused=True))
    identities.apply("jitsi_room:lead-7-x", Identity("jitsi_room", "lead-7-x", refused=True))
    identities.apply("lead:7", Identity("lead", "7", "3"))
    assert owner() == ("3", "lead:7", "lead-7-x")


def told(**answers: Identity) -> Identities:
    """Олег Ким is ours by the portal; of other names in lead 7's meetings a person said who that is."""
    known = Identities()
    known.apply("b24_user:5", Identity("b24_user", "5", name="Олег Ким"))
    for name, word in answers.items():
        client = participant("7", name)
        known.apply(link_key(client), replace(word, kind=client.kind, value=client.value))
    return known


NAMES = ("Аня", "Олег", "Олег Ким", "Гость")
SPOKEN = [Utterance(n * 1000, n * 1000 + 900, "Я пришлю акт завтра.", who) for n, who in enumerate(NAMES)]
ANNA, OLEG = Identity("", "", name="Анна Петрова", side="client"), Identity("", "", name="Олег Сидоров", side="staff")


def test_who_was_told_is_who_speaks_promises_and_rings() -> None:
    """From the answer on: words, promises and the list of people are under the person, and ours are known as ours; what
    he called himself stays beside it."""
    transcript = replace(PLAIN, recording=replace(RECORDING, participants=["Аня", "Олег", "Гость"]), utterances=SPOKEN)
    event, request = made(transcript, told(Аня=ANNA, Олег=OLEG))
    assert [one.speaker for one in event.utterances] == ["Анна Петрова", "Олег Сидоров", "Олег Ким", "Гость"]
    assert (event.ours, event.theirs) == (["Олег Сидоров", "Олег Ким"], ["Анна Петрова"])
    assert event.called == [Called("Анна Петрова", "Аня"), Called("Олег Сидоров", "Олег")]
    talk = request.conversation
    assert talk.people == ["Анна Петрова", "Олег Сидоров", "Гость", "Олег Ким"]
    assert talk.client == ["Анна Петрова", "Гость"]
    assert [one.owner for one in extract(talk).actions][:2] == ["Анна Петрова", "Олег Сидоров"]
    before, _ = made(transcript, told())
    assert (before.utterances, before.ours, before.called) == (SPOKEN, ["Олег Ким"], [])


def test_a_colleagues_name_is_the_clients_where_a_person_said_so() -> None:
    event, request = made(replace(PLAIN, utterances=SPOKEN[2:3]), told(**{"Олег Ким": replace(ANNA, name="Олег Ким")}))
    assert (event.ours, event.theirs, request.conversation.client) == ([], ["Олег Ким"], ["Олег Ким"])


def test_the_clients_firm_beside_a_colleagues_name_is_no_proof() -> None:
    spoken = [replace(SPOKEN[0], speaker=name) for name in ("Олег Ким (Ромашка)", "Oleg Kim (склад)")]
    options = Options(company=lambda lead: "ООО «Ромашка»" if lead == "7" else "")
    event, _ = made(replace(PLAIN, utterances=spoken), told(), options)
    assert event.ours == ["Oleg Kim (склад)"]


def test_live_words_know_him_too() -> None:
    words = [Word("мы", 0, 100, 1.0)]
    record = Said("m-1", "lead-7-x", "c", "t", "p", 1, 2, 1000, 2000, words, name="Олег", lead_id="7")
    meta = Meta("source.said", 0, 0, 5000)
    for known, name, ours, called in ((told(), "Олег", False, ""), (told(Олег=OLEG), "Олег Сидоров", True, "Олег")):
        [event] = accepted(said(meta, msgspec.json.encode(record), known, Options()))
        assert isinstance(event, MeetingSaid)
        assert (event.name, event.ours, event.called) == (name, ours, called)
    refused = told(Олег=replace(OLEG, name="", refused=True))
    [event] = accepted(said(meta, msgspec.json.encode(record), refused, Options()))
    assert isinstance(event, MeetingSaid) and event.theirs and not event.ours
