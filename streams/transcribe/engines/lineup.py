"""From settings to engines in order, each behind its breaker. Engines are imported only where they are used."""

import math
import time
from collections.abc import Callable

from schemas.errors import ConfigError
from streams.settings import Settings
from streams.speech.breaker import Breaker
from streams.speech.machine import cores
from streams.speech.speechkit_line import count_session
from streams.transcribe.engines.fallback import Lineup, patience
from streams.transcribe.engines.guard import Guarded, Refuses
from streams.transcribe.engines.interface import SpeechEngine
from streams.transcribe.engines.vosk import VoskEngine


def engine(name: str, settings: Settings) -> SpeechEngine:
    """The engine of that name. Loads no model and opens no connection."""
    if name == "vosk":
        speech = settings.speech
        return VoskEngine(
            speech.vosk_model,
            threads=speech.vosk_threads or max(1, cores() - 1),
            limit_mb=speech.vosk_memory_mb,
            silent_s=speech.segment_timeout,
            idle_s=speech.idle_seconds,
        )
    if name == "speechkit_async":
        from streams.transcribe.engines.speechkit_async import SpeechKitAsync

        return SpeechKitAsync(settings.speechkit, observe=count_session)
    from streams.transcribe.engines.speechkit_stream import SpeechKitStream

    return SpeechKitStream(settings.speechkit, observe=count_session)


def usable(settings: Settings) -> list[str]:
    """The engines of the settings without those that have no key: a machine without the cloud is no fault."""
    kit = settings.speechkit
    keyed = bool(kit.api_key.get_secret_value() or kit.iam_token.get_secret_value())
    names: list[str] = [
        name for name in dict.fromkeys(settings.speech.engines) if keyed or not name.startswith("speechkit")
    ]
    if not names:
        raise ConfigError("speech.engines: у SpeechKit нет ключа (speechkit.api_key), а другого движка не указано")
    return names


def lineup(
    settings: Settings,
    *,
    refuses: Refuses = lambda _name, _words: None,
    recovered: Callable[[str], None] = lambda _name: None,
    clock: Callable[[], float] = time.monotonic,
) -> Lineup:
    """What `speech.engines` and `speech.fallback` say. Raises `ConfigError`. `clock` is the breakers', in seconds."""
    names, speech = usable(settings), settings.speech
    deadline_s = speech.deadline_minutes * 60 or math.inf
    if speech.fallback == "never":
        names, deadline_s = names[:1], math.inf
    guarded = []
    for name in names:
        made = engine(name, settings)
        breaker = None if made.caps.offline else Breaker(clock)
        guarded.append(Guarded(made, breaker, refuses=refuses, recovered=recovered))
    return Lineup(guarded, min(patience(speech.fallback), deadline_s), deadline_s=deadline_s)
