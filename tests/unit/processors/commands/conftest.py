"""An empty office: a desk, its people and their devices."""

import pytest

from tests.unit.processors.commands.office import Office


@pytest.fixture
def office() -> Office:
    return Office()
