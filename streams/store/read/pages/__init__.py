"""What pages ask about clients: the list, a card, the time line, figures by day, a meeting, who waits for a client.

`routes` is the door. Each question costs at most some tens of milliseconds of CPU over ten million events.
"""

from streams.store.read.pages.known import Known
from streams.store.read.pages.participants import names
from streams.store.read.pages.routes import routes

__all__ = ["Known", "names", "routes"]
