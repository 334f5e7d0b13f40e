"""Remote systems for tests and the demo: real servers on loopback that keep the documented protocol.

None of them needs pytest; each can be told to misbehave.
"""
