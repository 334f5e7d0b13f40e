"""Minutes by a model: what it is asked, in parts where the talk is too long, and what of its answer is kept.

`writer` and `verdicts` are what the worker calls; they ask through `streams.llm`.
"""
