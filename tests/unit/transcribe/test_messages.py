"""A voice message whose file nobody can read: who said it hears that nothing was understood."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from schemas.codec import Rejected
from schemas.errors import LeadpulseError
from schemas.sources import Inbound, Recording
from tests.unit.transcribe.test_awaited import TRANSCRIPT, Line, together

__all__ = ["together"]

VOICE = {"file_id": "f", "file_unique_id": "u", "duration": 300, "mime_type": "audio/ogg"}
MESSAGE = {"message_id": 7, "date": 1_795_246_200, "chat": {"id": 11, "type": "private"}, "voice": VOICE}
SENT = Inbound("bot", msgspec.Raw(msgspec.json.encode({"update_id": 1, "message": MESSAGE})))
CALL = Inbound("main", msgspec.Raw(b'{"event":"ONVOXIMPLANTCALLEND"}'))


@pytest.mark.parametrize("content", [b"", b"<html>504</html>", b"OggS" + bytes(200)])
async def test_it_is_a_message_without_words(tmp_path: Path, content: bytes) -> None:
    """Empty, a page of a proxy, half a head: no dead letter that its sender never sees. A call's recording is one."""
    line = Line(tmp_path)
    (line.folder / "v.oga").write_bytes(content)
    sent = Recording("v", "v", "v.oga", "v.oga", len(content), "0" * 64, "", 1000, 1000, 0, "ok", said_in=SENT)
    outcome = await line.given(sent)
    assert not outcome.rejected
    [said] = [TRANSCRIPT.decode(output.value) for output in outcome.outputs]
    assert not isinstance(said, Rejected) and said.words == [] and said.recording.said_in == SENT
    with pytest.raises(LeadpulseError):
        await line.given(replace(sent, recording_id="c", said_in=CALL))
