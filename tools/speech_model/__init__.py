"""How `tests/fixtures/vosk-ru-tiny` was made: a Vosk model of 131 words from espeak-ng's speech alone.

Needs torch (not a dependency of Leadpulse): `python -m tools.speech_model.train OUT`. Only `espeak` is used by tests.
"""
