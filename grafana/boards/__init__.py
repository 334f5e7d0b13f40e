"""The four dashboards; each panel's SQL may be run by the door's user `ops`, who sees no words and no names of clients."""

from grafana.boards.alerts import ALERTS
from grafana.boards.business import BUSINESS
from grafana.boards.ops import OPS
from grafana.boards.speech import SPEECH

BOARDS = (OPS, BUSINESS, ALERTS, SPEECH)
