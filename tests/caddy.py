"""The real Caddy with our Caddyfile and its own authority, for one test."""

import asyncio
import os
import ssl
import subprocess
from pathlib import Path

from tests.installation import until
from tests.ports import free_port
from tests.wheel import ROOT

CADDYFILE = ROOT / "deploy" / "caddy" / "Caddyfile"


class Caddy:
    """Caddy from this machine's packages; `behind` says where the gateway and the others listen."""

    def __init__(self, folder: Path, **behind: str) -> None:
        self.port, self.log = free_port(), folder / "caddy.log"
        self.url = f"https://localhost:{self.port}"
        self.ca_file = folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "LEADPULSE_SITE__PUBLIC_URL": self.url,
            "LEADPULSE_TLS": "tls internal",
            "LEADPULSE_HTTP_PORT": str(free_port()),
            **{f"LEADPULSE_{name.upper()}": address for name, address in behind.items()},
        }

    async def __aenter__(self) -> "Caddy":
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: ASYNC220 — it is started, not waited for
                ["caddy", "run", "--config", CADDYFILE, "--adapter", "caddyfile"],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        await until(self._answers, 30, f"Caddy answers; see {self.log}")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        await asyncio.to_thread(self._process.wait, 60)

    def trust(self) -> ssl.SSLContext:
        """Who knows Caddy's authority."""
        return ssl.create_default_context(cafile=self.ca_file)

    async def _answers(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        if not self.ca_file.exists():
            return False
        try:
            _, writer = await asyncio.open_connection("localhost", self.port, ssl=self.trust())
        except OSError:
            return False
        writer.close()
        return True
