"""A flow in which one worker stands."""

from schemas.traffic import FlowFigures, OpenHeap, Waiting
from streams.web.flow_figures import Sample
from tests.unit.web.page import NOW, Page

ALERTS = ("lead.alerts", 3)


def filled(here: Page) -> None:
    """A board on which the notify worker stands, and a store that knows of letters and of Telegram's reason."""
    for seconds in range(0, 245, 5):
        at = NOW + seconds * 1000
        here.office.flow.history.add(Sample(at, {ALERTS: 3}, {"notify": {ALERTS: 1}}))
    here.office.flow.figures = FlowFigures(
        at=NOW,
        minutes=[],
        usual={"wms:main": 12.0},
        letters=[OpenHeap("pipeline.source.wms", "Invalid", 3, NOW)],
        waiting=[Waiting("telegram", 2, NOW, "429 Too Many Requests")],
    )
