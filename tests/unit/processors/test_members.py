"""Changes of a user of the page: what takes rights away ends his sessions."""

from processors.members import disabled, enabled, found, with_passkey, with_role, without_passkey
from schemas.people import Passkey, WebUser

KEY = Passkey(credential="a", public_key="p", sign_count=1)
OLGA = WebUser(user_id="u1", name="Ольга Петрова", role="curator", passkeys=[KEY])


def test_a_new_role_ends_sessions() -> None:
    """The same role changes nothing."""
    assert with_role(OLGA, "curator", 9) == OLGA
    assert (with_role(OLGA, "head", 9).role, with_role(OLGA, "head", 9).sessions_from) == ("head", 9)


def test_who_is_let_in_again_begins_anew() -> None:
    """Sessions and keys of before do not come back with him."""
    out = disabled(OLGA, 9)
    assert (out.disabled, out.passkeys, out.sessions_from) == (True, [], 9)
    again = enabled(out)
    assert (again.disabled, again.passkeys, again.sessions_from) == (False, [], 9)


def test_keys() -> None:
    """The same key with a new count stays one; a lost one ends sessions, an unknown one nothing."""
    counted = with_passkey(OLGA, Passkey(credential="a", public_key="p", sign_count=2))
    assert [key.sign_count for key in counted.passkeys] == [2]
    assert len(with_passkey(OLGA, Passkey(credential="b", public_key="p")).passkeys) == 2
    assert without_passkey(OLGA, "b", 9) == OLGA
    assert (without_passkey(OLGA, "a", 9).passkeys, without_passkey(OLGA, "a", 9).sessions_from) == ([], 9)


def test_whom_a_person_means() -> None:
    """An id goes before a name; a name whatever its case and spaces."""
    other = WebUser(user_id="u2", name="u1", role="head")
    assert found([OLGA, other], "u1") == [OLGA]
    assert found([OLGA, other], " ольга  петрова ") == [OLGA]
    assert found([OLGA, other], "никто") == []
