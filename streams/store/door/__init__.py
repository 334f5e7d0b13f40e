"""ClickHouse's HTTP interface over the embedded store, for reading: Grafana, DBeaver, Metabase and ClickHouse's own
clients work on one machine without a server. `door.Door` listens; what may run is decided by `store.read`.
"""

from streams.store.door.door import Door

__all__ = ["Door"]
