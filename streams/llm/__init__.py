"""The gateway to language models: what leaves the house, in which words, at what price, and what becomes of the answer.

`gateway` is the door and the only module that knows an endpoint; who asks brings his own words (`request`).
"""
