"""The wire: every type, error and topic that crosses a process border.

Read `types.py` and `errors.py` first, then `events.py` (the union) and `topics.py` (where each travels).
"""
