"""How many tokens a text is, before a model has counted them. Pure."""

CHARS_A_TOKEN = 2.0
"""Decided, not measured: no tokenizer of GLM is at hand. Low on purpose, since it guards budgets and contexts: too many
tokens estimated cost a needless cut of a very long meeting, too few cost a refused call."""


def estimate(text: str) -> int:
    """Tokens of a text, rather too many than too few. Meant for Russian and JSON; Chinese is about one a character."""
    return int(len(text) / CHARS_A_TOKEN) + 1


def cost_usd(tokens_in: int, tokens_out: int, usd_in: float, usd_out: float) -> float:
    """US dollars of a call; prices are of a million tokens."""
    return (tokens_in * usd_in + tokens_out * usd_out) / 1e6
