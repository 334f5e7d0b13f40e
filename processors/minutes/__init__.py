"""Minutes of a conversation by rules, without a model, and the checks that every model's answer passes too.

`extract` makes them; `quotes` drops what nobody said; `reading` reads transcripts from files.
"""
