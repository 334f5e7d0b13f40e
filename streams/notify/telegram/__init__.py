"""Telegram: the durable outbox (`shelf.py`), who sends when (`sender.py`, `limits.py`), the Bot API (`bot_api.py`)."""
