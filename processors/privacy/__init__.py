"""What the law about personal data asks of the program, as pure rules; no rule reads a clock.

transfer (words to a model abroad) · objections (to a recording) · register (who agreed to what, and its effect) ·
changes (to it) · subject (what of a history is about one person) ·
reading (what the head should know of the access log) · erasing (a client is deleted, and denied).
"""
