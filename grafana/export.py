"""From `shapes` to Grafana's JSON, by `grafana-foundation-sdk`; the query of the ClickHouse plugin is our own model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from grafana_foundation_sdk.builders import common as cb
from grafana_foundation_sdk.builders import dashboard as db
from grafana_foundation_sdk.builders import prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog import builder, variants
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from grafana.shapes import SERIES, Board, Choice, Panel

PLUGIN = "grafana-clickhouse-datasource"
STORE = dm.DataSourceRef(type_val=PLUGIN, uid="${store}")
PROMETHEUS = dm.DataSourceRef(type_val="prometheus", uid="${prometheus}")
CARD = "${public_url}/leads/${__value.raw}"
"""The client's card on the page for people."""

ROWS = 1000
"""Ids of rows begin after it."""

AnyPanel: TypeAlias = timeseries.Panel | stat.Panel | table.Panel


@dataclass
class Sql(variants.Dataquery):
    """A target of the ClickHouse plugin. `format`: 0 time series, 1 table (the plugin's `QueryType`)."""

    raw_sql: str
    format: int
    ref_id: str = "A"

    def to_json(self) -> dict[str, object]:
        """As the plugin's editor writes it."""
        return {
            "refId": self.ref_id,
            "editorType": "sql",
            "queryType": ("timeseries", "table")[self.format],
            "format": self.format,
            "pluginVersion": "4.20.0",
            "rawSql": self.raw_sql,
        }


class Target(builder.Builder[Sql]):
    """The builder that panels want."""

    def __init__(self, panel: Panel) -> None:
        self._sql = Sql(" ".join(panel.sql.split()), 0 if panel.kind in SERIES else 1)

    def build(self) -> Sql:
        """The target."""
        return self._sql


def dashboard(board: Board) -> str:
    """The file of a dashboard."""
    made = (
        db.Dashboard(board.title)
        .uid(board.uid)
        .description(board.about)
        .tags(["leadpulse"])
        .timezone("")  # Grafana's own: the person's, else the server's
        .time(board.since, "now")
        .refresh(board.refresh)
        .readonly()
        .tooltip(dm.DashboardCursorSync.CROSSHAIR)
        .link(db.DashboardLink("Leadpulse").type(dm.DashboardLinkType.DASHBOARDS).tags(["leadpulse"]).keep_time(True))
        .with_variable(db.DatasourceVariable("store").label("Хранилище").type(PLUGIN))
    )
    if any(panel.promql for panel in board.panels):
        made = made.with_variable(db.DatasourceVariable("prometheus").label("Prometheus").type("prometheus"))
    for choice in board.choices:
        made = made.with_variable(_variable(choice))
    address = db.TextBoxVariable("public_url").label("Адрес Leadpulse").default_value("https://leadpulse.example.ru")
    made = made.with_variable(address)
    numbers = iter(numbered(board))
    top = 0
    for row, (title, panels) in enumerate(board.sections, start=1):
        made = made.with_row(db.Row(title).id(ROWS + row).grid_pos(dm.GridPos(h=1, w=24, x=0, y=top)))
        top += 1
        for place, panel in list(places(panels, top)):
            made = made.with_panel(_panel(panel).id(next(numbers)[0]).grid_pos(place))
            top = max(top, place.y + place.h)
    return JSONEncoder(sort_keys=True, indent=1).encode(made.build()) + "\n"


def _variable(choice: Choice) -> db.QueryVariable | db.CustomVariable:
    everything = dm.VariableOption(True, "Все", "$__all")
    if choice.sql:
        asked = db.QueryVariable(choice.name).query(" ".join(choice.sql.split())).datasource(STORE)
        asked = asked.refresh(dm.VariableRefresh.ON_TIME_RANGE_CHANGED)
        return asked.label(choice.label).multi(True).include_all(True).current(everything)
    words = ", ".join(f"{word.replace(',', ' ')} : {value}" for value, word in choice.values.items())
    listed = db.CustomVariable(choice.name).values(words)
    return listed.label(choice.label).multi(True).include_all(True).current(everything)


def numbered(board: Board) -> Iterator[tuple[int, Panel]]:
    """Panels with their ids, which alert rules and links name."""
    return enumerate(board.panels, start=1)


def places(panels: Sequence[Panel], top: int) -> Iterator[tuple[dm.GridPos, Panel]]:
    """Side by side while they fit into Grafana's 24 columns, then below the highest of them."""
    left, height = 0, 0
    for panel in panels:
        if left + panel.width > 24:
            left, top, height = 0, top + height, 0
        yield dm.GridPos(h=panel.height, w=panel.width, x=left, y=top), panel
        left, height = left + panel.width, max(height, panel.height)


def _panel(panel: Panel) -> AnyPanel:
    made = _kind(panel).title(panel.title).description(f"{panel.shows}\n\nЧто делать: {panel.do}")
    made = made.datasource(PROMETHEUS if panel.promql else STORE).unit(panel.unit).thresholds(_thresholds(panel))
    if panel.promql:
        asked = prometheus.Dataquery().expr(panel.promql).ref_id("A").legend_format(panel.legend)
        made = made.with_target(asked.instant() if panel.kind == "stat" else asked.range())
    else:
        made = made.with_target(Target(panel))
    if panel.every:
        made = made.interval(panel.every)
    for column in dict.fromkeys([*panel.titles, *panel.units]):
        made = made.override_by_name(column, list(_properties(panel, column)))
    return made


def _kind(panel: Panel) -> AnyPanel:
    if panel.kind == "table":
        return table.Panel().filterable(True)
    if panel.kind == "stat":
        last = cb.ReduceDataOptions().calcs(["lastNotNull"])
        return stat.Panel().reduce_options(last).graph_mode(cm.BigValueGraphMode.NONE)
    made = timeseries.Panel().min(0)
    if panel.labelled:
        made = made.display_name("${__field.labels.label}")
    if panel.kind == "lines":
        return made.show_points(cm.VisibilityMode.AUTO)
    stacked = cb.StackingConfig().mode(cm.StackingMode.NORMAL)
    return made.draw_style(cm.GraphDrawStyle.BARS).fill_opacity(80).line_width(0).stacking(stacked)


def _thresholds(panel: Panel) -> db.ThresholdsConfig:
    steps = [dm.Threshold(None, "green"), *(dm.Threshold(value, colour) for colour, value in panel.bad)]
    return db.ThresholdsConfig().mode(dm.ThresholdsMode.ABSOLUTE).steps(steps)


def _properties(panel: Panel, column: str) -> Iterator[dm.DynamicConfigValue]:
    if column in panel.titles:
        yield dm.DynamicConfigValue("displayName", panel.titles[column])
    if column in panel.units:
        yield dm.DynamicConfigValue("unit", panel.units[column])
    if column == "lead_id":
        yield dm.DynamicConfigValue("links", [{"title": "Карточка клиента", "url": CARD, "targetBlank": True}])
