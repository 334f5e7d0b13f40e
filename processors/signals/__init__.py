"""One module a signal: pure functions from the lead's state and an event to a `Signal` or None.

A signal is raised when its severity rises; `alerting.policy` decides what becomes of it.
"""
