"""The pure core: what records mean and what events do to a lead. No I/O, no clock, no randomness.

`normalize/` makes lead events of source records, `lead` folds them, `signals/` and `phrases/` find what matters.
"""
