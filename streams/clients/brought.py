"""What the bot has brought of a chat whose messages have no ids of their own, as the store knows it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from processors.telegram_export import author_key
from streams.clients.store import call
from streams.settings import Store

PAGE = 10_000
"""Rows of one answer: the store's own limit."""

_QUERY = """
SELECT author, second, uniqExact(id) FROM (
    SELECT if(JSONHas(payload, 'author'), JSONExtractString(payload, 'author', 'id'), '') AS author,
        toUnixTimestamp(ts) AS second, event_id AS id
    FROM events WHERE kind = 'message' AND startsWith(source, 'telegram:') AND source != 'telegram:export'
        AND JSONExtractString(payload, 'chat_id') IN ({chats})
    UNION ALL
    SELECT toString(if(JSONHas(record, 'payload', 'message'),
            JSONExtractInt(record, 'payload', 'message', 'from', 'id'),
            JSONExtractInt(record, 'payload', 'business_message', 'from', 'id'))) AS author,
        toUnixTimestamp(ts) AS second, event_id AS id
    FROM unassigned WHERE client_kind = 'tg_chat' AND client_value IN ({chats})
        AND source != 'telegram:export' AND (JSONHas(record, 'payload', 'message')
            OR JSONHas(record, 'payload', 'business_message'))
) WHERE (second, author) > ({second}, '{author}') AND match(author, '^-?[0-9]+$')
GROUP BY author, second ORDER BY second, author LIMIT {page}"""


def brought(store: Store, chats: Sequence[int]) -> Mapping[tuple[str, int], int]:
    """Messages of a chat (all its ids) by author and second. Raises as `streams.clients.store.call`."""
    found: Counter[tuple[str, int]] = Counter()
    author, second = "", 0
    while True:
        ids = ", ".join(f"'{int(chat)}'" for chat in chats)
        query = _QUERY.format(chats=ids, second=int(second), author=author, page=PAGE)
        rows = call(store, "/api/sql", {"query": query})["rows"]
        for author, second, messages in rows:
            found[author_key(author), second] += messages
        if len(rows) < PAGE:
            return found
