"""From signals to people: what an alert becomes (`policy`), how it reads (`render`, `report`), what is owed (`outbox`).

Pure, as `processors`: no I/O, no clock. `streams/notify` delivers it.
"""
