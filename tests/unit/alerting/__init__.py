"""Texts, limits and the outbox of `alerting`."""
