"""From signals to people: what an alert becomes (`policy`), how it reads (`render`, `report`), how it is delivered.

`policy`, `plural`, `render` and `report` are pure; `telegram`, `limits`, `outbox` and `sender` do the delivery.
"""
