"""Inbound HTTP: a payload is in Kafka, with the broker's ack, before its sender reads 2xx.

`worker.py` puts it together; `http.py` is the frame of every request, `intake.py` the way to Kafka, the rest entrances.
"""
