"""What the page (worker `web`) may ask, and in whose name. An allow list: a new route is closed to it until it is here.

No SQL, no backup, no dump of all clients' events: whoever takes over the page gets what a person could look at.
"""

from typing import Final
from urllib.parse import unquote

from aiohttp import web

from schemas.errors import Refused
from streams.store.read import requests

ACTOR: Final = "X-Actor"
"""Header: the user's name, percent-encoded UTF-8 (`streams.clients.store_web`)."""

ROUTES: Final = frozenset(
    {
        ("GET", "/api/leads"),
        ("GET", "/api/leads/{lead}/card"),
        ("GET", "/api/leads/{lead}/page"),
        ("GET", "/api/leads/{lead}/timeline"),
        ("GET", "/api/leads/{lead}/daily"),
        ("GET", "/api/leads/{lead}/meetings/{recording}"),
        ("GET", "/api/leads/{lead}/meetings/{recording}/sound"),
        ("GET", "/api/leads/{lead}/talk"),
        ("GET", "/api/alerts/living"),
        ("GET", "/api/inbox"),
        ("GET", "/api/leads/{lead}/history"),
        ("GET", "/api/leads/{lead}/signals"),
        ("GET", "/api/leads/{lead}/scores"),
        ("GET", "/api/leads/{lead}/transcripts"),
        ("GET", "/api/leads/{lead}/people"),
        ("GET", "/api/leads/{lead}/profile"),
        ("POST", "/api/leads/{lead}/profile"),
        ("GET", "/api/leads/{lead}/promises"),
        ("POST", "/api/leads/{lead}/promises"),
        ("GET", "/api/promises"),
        ("GET", "/api/leads/{lead}/passages"),
        ("GET", "/api/leads/{lead}/tools/{tool}"),
        ("GET", "/api/leads/{lead}/questions"),
        ("POST", "/api/leads/{lead}/questions"),
        ("POST", "/api/leads/{lead}/questions/{question}/verdict"),
        ("GET", "/api/leads/{lead}/outcome"),
        ("POST", "/api/leads/{lead}/outcome"),
        ("GET", "/api/outcomes"),
        ("GET", "/api/leads/{lead}/risk"),
        ("GET", "/api/recordings/{recording}"),
        ("GET", "/api/alerts"),
        ("GET", "/api/access"),
        ("GET", "/api/commands"),
        ("GET", "/api/commands/{command}"),
        ("GET", "/api/assistant/lines"),
        ("GET", "/api/trace"),
        ("GET", "/api/flow"),
        ("GET", "/api/risks/top"),
        ("GET", "/api/risks/silent"),
        ("GET", "/api/status"),
        ("GET", "/api/sources"),
        ("GET", "/api/search"),
        ("GET", "/api/figures"),
        ("GET", "/api/reports"),
    }
)
"""Method and path as they are registered."""


def allowed(request: web.Request) -> bool:
    """Whether the page may ask this."""
    resource = request.match_info.route.resource
    return resource is not None and (request.method, resource.canonical) in ROUTES


def actor(request: web.Request) -> str:
    """In whose name. Raises `Refused` without one."""
    name = requests.text(unquote(request.headers.get(ACTOR, "")), ACTOR)
    if not name:
        raise Refused(f"the header {ACTOR} is missing: who asks?")
    return name
