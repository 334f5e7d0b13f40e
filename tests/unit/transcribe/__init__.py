"""Tests of `streams/speech`."""
