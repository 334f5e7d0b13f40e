"""The workers, one folder each: everything that touches Kafka, the network, files or ClickHouse.

Follow one event: `gateway/` or the recorder → `pipeline/` (normalize, fold) → `store/` and `notify/`. All of them stand
on `engine/`; what two of them share is in `clients/`; `cli/` and `embedded/` start them.
"""
