"""Tests of `processors/answers`."""
