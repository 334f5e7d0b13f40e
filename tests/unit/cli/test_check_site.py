"""What `leadpulse check` says of the name outside. Answers of a real proxy: tests/integration/test_caddy.py."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from streams.cli.check_site import site_faults, site_warnings
from streams.settings import Gateway, Settings, Site, Telegram
from tests.ports import free_port


def of(url: str, **more: object) -> Settings:
    """Settings with this name."""
    return Settings.model_validate({"site": Site(public_url=url), **more})


def test_without_a_name_nothing_is_asked() -> None:
    """Who reads everything by polls needs none."""
    assert site_faults(of("")) == site_warnings(of("")) == []


def test_nobody_there() -> None:
    """The name and the reason in words."""
    port = free_port()
    [fault] = site_faults(of(f"https://localhost:{port}"))
    assert fault == f"site.public_url: https://localhost:{port} — localhost не отвечает: в соединении отказано"


def test_a_server_without_https() -> None:
    """Mostly the gateway's own port put outside: words of clients would go open."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        [fault] = site_faults(of(f"https://localhost:{server.server_port}"))
    assert "там отвечают не по HTTPS" in fault


def test_a_server_that_says_nothing() -> None:
    """It is cut off, not waited for."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def end() -> None:
            listener.accept()[0].close()

        threading.Thread(target=end, daemon=True).start()
        [fault] = site_faults(of(f"https://localhost:{port}"))
    assert "localhost" in fault


def test_an_authority_that_cannot_be_read(tmp_path: Path) -> None:
    """Its setting is named, not the address."""
    loaded = Settings(site=Site(public_url="https://localhost", ca_file=tmp_path / "none.crt"))
    [fault] = site_faults(loaded)
    assert fault.startswith("site.ca_file: ") and "нет" in fault


def test_who_needs_a_name() -> None:
    """Systems that send, while nobody said where to; and a list of addresses that would compare the proxy's own."""
    sending = Gateway.model_validate({"wms": {"main": {"token": "t"}}, "telegram": {"bot": {"secret": "s"}}})
    [warning] = site_warnings(Settings(gateway=sending))
    assert "gateway.wms.main, gateway.telegram.bot" in warning
    [warning] = site_warnings(Settings(gateway=sending, telegram=Telegram(updates="poll")))
    assert "gateway.wms.main)" in warning
    listed = Gateway.model_validate({"wms": {"main": {"token": "t"}}, "only_from": {"wms/main": ["10.0.0.1"]}})
    [warning] = site_warnings(Settings(site=Site(public_url="https://a.ru"), gateway=listed))
    assert "gateway.trusted_proxies" in warning
