"""`leadpulse identity merge|unmerge`: what is told first, what is written, what is refused."""

import msgspec
import pytest

from processors.identity import Identities
from schemas.sources import ClientRef, Identity
from tests.unit.cli.conftest import Line
from tests.unit.cli.test_identity import TEN, Kafka, kafka

__all__ = ["kafka"]


def table(kafka: Kafka) -> Identities:
    """What all workers read."""
    found = Identities()
    for key, value in kafka.topics["identities"]:
        found.apply(key.decode(), None if value is None else msgspec.json.decode(value, type=Identity))
    return found


def test_the_plan_is_told_and_nothing_is_written_without_a_yes(line: Line, kafka: Kafka) -> None:
    """The links by name, what else goes, and how to go back; a no leaves all as it is."""
    before = list(kafka.topics["identities"])
    asked = line("identity", "merge", "7", "8")
    assert (asked.exit_code, kafka.topics["identities"]) == (1, before)
    for words in ("Лид 7 станет частью клиента 8", "1 привязка", "комната встречи", "romashka", "Объединить?"):
        assert words in asked.output.replace("\u00a0", " ")


def test_a_merge_is_one_record_and_its_end_gives_back_what_there_was(line: Line, kafka: Kafka) -> None:
    """Who said it and when; links of the lead stay its own."""
    room = ClientRef("jitsi_room", "romashka")
    done = line("identity", "merge", "7", "8", "--yes", "--by", "Анна")
    assert done.exit_code == 0, done.output
    key, value = kafka.topics["identities"][-1]
    told = msgspec.json.decode(value or b"", type=Identity)
    assert (key, told.lead_id, told.confirmed_by, told.confirmed_at) == (b"lead:7", "8", "Анна", TEN)
    assert table(kafka).find(room) == "8"
    assert "объединённый лид" in line("identity", "list").stdout
    assert "объединён с лидом 8" in line("identity", "link", "tg_chat", "-5", "7", "--yes").stderr
    assert line("identity", "unmerge", "7").exit_code == 0
    assert table(kafka).find(room) == "7"


@pytest.mark.usefixtures("kafka")
def test_what_makes_no_sense_is_refused(line: Line) -> None:
    """A lead with itself, twice, in a circle, with one that is no more; the end of what never was."""
    assert line("identity", "merge", "7", "7", "--yes").exit_code == 1
    assert line("identity", "unmerge", "7").exit_code == 1
    assert line("identity", "merge", "7", "8", "--yes").exit_code == 0
    for lead, into, said in (("7", "9", "уже объединён"), ("8", "7", "сам объединён"), ("9", "7", "сам объединён")):
        refused = line("identity", "merge", lead, into, "--yes")
        assert (refused.exit_code, said in refused.stderr) == (1, True)
