"""Tests of `processors`."""
