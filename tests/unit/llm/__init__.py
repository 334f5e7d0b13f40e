"""Tests of `streams/llm`."""
