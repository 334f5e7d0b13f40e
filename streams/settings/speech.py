"""Settings of transcription: the recording, the engines, SpeechKit."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from streams.settings.section import Section


class Speech(Section):
    """Transcription."""

    recordings: Path = Path("var/recordings")
    """Root of the shared recordings storage."""
    vosk_model: Path = Path("tests/fixtures/vosk-ru-tiny")
    """Folder of a Kaldi model that Vosk 0.3.45 can load."""
    segment_min_s: float = Field(120.0, gt=0)
    """A segment is cut at the longest silence after this many seconds …"""
    segment_max_s: float = Field(240.0, gt=0)
    """… and before this many."""
    hard_max_s: float = Field(276.0, gt=0)
    """Where there is no silence at all, the cut is made here."""
    segment_timeout: float = Field(600.0, gt=0)
    """Seconds after which a silent Vosk child is killed."""
    idle_seconds: float = Field(120.0, gt=0)
    """So long without work ends the Vosk child and frees its memory."""
    vosk_threads: int = Field(0, ge=0, le=64)
    """Segments that Vosk hears at once, each on a core of its own; 0 takes all cores but one."""
    vosk_memory_mb: int = Field(0, ge=0)
    """Memory at which the Vosk child ends itself, and that must be free before it starts. 0: no limit, and three times
    the size of the model must be free."""
    engines: list[Literal["speechkit_stream", "speechkit_async", "vosk"]] = Field(
        ["speechkit_stream", "vosk"], min_length=1
    )
    """In the order they are asked; each the fallback of those before it. SpeechKit is left out while it has no key."""
    fallback: str = Field("immediate", pattern=r"^(immediate|never|wait:\d+)$")
    """When the first engine cannot work: `immediate` goes on with the next one, `wait:<s>` does so when the recording
    has waited so many seconds since it came in, `never` lets it wait."""
    deadline_minutes: float = Field(0.0, ge=0)
    """A recording should have its words so long after it came in: in time for that, the rest of it goes to the last
    engine. 0 sets none."""
    upgrade_days: float = Field(7.0, ge=0)
    """A degraded transcript is improved when the first engine is back, unless its meeting is older; 0 never does."""
    upgrade_seconds: float = Field(60.0, gt=0)
    """Distance of improvements, newest meeting first; only while this worker has no recording in work."""
    upgrade_attempts: int = Field(3, ge=1)
    """So many attempts at one recording."""
    spool: Path = Path("var/speech")
    """Folder for decoded sound of recordings in work: 1.9 MB a minute. On this machine's own disk."""


class SpeechKit(Section):
    """Yandex SpeechKit STT v3, streaming and asynchronous. Without a key it is not used."""

    endpoint: str = "stt.api.cloud.yandex.net:443"
    """host:port of the recognition API."""
    operation_endpoint: str = "operation.api.cloud.yandex.net:443"
    """host:port of the operations API; only asynchronous recognition asks it."""
    plaintext: bool = False
    """No TLS: for a stand-in on this machine only."""
    api_key: SecretStr = SecretStr("")
    """Key of a service account with the role ai.speechkit-stt.user and the scope yc.ai.speechkitStt.execute."""
    iam_token: SecretStr = SecretStr("")
    """Instead of a key; lives at most 12 h, so it is for trials by hand."""
    folder: str = ""
    """Folder id; only a user's token needs it, a service account uses its own folder."""
    model: str = "general"
    """Recognition model: general, general:rc or general:deprecated."""
    languages: list[str] = Field(["ru-RU"], min_length=1)
    """Languages it may hear; hints, not a strict rule."""
    literature_text: bool = True
    """Punctuation, capitals and numbers as digits in the readable text."""
    profanity_filter: bool = False
    """Mask swear words; they are signs of trouble, so they stay by default."""
    pause_ms: int = Field(1000, ge=500, le=5000)
    """Hint: a pause between words up to this long does not end an utterance."""
    processing: Literal["real_time", "full_data"] = "real_time"
    """`full_data` recognises after all of a segment has arrived."""
    pace: float = Field(1.0, ge=0.1)
    """Speed of sending; 1 is real time. The service warns of faster sending: look at the count of warnings."""
    parallel: int = Field(8, ge=1, le=100)
    """Sessions at once in one worker."""
    starts_per_second: float = Field(10.0, gt=0, le=40)
    """New sessions a second in one worker; the quota is 40 over all workers."""
    silent_seconds: float = Field(12.0, gt=0)
    """A session without any message for so long is given up and resumed."""
    grace_seconds: float = Field(60.0, gt=0)
    """A session may last its audio at `pace` and so much more."""
    attempts: int = Field(5, ge=1, le=20)
    """Sessions in a row that bring a segment no further; after them it fails."""
    async_model: str = "general"
    """Model of asynchronous recognition; deferred-general is cheaper and takes up to 24 h."""
    async_poll_seconds: float = Field(5.0, gt=0)
    """Distance of questions whether asynchronous recognition is done; at most 5 a second are sent in all."""
    async_timeout_seconds: float = Field(7200.0, gt=0)
    """So long asynchronous recognition of one recording may take."""
    async_uri: str = Field("", pattern=r"^(https://.*/)?$")
    """Prefix of the Object Storage address under which the spool folder can be read; empty sends the sound inline."""

    @field_validator("api_key", "iam_token")
    @classmethod
    def _in_a_header(cls, secret: SecretStr) -> SecretStr:
        """gRPC answers a key with a line feed by "Locally cancelled", which nobody understands."""
        text = secret.get_secret_value().strip()
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("must be one line of plain ASCII without spaces: copy the secret again")
        return SecretStr(text)

    @model_validator(mode="after")
    def _clear_text_stays_here(self) -> "SpeechKit":
        hosts = {address.rpartition(":")[0] for address in (self.endpoint, self.operation_endpoint)}
        if self.plaintext and not hosts <= {"127.0.0.1", "localhost", "[::1]"}:
            raise ValueError("plaintext would send the key openly: only for an endpoint on 127.0.0.1")
        return self
