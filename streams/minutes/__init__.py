"""The worker `minutes`: from a request to minutes, by a language model (`llm/`) or by rules."""
