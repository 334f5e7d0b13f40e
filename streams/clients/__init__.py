"""Clients of our own services, for workers and commands that need another worker's data."""
