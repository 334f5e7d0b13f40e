"""A real Prosody on a free port of loopback, as any user, for one test session or the demo."""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.installation import until
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "jibri-hooks", Path(__file__).parent / "plugins"
GUESTS, STAFF = "meet.test", "auth.meet.test"
"""Domains: guests log in without a name; the focus (and the recorder, on its own domain) with `PASSWORD`."""

RECORDERS = "recorder.meet.test"
BREAKOUTS = "breakout.meet.test"
"""Where breakout rooms are: a MUC without the module, as in Jitsi (`mod_muc_breakout_rooms.lua`)."""
METADATA, EXPORTING = "metadata.meet.test", "live.meet.test"
"""A stand-in for Jitsi's metadata component, and the only MUC whose rooms it knows."""

PASSWORD = "secret"

Option = str | float | bool | list[str]

CONFIG = """
data_path = "{folder}/data"; log = {{ debug = "{log}" }}; plugin_paths = {{ {plugins} }}
interfaces = {{ "127.0.0.1" }}; local_interfaces = {{ "127.0.0.1" }}; c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{}}
modules_enabled = {{ "disco"; "saslauth"; "roster"; "ping" }}
modules_disabled = {{ "s2s"; "tls"; "offline"; "posix" }} -- without posix: no pid file, any user
c2s_require_encryption = false; allow_unencrypted_plain_auth = true
storage = "memory"; admins = {{ "focus@{staff}" }}
VirtualHost "{staff}" authentication = "any"
VirtualHost "{recorders}" authentication = "any"
VirtualHost "{guests}" authentication = "anonymous"
Component "{breakouts}" "muc"
  muc_room_locking = false; muc_room_default_public_jids = true
"""

METADATA_COMPONENT = """
Component "{metadata}" "room_metadata_component"
  muc_component = "{exporting}"; muc_mapper_domain_base = "{guests}"
"""

COMPONENT = """
Component "{domain}" "muc"
  muc_room_locking = false; muc_room_default_public_jids = true
  modules_enabled = {{ "lead_autorecord"; "stage_hand" }}
"""


class Prosody:
    """`components` gives the settings of the module for each MUC domain, without their `lead_autorecord_`.

    Raises AssertionError when Prosody does not come up; its log is `folder/prosody.log`.
    """

    def __init__(self, folder: Path, components: Mapping[str, Mapping[str, Option]]) -> None:
        self.port = 0
        self.log = folder / "prosody.log"
        self._folder, self._components = folder, components
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        for _ in range(5):  # somebody else may take the port first
            self.port = free_port()
            if await self._start():
                return self
            await self._stop()
        raise AssertionError(f"Prosody does not listen:\n{self.log.read_text(errors='replace')[-3000:]}")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stop()

    def complaints(self) -> list[str]:
        """Errors and tracebacks in Prosody's log."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if "\terror\t" in line or "Traceback" in line]

    async def _start(self) -> bool:
        for name in ("data", "certs"):
            (self._folder / name).mkdir(exist_ok=True)
        self.log.write_text("")
        config = self._folder / "prosody.cfg.lua"
        config.write_text(self._config())
        program = shutil.which("prosody")
        assert program, "Prosody is not installed: tools/setup.sh"
        self._process = process = await asyncio.create_subprocess_exec(
            program,
            "--config",
            config,
            "-F",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

        async def decided() -> bool:
            return process.returncode is not None or self._listens() is not None

        await until(decided, 20, "Prosody listens or fails", pause=0.02)
        return process.returncode is None and self._listens() is True

    def _listens(self) -> bool | None:
        log = self.log.read_text(errors="replace")
        if f"Activated service 'c2s' on [127.0.0.1]:{self.port}" in log:
            return True
        return False if "Failed to open server port" in log else None

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 120)
        except TimeoutError:
            process.kill()
            await process.wait()

    def _config(self) -> str:
        plugins = "; ".join(_lua(str(path)) for path in PLUGINS)
        head = CONFIG.format(
            folder=self._folder,
            log=self.log,
            plugins=plugins,
            port=self.port,
            staff=STAFF,
            guests=GUESTS,
            recorders=RECORDERS,
            breakouts=BREAKOUTS,
        )
        mucs = "".join(_component(domain, options) for domain, options in self._components.items())
        if EXPORTING not in self._components:
            return head + mucs
        return head + mucs + METADATA_COMPONENT.format(metadata=METADATA, exporting=EXPORTING, guests=GUESTS)


def _component(domain: str, options: Mapping[str, Option]) -> str:
    lines = [f"  lead_autorecord_{name} = {_lua(value)}\n" for name, value in options.items()]
    return COMPONENT.format(domain=domain) + "".join(lines)


def _lua(value: Option) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return "{ " + "; ".join(_lua(item) for item in value) + " }"
        case _:
            return str(value)
