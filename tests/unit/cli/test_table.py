"""`streams.cli.table`: what a terminal is shown."""

import pytest

from streams.cli.table import harmless


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("обычный текст", "обычный текст"),
        ("29\N{NO-BREAK SPACE}ноября", "29 ноября"),
        ("1\N{NARROW NO-BREAK SPACE}200", "1 200"),
        ("\x1b[2Jпусто", "\N{REPLACEMENT CHARACTER}[2Jпусто"),
        ("а\N{RIGHT-TO-LEFT OVERRIDE}б", "аб"),
    ],
)
def test_a_terminal_is_shown_no_orders(text: str, shown: str) -> None:
    """Spaces that do not break are spaces; what a terminal would obey is a sign of its own; marks of direction go."""
    assert harmless(text) == shown
