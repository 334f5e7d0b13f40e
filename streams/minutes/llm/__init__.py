"""The gateway to language models: what leaves the house, in which words, at what price, and what becomes of the answer.

`writer` is what the worker `minutes` calls; `gateway` is the only module that knows an endpoint.
"""
