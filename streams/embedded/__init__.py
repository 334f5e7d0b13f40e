"""Leadpulse on one machine: a real Kafka broker under our care, and all workers beside it.

`python -m streams.embedded` fetches the broker into the cache and prepares it for a fast start.
"""
