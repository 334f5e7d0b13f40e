"""Where a command that people add may send something: the hosts of the settings, and nothing else. Pure; the outlet
looks at the address behind the name, too, when it calls."""

import ipaddress
from collections.abc import Set
from typing import Final
from urllib.parse import SplitResult, urlsplit

from processors.commands import definition_words as words

PORTS: Final = {"http": 80, "https": 443}
_INNER: Final = (".local", ".localhost", ".internal", ".lan", ".home", ".corp", ".intranet")


def fault_of(url: str, hosts: Set[str]) -> str:
    """Why this address is not allowed, in Russian; "" where it is. `hosts`: `crm.example.ru`, `10.0.0.5:8080`. Without
    encryption, and in a private network, only what is listed with its port."""
    if any(sign in url for sign in "{}\\ \t\r\n") or not url.isascii() or not url.isprintable():
        return words.URL_PLAIN
    try:
        address, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return words.URL_FORM
    if address.scheme not in PORTS or not address.hostname:
        return words.URL_FORM
    if "@" in address.netloc or address.fragment:
        return words.URL_PARTS
    return _unlisted(address, port or PORTS[address.scheme], {host.lower() for host in hosts})


def _unlisted(address: SplitResult, port: int, hosts: Set[str]) -> str:
    name = (address.hostname or "").rstrip(".").lower()
    shown = f"[{name}]" if ":" in name else name
    if f"{shown}:{port}" in hosts:
        return ""
    if address.scheme == "http":
        return words.url_http(f"{shown}:{port}")
    if _is_inner(name):
        return words.url_inner(f"{shown}:{port}")
    return "" if shown in hosts and port == PORTS["https"] else words.url_host(shown)


def _is_inner(name: str) -> bool:
    """In a private network, as far as the name tells: no dot, a known ending, an address that is not public, or a
    number in one of the ways in which systems still read addresses (2130706433, 0x7f.1, 127.1)."""
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return "." not in name or name.endswith(_INNER) or name.rpartition(".")[2].isdigit() or "0x" in name
