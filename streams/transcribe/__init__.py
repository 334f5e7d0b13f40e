"""The worker `transcribe`: sound to words. Decode and cut at silences (`sound/`) → an engine per segment (`engines/`) →
one list of words. Start at `job.transcribe`; what an engine must keep is in `engines/interface.py`.
"""
