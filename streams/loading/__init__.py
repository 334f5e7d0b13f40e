"""Files into Kafka: what is in them, what is wrong, how far one has come."""

from streams.loading.cursor import Cursor, Progress
from streams.loading.exports import Export, Exported, Head, export_in
from streams.loading.items import Items, items_in
from streams.loading.ledger import Ledger
from streams.loading.note import Note
from streams.loading.reading import Derive, Survey, Watch, goods, survey
from streams.loading.sending import Notes, Send, load, output, outputs
from streams.loading.telegram import ChatFigures, ExportSurvey, Reading

__all__ = [
    "ChatFigures",
    "Cursor",
    "Derive",
    "Export",
    "ExportSurvey",
    "Exported",
    "Head",
    "Items",
    "Ledger",
    "Note",
    "Notes",
    "Progress",
    "Reading",
    "Send",
    "Survey",
    "Watch",
    "export_in",
    "goods",
    "items_in",
    "load",
    "output",
    "outputs",
    "survey",
]
