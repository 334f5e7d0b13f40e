"""`leadpulse migrate` on the real chDB, each call a process of its own: one process opens one folder."""

import os
import subprocess
import sys
from pathlib import Path

from tests.migrated import copy_migrated

HOLD = (
    "import sys; from pathlib import Path; from streams.settings import Store;"
    "from streams.store.clickhouse import open_client;"
    "client = open_client(Store(folder=Path(sys.argv[1])), {}, None); print('open', flush=True); sys.stdin.read()"
)


def migrate(folder: Path) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", "migrate"],
        env={**os.environ, "LEADPULSE_STORE__FOLDER": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_tables_are_made_once(tmp_path: Path) -> None:
    """The first run applies every file, the second says that nothing is to do; so it is in the copy that tests get."""
    code, first, _ = migrate(tmp_path / "chdb")
    assert code == 0
    assert "применена  0001_core.sql" in first
    assert migrate(tmp_path / "chdb") == (0, "таблицы уже в порядке\n", "")
    copy_migrated(tmp_path / "copy")
    assert migrate(tmp_path / "copy") == (0, "таблицы уже в порядке\n", "")


def test_a_folder_that_a_store_holds_is_explained(tmp_path: Path) -> None:
    """One line that names the folder and what to do, exit code 1, no traceback."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "chdb")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        code, _, said = migrate(tmp_path / "chdb")
        holder.communicate(b"")
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith(f"Ошибка: папка {tmp_path / 'chdb'} занята")
