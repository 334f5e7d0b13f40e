"""Characters that a text may have, in the words of a limit."""

from processors.commands.words import limit
from processors.russian.plural import characters


def test_characters_stand_in_the_genitive() -> None:
    """After "не длиннее" 1 and 21 are «знака», all others «знаков»."""
    told = [characters(number) for number in (1, 2, 5, 11, 21, 200)]
    assert told == ["1 знака", "2 знаков", "5 знаков", "11 знаков", "21 знака", "200 знаков"]
    assert limit("maxLength", 1) == "не длиннее 1 знака" and limit("minLength", 3) == "не короче 3 знаков"
