"""Where minutes and events go besides Telegram: files, Bitrix24, Open Notebook, n8n. One module an outlet.

Each takes the records of its `out.*` topic, may be given one twice, and makes it count once.
"""
