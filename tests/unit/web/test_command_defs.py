"""What commands there are, on the page: figures, switches, a new one with the administrator's signature."""

import re
from pathlib import Path

from processors.commands.attesting import attested
from schemas.command_codecs import DEFINITION
from schemas.command_defs import DefinitionSigned
from schemas.commands import Approval, Switched
from schemas.proofs import PasskeyProof
from schemas.topics import COMMAND_DEFS
from streams.web.told.definitions import NEW, diff
from tests.authenticator import Authenticator
from tests.unit.web.commanding import House, commanding, written

HOSTS = {"hosts": ["crm.example.ru"]}


async def approved(house: House, times: int) -> None:
    """So many notes were proposed and approved as they were."""
    user = house.here.office.members.users["ucurator"]
    for number in range(times):
        standing = house.proposed("note.add", params={"text": f"заметка {number}"})
        if standing.state != "asking":  # a limit of the day: the next day comes
            house.here.now += 86_400_000
            standing = house.proposed("note.add", params={"text": f"заметка {number}, снова"})
        answer = Approval(
            digest=standing.digest, at=house.here.now, command_id=standing.command_id, user_id=user.user_id
        )
        house.fold(attested(answer, house.keys["web"].key_id, house.keys["web"].private))
        assert house.standing(standing.command_id).state == "done"


def test_what_differs() -> None:
    """Lines that came and went; of a new one nothing."""
    assert diff("", "a: 1") == []
    assert diff("a: 1\nb: 2", "a: 1\nb: 3") == [("", " a: 1"), ("removed", "-b: 2"), ("added", "+b: 3")]


async def test_everybody_reads_and_only_an_administrator_changes(tmp_path: Path) -> None:
    """Each with who signs it and its figures; what leaves the house never runs by itself; forms are the admin's."""
    async with commanding(tmp_path) as house:
        house.user("curator")
        seen = await (await house.here.get("/commands/definitions", "curator")).text()
        for words in ("Написать клиенту в чат", "сама не выполняется никогда", "только ключом устройства"):
            assert words.casefold() in seen.casefold(), words
        assert "Новая команда" not in seen and "/switch" not in seen
        for path in ("new", "check", "x/challenge", "x/sign", "note.add/switch"):
            ask = house.here.get if path == "new" else house.here.post
            assert (await ask(f"/commands/definitions/{path}", "curator")).status == 403, path
        house.here.is_stepped = True
        seen = await (await house.here.get("/commands/definitions", "admin")).text()
        assert "Новая команда" in seen and "/switch" in seen and 'value="unlock"' not in seen


async def test_one_runs_by_itself_after_thirty_good_ones(tmp_path: Path) -> None:
    """Not before: neither is the button there nor does a press count. Nothing outward ever. A key minutes ago."""
    async with commanding(tmp_path) as house:
        house.user("curator")
        house.user("admin")
        path = "/commands/definitions/note.add/switch"
        assert (await house.here.post(path, "admin", {"do": "pause"})).status in (302, 303, 403)
        house.here.is_stepped = True
        await approved(house, 29)
        assert (await house.here.post(path, "admin", {"do": "unlock"})).status == 400
        await approved(house, 31)
        seen = await (await house.here.get("/commands/definitions", "admin")).text()
        assert 'value="unlock"' in seen and "100 %" in seen
        assert (await house.here.post(path, "admin", {"do": "unlock"})).status == 303
        switched = [one for one in written(house) if isinstance(one, Switched)]
        assert [(one.name, one.auto, one.user_id) for one in switched] == [("note.add", True, "uadmin")]
        assert "note.add" in house.desk.unlocked
        outward = "/commands/definitions/telegram.reply/switch"
        assert (await house.here.post(outward, "admin", {"do": "unlock"})).status == 400
        house.here.now += 1
        assert (await house.here.post(path, "admin", {"do": "pause"})).status == 303
        assert "note.add" in house.desk.paused


async def test_faults_are_told_by_their_line(tmp_path: Path) -> None:
    """A host that the settings do not name, one that would run by itself: said, and nothing to sign."""
    async with commanding(tmp_path, **HOSTS) as house:
        house.user("admin")
        for text in (NEW.replace("crm.example.ru", "127.0.0.1"), NEW + "auto: {min_percent: 50}\n", "name: [", ""):
            seen = await (await house.here.post("/commands/definitions/check", "admin", {"text": text})).text()
            assert "Так не получится" in seen and "data-key" not in seen, text
        seen = await (await house.here.post("/commands/definitions/check", "admin", {"text": "name: x\n"})).text()
        assert re.search(r"строк|version|title", seen)


async def test_a_new_one_counts_once_its_text_is_signed(tmp_path: Path) -> None:
    """Shown: what it would send, and that nothing was sent. Signed: exactly this text. Another's device, a text that
    was not shown, the same version again: refused. A new version shows what differs."""
    async with commanding(tmp_path, **HOSTS) as house:
        house.user("admin")
        checked = await house.here.post("/commands/definitions/check", "admin", {"text": NEW})
        seen = await checked.text()
        assert "https://crm.example.ru/hook" in seen and "ничего не отправлено" in seen and "наружу" in seen
        assert not [one for one in house.here.sent if one.topic != "audit.access"]
        found = re.search(r"/commands/definitions/([0-9a-f]{64})/sign", seen)
        assert found is not None
        path = f"/commands/definitions/{found[1]}"
        assert (await house.sign(path, "admin", Authenticator("stranger"))).status == 400
        assert (await house.sign(f"/commands/definitions/{'0' * 64}", "admin")).status == 400
        assert (await house.sign(path, "admin")).status == 204
        [output] = [one for one in house.here.sent if one.topic == COMMAND_DEFS.name]
        signed = DEFINITION.decode(output.value or b"")
        assert isinstance(signed, DefinitionSigned) and (signed.text, output.key) == (NEW, b"http.example@1")
        assert ("http.example", 1) in house.commands.definitions()
        again = await (await house.here.post("/commands/definitions/check", "admin", {"text": NEW})).text()
        assert "version: 2" in again and "data-key" not in again
        changed = NEW.replace("version: 1", "version: 2").replace("1000", "500")
        seen = await (await house.here.post("/commands/definitions/check", "admin", {"text": changed})).text()
        assert "Что изменилось" in seen and 'class="added"' in seen


async def test_what_the_assistant_drafted_stands_in_the_form(tmp_path: Path) -> None:
    """Once a curator agreed; the administrator sees it in the list and opens it prefilled."""
    async with commanding(tmp_path, **HOSTS) as house:
        house.user("curator")
        text = NEW.replace("Что делает команда", "Открыть пропуск")
        standing = house.proposed("command.new", lead_id="", params={"wish": "пропуск", "text": text})
        form = {"digest": standing.digest}
        assert (await house.here.post(f"/commands/{standing.command_id}/approve", "curator", form)).status == 303
        listed = await (await house.here.get("/commands/definitions", "admin")).text()
        assert f"new?command={standing.command_id}" in listed
        seen = await (await house.here.get(f"/commands/definitions/new?command={standing.command_id}", "admin")).text()
        assert "Открыть пропуск" in seen


async def test_a_version_is_never_another_text(tmp_path: Path) -> None:
    """Nor when who signed it has left: a command that waits was shown by the former text."""
    async with commanding(tmp_path, **HOSTS) as house:
        house.user("admin")
        lost = DefinitionSigned(
            text=NEW,
            user_id="gone",
            at=1,
            passkey=PasskeyProof(credential="x", nonce="0" * 32, authenticator_data="", client_data="", signature=""),
        )
        house.commands.around.definitions.catalogue.take("http.example@1", DEFINITION.encode(lost))
        assert ("http.example", 1) not in house.commands.definitions()
        seen = await (await house.here.post("/commands/definitions/check", "admin", {"text": NEW})).text()
        assert "version: 2" in seen and "data-key" not in seen
