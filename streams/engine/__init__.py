"""What every worker stands on: batches in, settle, state, outputs, health. It knows no worker.

Start at `worker.py` (the frame of a process) and `settle.py` (the only place that acknowledges).
"""
