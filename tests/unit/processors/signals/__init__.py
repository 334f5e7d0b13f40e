"""Tests of the signals: each against figures worked out by hand."""
