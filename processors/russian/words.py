"""Words as they are compared and listed."""


def word_list(text: str) -> tuple[str, ...]:
    """The words of a written list."""
    return tuple(text.split())


def plain(word: str) -> str:
    """Small letters, ё as е."""
    return word.lower().replace("ё", "е")
