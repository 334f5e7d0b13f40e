"""What is said when the store does not answer."""

import pytest
from pydantic import SecretStr

from schemas.errors import Transient
from streams.clients.store import call
from streams.settings import Store
from tests.ports import free_port


def test_it_names_the_place_and_nothing_of_what_was_asked() -> None:
    """A recording's id or a room's name in the address is what a sender wrote, and faults stand in logs."""
    store = Store(api_port=free_port(), api_token=SecretStr("t"))
    with pytest.raises(Transient) as told:
        call(store, "/api/leads/7/people?room=%D0%A0%D0%BE%D0%BC%D0%B0%D1%88%D0%BA%D0%B0")
    assert f"127.0.0.1:{store.api_port}: в соединении отказано" in str(told.value)
    assert "leads" not in str(told.value) and "%D0" not in str(told.value)
