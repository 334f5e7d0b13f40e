"""MCP: what programs of our people (Claude, n8n) may ask, each in the name of one of them, and propose; nothing is
carried out here, and no SQL is taken. `server` is the door, `reading` and `commanding` are the tools.
"""
