"""What tests of several parts share: a process has one chDB engine and one folder of it, which is the session's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.settings import Store
from streams.store.clickhouse import open_client


@pytest.fixture(scope="session")
def chdb_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The engine's folder, open for the session."""
    folder = tmp_path_factory.mktemp("chdb")
    keeper = open_client(Store(folder=folder), {}, None)
    yield folder
    keeper.close()
