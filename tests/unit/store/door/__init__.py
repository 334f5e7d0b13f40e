"""Tests of the ClickHouse interface over the embedded store."""
