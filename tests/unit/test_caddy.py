"""Caddy's files: it reads them itself, and what they leave open is named in their example."""

import os
import re
import subprocess

import pytest

from streams.settings import Settings
from tests.caddy import CADDYFILE
from tests.unit.test_systemd import analyze

FOLDER = CADDYFILE.parent
ENVIRON = {"LEADPULSE_SITE__PUBLIC_URL": "https://leadpulse.example.ru"}


def caddy(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The program; it looks at the file only."""
    whole = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | ENVIRON | environ
    return subprocess.run(["caddy", *words], env=whole, capture_output=True, text=True)


@pytest.mark.parametrize("tls", ["", "tls internal"])
def test_caddy_reads_its_file(tls: str) -> None:
    """With a public certificate and with its own authority."""
    said = caddy("validate", "--config", str(CADDYFILE), "--adapter", "caddyfile", LEADPULSE_TLS=tls)
    assert said.returncode == 0, said.stderr


def test_its_file_is_formatted() -> None:
    """As `caddy fmt` writes it."""
    assert caddy("fmt", str(CADDYFILE)).stdout == CADDYFILE.read_text()


def test_the_example_names_all_that_is_left_open() -> None:
    """Each `{$NAME}` of the file, but the port that only tests change."""
    asked = set(re.findall(r"\{\$(LEADPULSE_[A-Z_]+)", CADDYFILE.read_text())) - {"LEADPULSE_HTTP_PORT"}
    named = set(re.findall(r"^#?(LEADPULSE_[A-Z_]+)=", (FOLDER / "caddy.env").read_text(), re.M))
    assert asked == named


def test_where_others_listen_is_where_we_listen() -> None:
    """The gateway's default address."""
    gateway = Settings.model_construct().gateway
    assert f"{{$LEADPULSE_GATEWAY:{gateway.host}:{gateway.port}}}" in CADDYFILE.read_text()


def test_the_drop_in_closes_debians_unit(tmp_path_factory: pytest.TempPathFactory) -> None:
    """systemd reads it, and what a broken-in Caddy could reach is little."""
    folder = tmp_path_factory.mktemp("units")
    (folder / "caddy.service").write_text("[Service]\nUser=caddy\nExecStart=/bin/true\nExecReload=/bin/true\n")
    (folder / "caddy.service.d").mkdir()
    (folder / "caddy.service.d" / "leadpulse.conf").write_text((FOLDER / "leadpulse.conf").read_text())
    said = analyze("verify", "--man=no", "--recursive-errors=no", folder / "caddy.service")
    assert (said.returncode, said.stderr) == (0, "")
    whole = "".join((folder / name).read_text() for name in ("caddy.service", "caddy.service.d/leadpulse.conf"))
    (folder / "whole.service").write_text(whole.replace("\n[Service]\n", "\n"))
    measured = analyze("security", "--offline=yes", "--no-pager", "--threshold=20", folder / "whole.service")
    assert measured.returncode == 0, measured.stdout
