"""Sound to words: decode → plan (cut at silences) → an engine per segment → one list of words. No Kafka in here.

Start at `job.transcribe`; what an engine must keep is in `engines.py`.
"""
