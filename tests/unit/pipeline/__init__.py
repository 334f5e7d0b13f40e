"""Tests of the worker `pipeline`."""
