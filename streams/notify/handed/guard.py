"""Where a command may send something: only what the settings list, and only to the address that was looked at.

A name is resolved once, every address behind it is judged, and the connection is made to those very addresses: what the
name means a moment later does not count. A private network is reached only where it is listed with its port; what a
cloud tells of itself (metadata) only where the address itself is.
"""

import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final, NamedTuple

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from schemas.errors import Refused, Transient

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Awaitable[list[str]]]
"""A name and a port to addresses. Raises OSError."""

PORTS: Final = {"http": 80, "https": 443}
_NUMBER: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.ASCII)
_NAME: Final = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_OWN: Final = tuple(
    map(
        ipaddress.ip_network,
        ("0.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32", "fd00:ec2::/32", "fe80::/10", "::/128"),
    )
)
"""What no name may stand for: this very machine's nothing, link-local networks, the metadata of clouds."""
_PUBLIC_BUT: Final = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Called global by some releases of the library, and no host of the internet."""
_UNICAST: Final = ipaddress.ip_network("2000::/3")
"""All that is given to hosts of the internet (IANA, IPv6 Global Unicast). Outside stand ways to write an IPv4 address
(`::127.0.0.1`, `::ffff:0:127.0.0.1`, `64:ff9b:1::/48`) that the library calls global."""

UNCLEAR = "адрес написан неоднозначно"
INNER = "адрес ведёт в частную сеть; если так и задумано, впишите его с портом в commands.hosts"


class Target(NamedTuple):
    """`private`: it is listed with its port, so it may stand in a private network. `host`: a name, or an address."""

    url: URL
    host: str
    port: int
    private: bool


def target_of(text: str, hosts: Iterable[str], workflows: Mapping[str, str]) -> Target:
    """The only reading of an address, if the settings list it. Raises `Refused` (Russian)."""
    url = _read(text)
    host, port = _host(url.raw_host or ""), url.port or PORTS[url.scheme]
    shown = f"[{host}]" if ":" in host else host
    if f"{shown}:{port}" in _listed(hosts) or f"{shown}:{port}" in _named(workflows):
        return Target(url.with_host(host), host, port, private=True)
    if shown not in _listed(hosts) and text not in workflows.values():
        raise Refused(f"узел {shown} не разрешён: его нет в commands.hosts")
    if (url.scheme, port) != ("https", PORTS["https"]):
        raise Refused(
            f"узел {shown} разрешён только по HTTPS; для другого порта впишите {shown}:{port} в commands.hosts"
        )
    return Target(url.with_host(host), host, port, private=False)


async def addresses_of(target: Target, lookup: Lookup) -> list[str]:
    """All addresses behind it, once each of them is allowed. Raises `Refused` (Russian), `Transient`."""
    try:
        literal = ipaddress.ip_address(target.host)
    except ValueError:
        literal = None
    if literal is not None:
        found = [str(literal)]
    else:
        try:
            found = await lookup(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise Transient(f"имя узла не находится ({type(error).__name__})") from None
    if not found:
        raise Transient("имя узла не находится")
    for one in found:
        address = meant(ipaddress.ip_address(one))
        if literal is None and any(address in network for network in _OWN):
            raise Refused("имя узла ведёт на служебный адрес")
        if not target.private and not is_public(address):
            raise Refused(INNER)
    return found


def meant(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where systems go to that: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address if inner is None else inner


def is_public(address: Address) -> bool:
    """Whether it is a host of the internet."""
    inner = meant(address)
    special = any(inner in network for network in (*_OWN, *_PUBLIC_BUT))
    given = isinstance(inner, ipaddress.IPv4Address) or inner in _UNICAST
    return given and inner.is_global and not inner.is_multicast and not special


class Pinned(AbstractResolver):
    """Answers with the addresses that were looked at, whatever the name means by now."""

    def __init__(self, target: Target, addresses: list[str]) -> None:
        self._target, self._addresses = target, addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """As aiohttp asks. Raises OSError for any other name."""
        if host.rstrip(".").lower() != self._target.host:
            raise OSError("not the host that was looked at")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


def _read(text: str) -> URL:
    authority = text.partition("//")[2].partition("/")[0]
    if not text.isascii() or not text.isprintable() or any(sign in text for sign in " \\{}#") or "%" in authority:
        raise Refused(UNCLEAR)
    try:
        url = URL(text)
        scheme, host, port = url.scheme, url.raw_host, url.explicit_port
    except ValueError:
        raise Refused(UNCLEAR) from None
    if scheme not in PORTS or not host or port == 0 or "@" in authority or "?" in authority:
        raise Refused(UNCLEAR)
    return url


def _host(raw: str) -> str:
    """A name in small letters without the last dot, or an address as it is usually written. What looks like a number
    and is no such address (2130706433, 0x7f.1, 0177.0.0.1, 127.1) systems read in ways of their own."""
    host = raw.lower().removesuffix(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    if not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]) or len(host) > 253:
        raise Refused(UNCLEAR)
    return host


def _listed(hosts: Iterable[str]) -> frozenset[str]:
    return frozenset(host.strip().lower().removesuffix(".") for host in hosts)


def _named(workflows: Mapping[str, str]) -> Iterable[str]:
    """Of addresses that stand in the settings with a port: the host with it."""
    for text in workflows.values():
        try:
            url = _read(text)
            host = _host(url.raw_host or "")
        except Refused:
            continue
        if url.explicit_port is not None:
            yield f"[{host}]:{url.port}" if ":" in host else f"{host}:{url.port}"
