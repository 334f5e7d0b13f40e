"""Worker `live`: what is said in a meeting that goes on, turn by turn: `source.audio` → `source.said`."""

from schemas.topics import AUDIO, CONSENTS, RECORDINGS, SAID
from streams.engine.clock import Clock, wall_clock
from streams.engine.consents import KnownConsents
from streams.engine.reader import Reader
from streams.engine.rooms import KnownRooms
from streams.engine.worker import Worker
from streams.live.ears import Ears
from streams.live.hear import Hear
from streams.live.listener import Listener
from streams.live.speechkit_ears import SpeechKitEars
from streams.live.spent import Spent
from streams.live.telling import Telling
from streams.settings import Settings
from streams.speech.vosk_model import is_right


def build(settings: Settings, clock: Clock = wall_clock) -> Worker:
    """The live worker."""
    worker = Worker("live", settings)
    live, kafka = settings.live, settings.kafka
    model = live.vosk_model or settings.speech.vosk_model
    rooms = KnownRooms(Reader(kafka, RECORDINGS))
    consents = KnownConsents(Reader(kafka, CONSENTS))

    def skips(meeting_id: str, endpoint: str) -> bool:
        """Somebody objected, in the room or for ever: nobody listens."""
        report = rooms.of(meeting_id)
        if rooms.objected(meeting_id) or report is None or report.lead_id is None:
            return rooms.objected(meeting_id)
        return consents.closes_meeting(report.lead_id, rooms.roster.names(meeting_id).values())

    vosk = Ears(model, threads=live.threads, limit_mb=live.memory_mb, idle_s=live.idle_seconds)
    spent = Spent(Reader(kafka, SAID), live.speechkit_minutes, clock)
    cloud = live.engine == "speechkit"
    ears: Listener = SpeechKitEars(settings.speechkit, vosk, spent, clock=clock) if cloud else vosk
    telling = Telling(ears, rooms, worker.outputs, clock)
    readers = Reader(kafka, AUDIO), Reader(kafka, SAID)
    hear = Hear(ears, telling, *readers, skips, round(live.behind_seconds * 1000), clock)
    process = consents.before(rooms.before(hear))
    worker.consume(AUDIO, spent.before(process) if cloud else process)
    if cloud:
        worker.background("spent", spent.follow)
    worker.background("rooms", rooms.follow)
    worker.background("consents", consents.follow)
    worker.background("quiet", hear.quiet)
    worker.background("rest", ears.rest)
    worker.needs["rooms"] = rooms.loaded.is_set
    worker.needs["model"] = worker.watch(is_right(model, "live.vosk_model" if live.vosk_model else "speech.vosk_model"))
    worker.needs["ears"] = lambda: ears.health().usable or ears.health().detail
    worker.on_close(ears.close)
    return worker
