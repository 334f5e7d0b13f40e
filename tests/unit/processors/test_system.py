"""`processors.russian.system`: what the operating system refuses, in Russian."""

import errno
from urllib.error import URLError

import pytest

from processors.russian.system import os_reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "на диске нет места"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "такого файла или папки нет"),
        (URLError(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")), "в соединении отказано"),
        (TimeoutError("timed out"), "нет ответа"),
        (OSError(errno.EXDEV, "Invalid cross-device link"), "Invalid cross-device link"),
        (OSError(), "OSError"),
        (ValueError("unknown url type"), "unknown url type"),
    ],
)
def test_a_refusal_is_russian_where_there_are_words(error: Exception, words: str) -> None:
    """Of the others the system's own text is better than nothing."""
    assert os_reason(error) == words
