"""What the store does by the clock: ticks, baselines, reports, days of chats."""
