"""What the store tells: the HTTP API and its queries."""
