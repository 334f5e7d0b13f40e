"""Speech engines behind one interface (`interface.py`), and which one hears a segment (`fallback.py`)."""
