"""The speech part of `check`: engines, the Vosk model, SpeechKit's key and role. Asks nothing that is billed."""

from pathlib import Path
from threading import Timer

from schemas.errors import LeadpulseError
from streams.settings import Settings
from streams.speech import vosk_model
from streams.speech.faults import EngineError, ErrorKind
from streams.transcribe.engines.lineup import engine, usable

TIMEOUT = 10.0
"""Seconds for SpeechKit's answer."""
NOBODY = "leadpulse-check"
"""Id of an asynchronous recognition that does not exist: whoever may ask for it is told so, and it costs nothing."""


def model_faults(loaded: Settings) -> list[str]:
    """Vosk can load the model, where it is one of the engines, and the one that hears meetings that go on."""
    found = vosk_model.faults(loaded.speech.vosk_model) if "vosk" in loaded.speech.engines else []
    ears = loaded.live.vosk_model
    return found + (vosk_model.faults(ears, "live.vosk_model") if ears is not None else [])


def model_warnings(loaded: Settings) -> list[str]:
    """The model is one for work: that of the tests knows some dozens of words."""
    speech = loaded.speech
    return toy_words(speech.vosk_model) if "vosk" in speech.engines else []


def toy_words(folder: Path) -> list[str]:
    """That this folder has the model of the tests."""
    if vosk_model.faults(folder) or not vosk_model.is_toy(folder):
        return []
    return [
        f"speech.vosk_model: {folder} — крошечная учебная модель, речь людей она не распознаёт, "
        "протоколы по ней помечены. Скачайте настоящую: leadpulse speech-model get small-ru "
        "(или ru: точнее и в 40 раз больше)"
    ]


def speechkit_faults(loaded: Settings) -> list[str]:
    """The key is taken and has the role. No fault where there is no key and another engine does the work, unless it is
    to hear meetings that go on."""
    kit, live = loaded.speechkit, loaded.live.engine == "speechkit"
    if live and not (len(kit.api_key) or len(kit.iam_token)):
        return ["live.engine: у SpeechKit нет ключа (speechkit.api_key)"]
    try:
        named = [name for name in usable(loaded) if name.startswith("speechkit")]
    except LeadpulseError as error:
        return [str(error)]
    if not (named or live):
        return []
    try:
        _ask(loaded)
    except ImportError:
        return ["SpeechKit: не установлен пакет yandexcloud"]
    except EngineError as error:
        return _explained(error, loaded.speechkit.endpoint)
    return []


def _ask(loaded: Settings) -> None:
    """Raises `EngineError`: the better the key, the less is known of `NOBODY`."""
    from streams.speech.yandex_api import SpeechApi

    engine("speechkit_stream", loaded).check()
    api = SpeechApi(loaded.speechkit)
    try:
        call = api.recognition(NOBODY, "00000000-0000-4000-8000-000000000000")
        timer = Timer(TIMEOUT, call.cancel)
        timer.start()
        try:
            for _ in call.answers():
                return
        finally:
            timer.cancel()
    finally:
        api.close()


def _explained(error: EngineError, endpoint: str) -> list[str]:
    match error.code:
        case "UNAUTHENTICATED":
            return ["SpeechKit не принимает ключ: он удалён, скопирован не целиком или от другого облака"]
        case "PERMISSION_DENIED":
            return [
                "SpeechKit: ключ принят, но прав нет. Сервисному аккаунту нужна роль ai.speechkit-stt.user, "
                "ключу — область действия yc.ai.speechkitStt.execute"
            ]
        case "UNAVAILABLE" | "DEADLINE_EXCEEDED" | "CANCELLED":
            return [f"SpeechKit не отвечает по адресу {endpoint}"]
    if error.kind in (ErrorKind.AUTH, ErrorKind.MODEL):
        return [str(error)]
    return []
