"""The worker `pipeline`: raw records become lead events, events become state, signals and alerts."""
