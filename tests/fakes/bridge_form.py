"""What a videobridge writes into the socket, in its newer and older form (jicoco-mediajson `MediaJson.kt`), and RED and
end-to-end encrypted payloads as browsers send them (RFC 2198; lib-jitsi-meet `modules/e2ee/Context.js`)."""

import base64
import json
import os
import random
from dataclasses import dataclass, field


@dataclass
class Source:
    """A microphone in one connection."""

    who: str
    ssrc: int
    shift: int
    """Of the sequence: a new SSRC counts from elsewhere."""
    red: bool = False
    encrypted: bool = False
    former: bytes = b""
    counted: int = field(default_factory=lambda: random.randrange(0xFFFF))


class Form:
    """`old`: before stable 11146: `<endpoint>-<ssrc>`, neither `info` nor levels, the key `event` twice. `strings`: the
    numbers as strings, as the bridge itself has them."""

    def __init__(self, old: bool = False, strings: bool = True) -> None:
        self._old, self._strings, self._sequence = old, strings, 0

    def info(self) -> str | None:
        """Its first words; an older one has none."""
        if self._old:
            return None
        return json.dumps({"event": "info", "application": "jitsi-videobridge", "version": "2.3.300", "region": None})

    def start(self, source: Source) -> str:
        """A source begins, or begins anew."""
        form: dict[str, object] = {
            "encoding": "red" if source.red else "opus",
            "sampleRate": 48000,
            "channels": 2,
            "parameters": {},
        }
        body: dict[str, object] = {
            "tag": self.tag(source),
            "mediaFormat": form,
            "customParameters": {"endpointId": source.who},
        }
        return self._event("start", body)

    def media(self, source: Source, chunk: int, ts: int, opus: bytes, level: int) -> str:
        """A packet."""
        body: dict[str, object] = {
            "tag": self.tag(source),
            "chunk": self._number(chunk + source.shift),
            "timestamp": self._number(ts),
            "payload": base64.b64encode(_payload(source, opus, ts)).decode(),
        }
        if not self._old:
            body |= {"audioLevel": level, "vad": level < 60}
        return self._event("media", body)

    def tag(self, source: Source) -> str:
        """What it calls the source."""
        return f"{source.who}-{source.ssrc}" if self._old else f"{source.who}-a0"

    def _event(self, event: str, body: dict[str, object]) -> str:
        self._sequence += 1
        number = json.dumps(self._number(self._sequence))
        head = f'"event":"{event}",' * (2 if self._old else 1)
        return f'{{{head}"sequenceNumber":{number},"{event}":{json.dumps(body)}}}'

    def _number(self, number: int) -> int | str:
        return str(number) if self._strings else number


def _payload(source: Source, opus: bytes, ts: int) -> bytes:
    if source.encrypted:
        iv = source.ssrc.to_bytes(4, "big") + (ts & 0xFFFFFFFF).to_bytes(4, "big")
        iv += (source.counted % 0xFFFF).to_bytes(4, "big")
        source.counted += 1
        return opus[:1] + os.urandom(len(opus) + 15) + iv + bytes([12, 3])
    if not source.red:
        return opus
    former, source.former = source.former, opus
    if not former:
        return bytes([111]) + opus
    head = (1 << 31) | (111 << 24) | (960 << 10) | len(former)
    return head.to_bytes(4, "big") + bytes([111]) + former + opus
