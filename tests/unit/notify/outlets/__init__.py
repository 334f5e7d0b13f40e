"""Outlets of minutes and events: what they write, and that it is there once."""
