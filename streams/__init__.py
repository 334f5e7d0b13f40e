"""The workers: everything that touches Kafka, the network, files or ClickHouse.

Follow one event: `gateway/` or the recorder → `pipeline.py` (normalize, fold) → `store/` and `notify.py`.
"""
