"""From which addresses a sender may come.

A proxy in front hides the sender's address and names it in `X-Forwarded-For`. Everybody can write that header, so it
counts only from a proxy in the settings, and of its list only the last address that is no such proxy: what stands
before it was written by the sender himself.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from streams.settings import Gateway
from streams.settings.section import Networks

FORWARDED = "X-Forwarded-For"

Address = IPv4Address | IPv6Address


class Senders:
    """The lists of the settings."""

    def __init__(self, settings: Gateway) -> None:
        self._trusted, self._only_from = settings.trusted_proxies, settings.only_from

    def may(self, entrance: str, peer: str, forwarded: Sequence[str]) -> bool:
        """Whether who speaks from `peer`, with these `X-Forwarded-For` headers, may send to `entrance` (`wms/main`)."""
        allowed = self._only_from.get(entrance)
        if allowed is None:
            return True
        address = self.address(peer, forwarded)
        return address is not None and _is_in(address, allowed)

    def address(self, peer: str, forwarded: Sequence[str]) -> Address | None:
        """Whose request it is; None where the proxy's header cannot be read."""
        address = _read(peer)
        for said in reversed([part for line in forwarded for part in line.split(",")]):
            if address is None or not _is_in(address, self._trusted):
                break
            address = _read(said)
        return address


def _is_in(address: Address, networks: Networks) -> bool:
    return any(address in network for network in networks)


def _read(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
