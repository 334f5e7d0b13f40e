"""`streams.gateway.address`: whose request it is, and from where an entrance takes it."""

import pytest
from pydantic import ValidationError

from streams.gateway.address import Senders
from streams.settings import Gateway
from tests.unit.gateway.door import Door
from tests.unit.gateway.test_wms import event

SETTINGS = Gateway.model_validate(
    {
        "trusted_proxies": ["127.0.0.1", "10.1.0.0/16", "fd00::/8"],
        "telegram": {"main": {"secret": "s"}},
        "only_from": {"telegram/main": ["149.154.160.0/20", "2001:67c:4e8::/48"], "bitrix": []},
    }
)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("8.8.8.8", [], "8.8.8.8"),
        ("8.8.8.8", ["149.154.161.2"], "8.8.8.8"),  # who is no proxy may say what he likes
        ("127.0.0.1", ["149.154.161.2"], "149.154.161.2"),
        ("127.0.0.1", ["149.154.161.2, 8.8.8.8"], "8.8.8.8"),  # the first was written by the sender himself
        ("127.0.0.1", ["149.154.161.2", "8.8.8.8"], "8.8.8.8"),
        ("127.0.0.1", ["149.154.161.2, 10.1.2.3"], "149.154.161.2"),  # through two of our own
        ("::ffff:127.0.0.1", ["149.154.161.2"], "149.154.161.2"),
        ("fd00::7", ["2001:67c:4e8::1"], "2001:67c:4e8::1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["unknown"], None),
        ("", ["149.154.161.2"], None),
    ],
)
def test_whose_request_it_is(peer: str, forwarded: list[str], address: str | None) -> None:
    """The last address of the list that a trusted proxy names, and only what such a proxy names."""
    found = Senders(SETTINGS).address(peer, forwarded)
    assert (str(found) if found else None) == address


@pytest.mark.parametrize(
    ("entrance", "peer", "may"),
    [
        ("telegram/main", "149.154.161.2", True),
        ("telegram/main", "2001:67c:4e8::1", True),
        ("telegram/main", "149.154.176.1", False),
        ("telegram/main", "nobody", False),
        ("bitrix", "149.154.161.2", False),
        ("jitsi", "8.8.8.8", True),
    ],
)
def test_who_may_send(entrance: str, peer: str, may: bool) -> None:
    """A list lets in its own, an empty one nobody; without a list the address does not matter."""
    assert Senders(SETTINGS).may(entrance, peer, ()) is may


def test_a_list_for_an_entrance_that_is_not_there_is_a_fault() -> None:
    """A typing error does not leave open what was to be closed."""
    with pytest.raises(ValidationError, match="нет входа telegram/mian; есть bitrix, jitsi, live, telegram/main"):
        Gateway.model_validate({"telegram": {"main": {"secret": "s"}}, "only_from": {"telegram/mian": ["1.1.1.1"]}})


async def test_an_address_that_may_not_send_gets_the_answer_of_a_stranger() -> None:
    """With the right token from a wrong address: 401 as with a wrong one, and nothing is taken."""
    lists = Gateway.model_validate({"only_from": {"wms/main": ["10.0.0.1"]}, "wms": {"main": {}}}).only_from
    async with Door(only_from=lists) as door:
        refused = await door.wms(event())
        stranger = await door.post("/hooks/wms/main", event(), Authorization="Bearer wrong")
        assert refused == stranger and refused[0] == 401
        spoofed = await door.post("/hooks/wms/main", event(), Authorization="Bearer right", X_Forwarded_For="10.0.0.1")
        assert spoofed[0] == 401
        assert door.shelf.outputs == []
        assert (await door.post("/hooks/other/main", b""))[0] == 404
