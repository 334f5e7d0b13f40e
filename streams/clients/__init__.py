"""Clients of our own services, and of what several workers and commands talk to."""
