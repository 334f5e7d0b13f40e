"""Records of telephone calls: fetched once into the recordings folder, bounded, from hosts that are allowed.

The address of a file carries a token of the webhook, so nothing of it stands in an error or a log but the host.
"""

import asyncio
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp

from schemas.errors import RecordFault, Refused, Transient
from streams.engine.places import look_at_share
from streams.engine.remote import LazySession
from streams.settings import Bitrix, Speech

LARGEST: Final = 200 << 20
"""Bytes: three hours of telephone sound in the coarsest format there is (WAV of 8 kHz, both sides)."""
CHUNK: Final = 256 << 10
HOSTS: Final = ("bitrix24.ru", "bitrix24.com", "voximplant.com")
"""Where the portal's telephony and disk keep files (b24restdocs: `disk.file.get`, `voximplant.statistic.get`)."""
MOST_HOPS: Final = 5
AWAY_S: Final = 10.0
SECONDS: Final = 600.0
"""For a whole file: the largest one at 3 Mbit/s."""
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


class Records:
    """The folder and the way to it."""

    def __init__(self, bitrix: Bitrix, speech: Speech) -> None:
        self._http = LazySession(SECONDS)
        portal = urlsplit(bitrix.webhook.get_secret_value())
        self._home = (portal.scheme, portal.netloc)
        self._hosts: Collection[str] = (*HOSTS, *(host.lower().lstrip(".") for host in bitrix.record_hosts))
        self.root, self._mount = speech.recordings, speech.recordings_mount

    async def fetch(self, url: str, stem: Path) -> Path:
        """Where the file of `url` lies; it is whole there or not at all, and it is fetched once. Raises `Refused` where
        it is never given, `Transient` (among it `RecordFault`: of this file alone)."""
        there = await asyncio.to_thread(self._there, stem)
        if there is not None:
            return there
        for _ in range(MOST_HOPS):
            if not self._may(url):
                host = urlsplit(url).hostname
                raise RecordFault(f"с {host or 'адреса без имени'} записи не скачиваются (bitrix.record_hosts)")
            moved = await self._hop(url, stem)
            if isinstance(moved, Path):
                return moved
            url = urljoin(url, moved)
        raise Refused("запись: слишком много перенаправлений")

    def _there(self, stem: Path) -> Path | None:
        if not self.root.is_absolute():  # a folder of this installation; a share is waited for, never made
            self.root.mkdir(parents=True, exist_ok=True)
        if away := look_at_share(self.root, self._mount)():
            raise Transient(f"{self.root}: {away} (speech.recordings)", AWAY_S)
        return next((one for one in stem.parent.glob(f"{stem.name}.*") if one.suffix != ".part"), None)

    def _may(self, url: str) -> bool:
        """The portal as the webhook names it; over TLS the hosts that are known. Never an address inside the house."""
        at = urlsplit(url)
        if (at.scheme, at.netloc) == self._home:
            return True
        host = (at.hostname or "").lower()
        return at.scheme == "https" and any(host == one or host.endswith(f".{one}") for one in self._hosts)

    async def _hop(self, url: str, stem: Path) -> Path | str:
        """The file, or where it has moved to."""
        try:
            async with self._http().get(url, allow_redirects=False) as response:
                if 300 <= response.status < 400:
                    return response.headers.get("Location", "")
                if response.status != 200:
                    raise RecordFault(f"record: answer {response.status}")
                if response.content_type.startswith(("text/", "application/json")):
                    raise RecordFault("record: a page instead of sound")
                return await self._write(response, stem, _suffix(url, response))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise RecordFault(f"record: no answer ({type(error).__name__})") from None
        except OSError as error:
            raise Transient(f"a file cannot be written: {error.strerror} (speech.recordings)", AWAY_S) from None

    async def _write(self, response: aiohttp.ClientResponse, stem: Path, suffix: str) -> Path:
        await asyncio.to_thread(stem.parent.mkdir, 0o700, parents=True, exist_ok=True)
        part, size = stem.with_suffix(".part"), 0
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            async for chunk in response.content.iter_chunked(CHUNK):
                size += len(chunk)
                if size > LARGEST:
                    part.unlink(missing_ok=True)
                    raise Refused(f"запись больше {LARGEST >> 20} МБ")
                await asyncio.to_thread(out.write, chunk)
            out.flush()
            await asyncio.to_thread(os.fsync, out.fileno())
        if not size:
            part.unlink(missing_ok=True)
            raise RecordFault("record: an empty file")
        return part.replace(stem.with_suffix(suffix))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def _suffix(url: str, response: aiohttp.ClientResponse) -> str:
    disposition = response.content_disposition
    name = (disposition.filename if disposition is not None else None) or urlsplit(url).path
    suffix = Path(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) and suffix not in (".part", ".json") else ".bin"
