"""What the streaming engine says when it can't: kinds, counts of sessions, and no secret."""

import pytest
from pydantic import ValidationError

from streams.settings.speech import SpeechKit
from streams.speech.faults import EngineFault, EngineRefusal, ErrorKind
from streams.speech.speechkit_errors import error_of
from streams.transcribe.engines.speechkit_stream import SpeechKitStream
from streams.transcribe.sound.audio import Audio
from tests.fakes.speechkit import FakeSpeechKit, Fault
from tests.unit.transcribe.engines.speechkit_bench import Bench, Make, audio, fake, make, said, segment

__all__ = ["audio", "fake", "make", "said"]


REFUSALS = [
    ("UNAUTHENTICATED", ErrorKind.AUTH),
    ("PERMISSION_DENIED", ErrorKind.AUTH),
    ("INVALID_ARGUMENT", ErrorKind.INVALID),
    ("UNIMPLEMENTED", ErrorKind.MODEL),
]


@pytest.mark.parametrize(("code", "kind"), REFUSALS)
async def test_refusals_are_not_repeated(
    make: Make, fake: FakeSpeechKit, audio: Audio, code: str, kind: ErrorKind
) -> None:
    """A refusal for good costs one session, and keeps the service's code and our request id."""
    fake.behaviour.always = Fault("reject", code=code)
    with pytest.raises(EngineRefusal) as caught:
        await make().engine.transcribe(audio, segment())
    assert (caught.value.kind, caught.value.code) == (kind, code)
    assert caught.value.request_id == fake.sessions[0].request_id
    assert len(fake.sessions) == 1


LASTING = [
    (Fault("reject", code="UNAVAILABLE"), ErrorKind.TRANSIENT, 5),
    (Fault("reject", code="RESOURCE_EXHAUSTED"), ErrorKind.QUOTA, 5),
    (Fault("fail", 0, "OUT_OF_RANGE"), ErrorKind.SESSION_LIMIT, 5),
    (Fault("cut", 0), ErrorKind.TRANSIENT, 5),
]


@pytest.mark.parametrize(("fault", "kind", "sessions"), LASTING)
async def test_faults_that_last_end_the_segment(
    make: Make, fake: FakeSpeechKit, audio: Audio, fault: Fault, kind: ErrorKind, sessions: int
) -> None:
    """After five sessions without progress the segment fails as a passing fault, with growing pauses between."""
    fake.behaviour.always = fault
    bench = make()
    with pytest.raises(EngineFault) as caught:
        await bench.engine.transcribe(audio, segment())
    assert caught.value.kind is kind
    assert len(fake.sessions) == sessions
    if kind is ErrorKind.QUOTA:
        assert all(5 <= pause <= 60 for pause in bench.pauses if pause > 1)
        assert bench.engine.health().detail.startswith("0 of 1 sessions")


async def test_internal_errors_that_last_are_the_audios(make: Make, fake: FakeSpeechKit, audio: Audio) -> None:
    """INTERNAL three times without progress is no passing fault: the docs say to look at the format first."""
    fake.behaviour.always = Fault("fail", 0, "INTERNAL")
    with pytest.raises(EngineRefusal) as caught:
        await make().engine.transcribe(audio, segment())
    assert (caught.value.kind, len(fake.sessions)) == (ErrorKind.INVALID, 3)


async def test_a_wrong_key(make: Make, fake: FakeSpeechKit, audio: Audio) -> None:
    """The fake's own check of the key; neither key nor header is in the error."""
    with pytest.raises(EngineRefusal) as caught:
        await make(api_key="other-key").engine.transcribe(audio, segment())
    assert caught.value.kind is ErrorKind.AUTH
    assert "other-key" not in str(caught.value)


async def test_the_service_away(audio: Audio) -> None:
    """A refused connection is a passing fault that costs nothing."""
    with FakeSpeechKit() as gone:
        bench = Bench(gone, attempts=2)
    with pytest.raises(EngineFault) as caught:
        await bench.engine.transcribe(audio, segment())
    await bench.engine.close()
    assert (caught.value.kind, caught.value.code) == (ErrorKind.TRANSIENT, "UNAVAILABLE")
    assert [report.billed_units for report in bench.reports] == [0, 0]


def test_check_without_a_key() -> None:
    """No key is said in words before anything is sent, and health agrees."""
    engine = SpeechKitStream(SpeechKit())
    with pytest.raises(EngineRefusal, match="LEADPULSE_SPEECHKIT__API_KEY"):
        engine.check()
    assert not engine.health().usable
    SpeechKitStream(SpeechKit(api_key="a")).check()


@pytest.mark.parametrize("key", ["two\nlines", "ключ", "a b", "bell\a"])
def test_a_key_that_no_header_takes(key: str) -> None:
    """What gRPC would answer by "Locally cancelled" is found in the settings, and not shown."""
    with pytest.raises(ValidationError) as caught:
        SpeechKit(api_key=key)
    assert key not in str([error["msg"] for error in caught.value.errors(include_input=False)])


def test_a_key_from_a_file_may_end_its_line() -> None:
    """The line feed that an editor adds is cut off."""
    assert SpeechKit(api_key="abc\n").api_key.get_secret_value() == "abc"


def test_plaintext_stays_on_this_machine() -> None:
    """The key never goes over a network unencrypted."""
    with pytest.raises(ValidationError, match="открыто"):
        SpeechKit(plaintext=True)


@pytest.mark.parametrize(
    ("code", "details", "kind"),
    [
        ("UNKNOWN", "Exception iterating requests!", ErrorKind.APPLICATION),
        ("CANCELLED", "Locally cancelled by application!", ErrorKind.APPLICATION),
        ("CANCELLED", "server", ErrorKind.TRANSIENT),
        ("RESOURCE_EXHAUSTED", "CLIENT: Received message larger than max (5 vs. 4)", ErrorKind.INVALID),
        ("RESOURCE_EXHAUSTED", "quota", ErrorKind.QUOTA),
        ("SOMETHING_NEW", "", ErrorKind.TRANSIENT),
    ],
)
def test_what_grpc_says_itself(code: str, details: str, kind: ErrorKind) -> None:
    """Statuses that gRPC makes on this machine are told from the service's; our own bugs are never tried again."""
    error = error_of(code, details)
    assert error.kind is kind
    assert error.retriable == (kind in (ErrorKind.TRANSIENT, ErrorKind.QUOTA))
