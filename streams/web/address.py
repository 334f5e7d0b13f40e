"""Whose request it is: the peer, or what a proxy of ours says of him."""

from ipaddress import ip_address

from aiohttp import web

from streams.settings.section import Networks


def address_of(request: web.Request, trusted: Networks) -> str:
    """The last address of `X-Forwarded-For` that is no proxy in `trusted`; what stands before it he wrote himself."""
    peer = request.remote or ""
    said = [part.strip() for line in request.headers.getall("X-Forwarded-For", ()) for part in line.split(",")]
    while said and _is_in(peer, trusted):
        peer = said.pop()
    return peer


def _is_in(text: str, networks: Networks) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in networks)
