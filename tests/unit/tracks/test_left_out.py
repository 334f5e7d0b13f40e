"""Who objected or was erased is in no file of the meeting, whatever of his is still on the topic."""

from msgspec.structs import replace

from processors.privacy.erasing import begun
from schemas.erasures import Erasure, Standing
from schemas.privacy import Consent
from tests.unit.tracks.house import REPORTS, House, report
from tests.unit.tracks.test_file import ZERO, loud, meeting

ASKED = Erasure(erasure_id="e" * 16, lead_id="7", reason="отзыв", requested_by="Ольга", requested_at=1, confirmed_at=2)


async def test_who_objects_is_not_kept(house: House) -> None:
    """His track is not in the file, and the recording says so: nobody refuses the others' for it."""
    await house.reports(*REPORTS, report("objected", ZERO + 3000, participant="b", name="Борис"))
    await house.sound(*meeting())
    await house.after(6)
    [told], [path] = house.recordings(), house.files()
    assert list(loud(path)) == ["Анна"]
    assert (told.left_out, told.participants) == (["b"], ["Анна"])


async def test_an_objection_of_nobody_known_keeps_nothing(house: House) -> None:
    """Nobody can say whose track it is."""
    await house.reports(*REPORTS, report("objected", ZERO + 3000))
    await house.sound(*meeting())
    assert await house.after(6) == ["m1"]
    assert (house.files(), house.recordings()) == ([], [])


async def test_an_erased_client_stays_erased(house: House) -> None:
    """His sound is on the topic for two days more."""
    await house.reports(*REPORTS)
    await house.sound(*meeting())
    house.denied.apply(begun(ASKED, "Анна", ZERO))
    assert await house.after(6) == ["m1"]
    assert (house.files(), house.recordings()) == ([], [])


async def test_who_was_erased_has_no_track(house: House) -> None:
    """His client stays, and so do the others: as one who objected, whatever is still on the topic."""
    await house.reports(*REPORTS)
    await house.sound(*meeting())
    boris = Consent(person_id="a" * 16, name="Борис", leads=["7"], at=1, by="x")
    house.denied.apply(begun(replace(ASKED, person=boris.person_id), "Анна", ZERO, standing=Standing(person=boris)))
    assert await house.after(6) == ["m1"]
    [told], [path] = house.recordings(), house.files()
    assert told.participants == ["Анна"]
    assert loud(path) == {"Анна": [(1.0, 3.0), (9.0, 10.0)]}
