"""`streams.gateway.jitsi`."""

import json

import pytest

from processors.normalize.recordings import FROM_JITSI
from schemas.sources import RoomReport
from tests.unit.gateway.door import Door
from tests.unit.gateway.strangers import Slow

PATH = "/hooks/jitsi"
LEAD = "/hooks/jitsi/lead"
JOINED = {
    "id": "r-1",
    "happening": "joined",
    "ts": 1_795_244_400_000,
    "room": "lead-12345-kickoff",
    "meeting_id": "m-1",
    "lead_id": "12345",
    "participant": "abcd",
    "name": "Анна",
}
NEAR_MISS = {
    "id": "r-2",
    "happening": "unrecorded",
    "ts": 1,
    "room": "lead_12345",
    "meeting_id": "m-2",
    "lead_id": None,
}


async def test_reports_are_kept_in_order_of_their_room() -> None:
    """Every report becomes a record of `source.recordings` keyed by its room, in the form that the pipeline reads."""
    async with Door() as door:
        body = json.dumps([JOINED, NEAR_MISS])
        assert await door.post(PATH, body, Authorization="Bearer room") == (200, {"accepted": 2})
        assert [(o.topic, o.key) for o in door.shelf.outputs] == [
            ("source.recordings", b"lead-12345-kickoff"),
            ("source.recordings", b"lead_12345"),
        ]
        first, second = (FROM_JITSI.decode(output.value) for output in door.shelf.outputs)
        assert isinstance(first, RoomReport)
        assert (first.name, first.lead_id) == ("Анна", "12345")
        assert isinstance(second, RoomReport)
        assert second.lead_id is None


async def test_an_objection_is_known_before_the_room_is_answered() -> None:
    """It stands on `meeting.objections`, too, where the transcriber looks before and after its work."""
    async with Door() as door:
        objected = JOINED | {"id": "r-3", "happening": "objected", "session_id": "s-1", "since": 5}
        assert (await door.post(PATH, json.dumps([JOINED, objected]), Authorization="Bearer room"))[0] == 200
        assert [(o.topic, o.key) for o in door.shelf.outputs] == [
            ("meeting.objections", b"r-3"),
            ("source.recordings", b"lead-12345-kickoff"),
            ("source.recordings", b"lead-12345-kickoff"),
        ]
        objection = FROM_JITSI.decode(door.shelf.outputs[0].value)
        assert isinstance(objection, RoomReport)
        assert (objection.happening, objection.session_id, objection.since) == ("objected", "s-1", 5)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{}", 400),
        ("[", 400),
        (json.dumps([JOINED | {"happening": "danced"}]), 400),
        (json.dumps([JOINED, JOINED | {"room": ""}]), 400),
        (json.dumps([JOINED | {"ts": "now"}]), 400),
        (json.dumps([JOINED | {"happening": "recording_deleted", "recording_id": "r"}]), 400),
        (json.dumps([JOINED | {"recording_id": "r"}]), 400),
        (json.dumps([JOINED | {"lead_id": "12345kickoff"}]), 400),
        ("x" * 5000, 413),
    ],
)
async def test_bad_bodies_are_refused_whole(body: str, status: int) -> None:
    """A reason, and nothing of the request is kept."""
    async with Door() as door:
        answer, reason = await door.post(PATH, body, Authorization="Bearer room")
        assert answer == status
        assert reason["error"]
        assert door.shelf.outputs == []


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic room", "room"])
async def test_a_wrong_token_is_refused(authorization: str) -> None:
    """Only the token in the settings lets a report in."""
    async with Door() as door:
        assert (await door.post(PATH, json.dumps([JOINED]), Authorization=authorization))[0] == 401
        assert door.shelf.outputs == []


async def test_what_is_known_of_a_lead() -> None:
    """Known, not known, and of which nobody can say; also while Kafka is away, for nothing is stored."""
    async with Door() as door:
        door.known.update({"12345": True, "123452": False})
        door.intake.open = False
        for lead, known in {"12345": True, "123452": False, "7": None}.items():
            answer = await door.post(LEAD, json.dumps({"lead_id": lead}), Authorization="Bearer room")
            assert answer == (200, {"known": known})


@pytest.mark.parametrize(
    ("body", "status"),
    [("{}", 400), ("[", 400), ('{"lead_id": 5}', 400), ('{"lead_id": "12x"}', 400), (" " * 2000 + "{}", 413)],
)
async def test_a_bad_question_is_refused(body: str, status: int) -> None:
    """A reason, for whoever connects something else."""
    async with Door() as door:
        answer, reason = await door.post(LEAD, body, Authorization="Bearer room")
        assert answer == status
        assert reason["error"]


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic room", "room"])
async def test_a_stranger_learns_no_lead(authorization: str) -> None:
    """Who our clients are is nobody's business."""
    async with Door() as door:
        door.known["12345"] = True
        answer = await door.post(LEAD, json.dumps({"lead_id": "12345"}), Authorization=authorization)
        assert answer == (401, {"error": "wrong token"})


async def test_a_strangers_question_is_not_waited_for() -> None:
    """401 after the head: the token is compared before the body."""
    head = b"POST /hooks/jitsi/lead HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\nAuthorization: Bearer wrong\r\n\r\n{"
    async with Door(read_timeout=60.0) as door, Slow(door.port, head) as stranger:
        assert await stranger.status() == 401
