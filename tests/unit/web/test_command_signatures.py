"""Who signs a command on the page, and with what: exactly the text that is shown, by whom it is for, once."""

import json
from pathlib import Path

from webauthn.helpers import base64url_to_bytes

from processors.commands.signing import passkey_holds
from schemas.commands import Approval
from schemas.topics import COMMANDS
from tests.authenticator import Authenticator
from tests.unit.web.commanding import NOTE, TEXT, commanding, written
from tests.unit.web.page import OTHER


async def test_a_device_signs_exactly_what_is_shown(tmp_path: Path) -> None:
    """The proof on the log holds for the digest and for nothing else; the access record stands before it."""
    async with commanding(tmp_path) as house:
        house.user("curator")
        standing = house.proposed()
        answer = await house.sign(f"/commands/{standing.command_id}")
        assert (answer.status, answer.headers["HX-Redirect"]) == (204, f"/commands/{standing.command_id}")
        [approval] = written(house)
        assert isinstance(approval, Approval) and approval.passkey is not None
        user = house.here.office.members.users["ucurator"]
        origin = house.commands.world().origin
        assert passkey_holds(approval.passkey, standing.digest, user, origin) == ""
        assert passkey_holds(approval.passkey, "0" * 64, user, origin) != ""
        topics = [one.topic for one in house.here.sent]
        assert topics.index("audit.access") < topics.index(COMMANDS.name)
        now = house.standing(standing.command_id)
        assert (now.state, now.by, now.how) == ("running", "Ольга Петрова", "passkey")
        seen = await (await house.here.get(f"/commands/{standing.command_id}", "curator")).text()
        assert "ключом устройства" in seen and "data-key" not in seen


async def test_what_is_no_signature_of_this_text_is_refused(tmp_path: Path) -> None:
    """Another's key, an answer to another text's challenge, the same answer twice, none at all, one after two minutes:
    400, and nothing on the log."""
    async with commanding(tmp_path) as house:
        house.user("curator")
        standing = house.proposed()
        path = f"/commands/{standing.command_id}"
        assert (await house.sign(path, device=Authenticator("stranger"))).status == 400
        other = house.proposed(params={"text": "Другое", "chat_id": "-1001001"})
        options = json.loads(await (await house.press(f"/commands/{other.command_id}/challenge", "curator")).text())
        foreign = json.dumps(house.device.answer(base64url_to_bytes(options["challenge"])))
        await house.press(f"{path}/challenge", "curator")
        assert (await house.press(f"{path}/approve", "curator", foreign)).status == 400
        options = json.loads(await (await house.press(f"{path}/challenge", "curator")).text())
        late = json.dumps(house.device.answer(base64url_to_bytes(options["challenge"])))
        house.here.now += 120_000
        assert (await house.press(f"{path}/approve", "curator", late)).status == 400
        for body in ("", "{}", "[", "null"):
            await house.press(f"{path}/challenge", "curator")
            assert (await house.press(f"{path}/approve", "curator", body)).status == 400
        assert written(house) == []
        assert house.standing(standing.command_id).state == "asking"


async def test_pressed_twice_it_shows_how_it_stands(tmp_path: Path) -> None:
    """One approval on the log; the second press leads to the card."""
    async with commanding(tmp_path) as house:
        house.user("curator")
        path = f"/commands/{house.proposed().command_id}"
        await house.sign(path)
        answer = await house.press(f"{path}/approve", "curator", "{}")
        assert (answer.status, answer.headers["HX-Redirect"]) == (204, path)
        assert len(written(house)) == 1
        assert (await house.press(f"{path}/challenge", "curator")).status == 400


async def test_another_curators_command_is_not_there(tmp_path: Path) -> None:
    """404 for reading and for every word on it; nothing of it in his list, in the menu, on the log."""
    async with commanding(tmp_path) as house:
        house.user("curator")
        theirs = house.proposed("note.add", lead_id=OTHER, **NOTE)
        seen = await (await house.here.get("/commands", "curator")).text()
        assert "звонить после 18" not in seen and "Ничего не ждёт подписи" in seen and "Команды\u00a01" not in seen
        path = f"/commands/{theirs.command_id}"
        assert (await house.here.get(path, "curator")).status == 404
        for end in ("approve", "refuse", "edit", "decided", "challenge"):
            assert (await house.here.post(f"{path}/{end}", "curator", {"digest": theirs.digest})).status == 404, end
        assert written(house) == []
        seen = await (await house.here.get("/commands", "head")).text()
        assert "звонить после 18" in seen and "Команды\u00a01" in seen


async def test_a_viewer_and_an_administrator_sign_nothing(tmp_path: Path) -> None:
    """They may look, as at the client; their press is 403, whatever their device says."""
    async with commanding(tmp_path) as house:
        house.user("admin")
        house.user("viewer", leads="all")
        standing = house.proposed()
        for role in ("viewer", "admin"):
            seen = await (await house.here.get(f"/commands/{standing.command_id}", role)).text()
            assert TEXT in seen and "data-key" not in seen
            assert (await house.here.post(f"/commands/{standing.command_id}/approve", role)).status == 403
        assert written(house) == []


async def test_who_may_look_at_anothers_client_signs_nothing_of_him(tmp_path: Path) -> None:
    """A curator who sees all clients reads the command; his yes, no and edit are 403."""
    async with commanding(tmp_path) as house:
        house.user("curator", leads="all")
        theirs = house.proposed("note.add", lead_id=OTHER, **NOTE)
        seen = await (await house.here.get(f"/commands/{theirs.command_id}", "curator")).text()
        assert "звонить после 18" in seen and "Отказать" not in seen
        form = {"digest": theirs.digest, "reason": "рано", "p_text": "иначе", "outcome": "done"}
        for end in ("approve", "refuse", "edit", "challenge"):
            assert (await house.here.post(f"/commands/{theirs.command_id}/{end}", "curator", form)).status == 403, end
        assert written(house) == []
