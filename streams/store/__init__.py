"""Worker `store`: everything from Kafka into ClickHouse (server, or chDB in this process), and what comes back of it:
ticks, baselines, daily reports, the read API. `worker.build` puts it together; only this process opens chDB.
"""
