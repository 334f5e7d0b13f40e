"""The full counts: kills, rows, inputs in the numbers that issues ask for. `make proof` runs them, `make test` not."""
