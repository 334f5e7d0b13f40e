"""`result.json` of Telegram Desktop, read as it comes."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ConfigError
from streams.loading import export_in
from streams.loading.exports import Repaired
from tests.exports import chat, said, written


class Slow(io.BytesIO):
    """Gives a few bytes at a time, however many are asked for."""

    def __init__(self, data: bytes, step: int) -> None:
        super().__init__(data)
        self._step = step

    def read(self, _size: int | None = -1) -> bytes:
        """The next few."""
        return super().read(self._step)


def messages(file: Path) -> list[tuple[Any, int]]:
    """The id of every message with that of its chat."""
    with file.open("rb") as source:
        return [(one.chat.id, one.message["id"]) for _, one in export_in(source, file).read()]


@given(st.integers(1, 9))
def test_control_characters_are_mended_wherever_a_read_ends(step: int) -> None:
    """tdesktop writes them as no JSON does; a backslash that somebody typed stays one."""
    written_ = rb'{"a": "\x0B\\x0b \\\x1F \n\\"}\\'
    repaired, found = Repaired(Slow(written_, step)), b""
    while chunk := repaired.read(4):
        found += chunk
    assert found == rb'{"a": "\u000B\\x0b \\\u001F \n\\"}\\'


def test_a_chat_and_a_full_export_are_read_alike(tmp_path: Path) -> None:
    """Chats in their order, also those that were left; lists of the same name elsewhere are none."""
    one = written(tmp_path / "one.json", chat(1, [said(1), said(2)]))
    assert messages(one) == [(1, 1), (1, 2)]
    odd = said(3, messages=[{"id": 9}], inner={"type": "x", "messages": [{"id": 8}]})
    full = written(tmp_path / "full.json", chat(1, [said(1), odd]), chat(2, []), chat(3, [said(4)]), full=True)
    assert messages(full) == [(1, 1), (1, 3), (3, 4)]


@pytest.mark.parametrize("cut", [1, 30, 200, 500])
def test_a_file_that_was_cut_off_says_so(tmp_path: Path, cut: int) -> None:
    """Half of a history must not look like all of it."""
    file = written(tmp_path / "a.json", chat(1, [said(1), said(2)]))
    file.write_bytes(file.read_bytes()[:-cut])
    with pytest.raises(ConfigError, match="обрезан"):
        messages(file)


@pytest.mark.parametrize("body", ["[]", "{}", '{"messages": []}', '{"type": "x", "messages": {}}', '"x"'])
def test_another_json_is_told_from_an_export(tmp_path: Path, body: str) -> None:
    """With what is wanted instead."""
    file = tmp_path / "a.json"
    file.write_text(body)
    with pytest.raises(ConfigError, match=r"нет чатов. Нужен result\.json"):
        messages(file)
