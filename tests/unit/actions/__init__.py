"""Tests of the worker that decides what becomes of commands."""
