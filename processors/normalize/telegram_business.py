"""Private chats of our managers, which the bot reads as a business connection (core.telegram.org/bots/api
#businessconnection).

Message ids there are the account's own, and its chat may bear the id of a chat with the bot: which message it is, the
connection says too. Anybody with Premium may connect a bot: whose connection it is decides whose client the chat is.
"""

from processors.belonging import topic_of
from processors.contact import link_key
from processors.identity import Identities
from processors.normalize.contract import Options
from processors.normalize.telegram_update import Chat, Connection
from schemas.sources import ClientRef, Identity

KIND = "tg_business"


def connected(connection: Connection) -> Identity:
    """Whose connection it is; kept when it is ended, for what was said under it may still be edited."""
    return Identity(KIND, connection.id, confirmed_by="telegram", was=str(connection.user.id))


def client_of(chat: Chat, connection: str, identities: Identities, options: Options, topic: str = "") -> ClientRef:
    """The chat's client, or that of its topic. The chats of a stranger's connection are no chats of ours, though the
    same people write there: they wait under a name of their own, so nothing of them stands in a client's history.

    A connection whose owner was never told (older than this) is ours, and so are all where no staff are named.
    """
    owner = identities.owner(connection) if connection else None
    if owner is None or not options.staff or owner in options.people:
        return topic_of(str(chat.id), topic)
    return ClientRef(KIND, f"{connection}/{chat.id}")


def number(connection: str, message_id: int) -> str:
    """The message's id within its chat, as events bear it: the same chat seen by two managers is numbered twice."""
    return f"{connection}/{message_id}" if connection else str(message_id)


def client_field(client: ClientRef) -> str:
    """`LeadEvent.client`: a chat's events bear its id anyhow."""
    return link_key(client) if client.kind == KIND else ""
