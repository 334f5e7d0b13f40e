"""Tests. `unit` mirrors the tree; `integration` runs the real components."""
