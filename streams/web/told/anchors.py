"""What a link to one alert, event or promise on a page ends with."""

from processors.pages import Row


def anchor(kind: str, id_: str) -> str:
    """Of the very alert, event or promise on a page."""
    return f"{kind}-{id_}"


def anchor_of(one: Row) -> str:
    """Of a row of the time line; empty where nothing links to it."""
    if one.alert is not None:
        return anchor("alert", one.alert.alert_id)
    return anchor("event", one.event_id) if one.event_id else ""
