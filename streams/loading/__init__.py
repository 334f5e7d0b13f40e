"""Files of warehouses into Kafka: what is in them, what is wrong, how far one has come."""

from streams.loading.cursor import Cursor, Progress
from streams.loading.items import Items, items_in
from streams.loading.ledger import Ledger
from streams.loading.note import Note
from streams.loading.reading import Derive, Survey, Watch, goods, survey
from streams.loading.sending import Notes, Send, load, output

__all__ = [
    "Cursor",
    "Derive",
    "Items",
    "Ledger",
    "Note",
    "Notes",
    "Progress",
    "Send",
    "Survey",
    "Watch",
    "goods",
    "items_in",
    "load",
    "output",
    "survey",
]
