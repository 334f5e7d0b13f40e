"""The assistant's own judgement, without a model and around one: what a line of our people asks for, what an alert
calls for, what it remembers, what of a model's answer may be proposed. Pure.

`heard`   a line → what it asks for (`forms` the ways to say it, `clients` whom it names, `moments` when)
`talk`    that → a proposal, or a question (`answers`: what its answer completes); `phrases` are its words
`rules`   an alert, a promise, strangers → what to propose
`offers`  what a model is asked, and what of its answer stands; `limits` how often; `window` a meeting's last minute
`memory`  what was refused, done, wished
`drafted` from an idea to the command that is signed (`slots`: its params)
"""
