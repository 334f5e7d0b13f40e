"""Mail: the second way to people, for what Telegram does not take in time."""
