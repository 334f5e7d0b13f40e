"""Tests of `streams/minutes/llm`."""
