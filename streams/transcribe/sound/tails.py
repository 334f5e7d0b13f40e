"""What a file's own bytes say of its length. Does it go on to where its container says it ends? Asked of those whose
readers do not tell.

WAV     RIFF: the size of the `data` chunk. 0 and the largest sizes are written to a pipe and mean "to the end".
Ogg     RFC 3533: the last page is whole and marked as the end of its stream.
MP4     ISO 14496-12: no box goes past the end; a fragmented file may have lost its last boxes without a trace.
WebM    RFC 8794, 9559: no element goes past the end; written live, it may have lost its last ones without a trace.
"""

import io
import struct
from pathlib import Path
from typing import BinaryIO

SLACK = 4096
"""Bytes of a WAV that may be missing: some programs write the size of the whole file there."""
PAGE = 65_307
"""Largest Ogg page."""
BOXES = {b"mdat", b"moof", b"moov"}
SEGMENT = 0x18538067
TELLS = frozenset(
    {"aiff", "ape", "asf", "au", "avi", "caf", "flac", "flv", "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "ogg"}
    | {"rf64", "tta", "w64", "wav", "wv"}
)
"""FFmpeg's names of formats that hold their length; of all others it guesses."""
HEAD = 1 << 16
"""Bytes in which the first frame of an MP3 begins, behind its tags."""


def tells_length(path: Path, form: str) -> bool:
    """Whether the file itself says how long it is. MP3: a Xing, Info or VBRI header in the first frame does.

    Raises `OSError`.
    """
    if form != "mp3":
        return form in TELLS
    with path.open("rb") as file:
        head = file.read(10)
        tags = sum(part << 7 * place for place, part in enumerate(reversed(head[6:10]))) + 10
        file.seek(tags if head[:3] == b"ID3" else 0)
        first = file.read(HEAD)
    return any(mark in first for mark in (b"Xing", b"Info", b"VBRI"))


def gapless(path: Path) -> bool:
    """Whether every stretch of time has its sound, so that a hole is a loss. In Matroska a muted track has none, in the
    WebM of browsers it goes on. Raises `OSError`."""
    with path.open("rb") as file:
        head = file.read(64)
    return head[:4] in (b"OggS", b"fLaC") or (head[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in head)


def broken_off(path: Path) -> str:
    """What says that there was more, or nothing. Raises `OSError`."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        head = file.read(12)
        file.seek(0)
        match head[:4], head[4:8]:
            case (b"RIFF" | b"RF64", _):
                return _wav(file, size)
            case (b"OggS", _):
                return _ogg(file, size)
            case (b"\x1a\x45\xdf\xa3", _):
                return _matroska(file, size)
            case (_, b"ftyp"):
                return _mp4(file, size)
            case _:
                return ""


def _wav(file: BinaryIO, size: int) -> str:
    file.seek(12)
    long_size = 0
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", head)
        if name == b"ds64":
            long_size = struct.unpack("<Q", file.read(16)[8:])[0]
            file.seek(-16, io.SEEK_CUR)
        if name == b"data":
            told = long_size if length == 0xFFFFFFFF else length
            missing = file.tell() + told - size
            return f"файл обрезан, не хватает {missing} из {told} байт" if missing > SLACK and not _open(told) else ""
        file.seek(length + length % 2, io.SEEK_CUR)
    return ""


def _open(length: int) -> bool:
    """A size written before the end was known: the largest of 31 or 32 bits, more or less."""
    return length >> 16 in {0x7FFF, 0x8000, 0xFFFF}


def _ogg(file: BinaryIO, size: int) -> str:
    file.seek(max(0, size - 2 * PAGE))
    tail = file.read()
    page = tail.rfind(b"OggS")
    if page < 0:
        return "файл обрезан, в конце нет страницы"
    head = tail[page : page + 27]
    lacing = tail[page + 27 : page + 27 + head[26]] if len(head) == 27 else b""
    if len(head) < 27 or len(tail) < page + 27 + head[26] + sum(lacing):
        return "файл обрезан посреди страницы"
    return "" if head[5] & 4 else "файл обрезан, у потока нет конца"


def _mp4(file: BinaryIO, size: int) -> str:
    at = 0
    while at + 8 <= size:
        file.seek(at)
        length, name = struct.unpack(">I4s", file.read(8))
        if length == 1:
            length = int.from_bytes(file.read(8))
        if at + length > size and name in BOXES:
            return f"файл обрезан посреди блока {name.decode()}"
        if length < 8:  # 0 is "to the end of the file"
            return ""
        at += length
    return ""


def _matroska(file: BinaryIO, size: int) -> str:
    """Steps from element to element, into the segment and into clusters that were written live, without a size."""
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(12)
        name = 9 - head[0].bit_length()
        if name > 4:
            return ""  # no EBML any more: what follows is none of ours
        if len(head) == name:
            return "файл обрезан посреди элемента"
        width = 9 - head[name].bit_length()
        length = int.from_bytes(head[name : name + width]) & (1 << 7 * width) - 1
        at += name + width
        is_open = length == (1 << 7 * width) - 1
        if at > size or (not is_open and at + length > size):
            return "файл обрезан посреди элемента"
        if not is_open and int.from_bytes(head[:name]) != SEGMENT:
            at += length
    return ""
