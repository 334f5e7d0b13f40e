"""Tests of the engine room in `streams`: settling, logs, settings, state, lag."""
