"""Tests of `streams/asking`."""
