"""The macros are expanded as the plugin does it, and what it does not know is refused."""

import pytest

from grafana.macros import Span, expanded

SPAN = Span(1_000_000, 1_086_400, 3600)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("$__timeFilter(ts)", "ts >= toDateTime(1000000) AND ts <= toDateTime(1086400)"),
        ("$__timeInterval(f(a, b))", "toStartOfInterval(toDateTime(f(a, b)), INTERVAL 3600 second)"),
        ("$__fromTime $__toTime $__interval_s", "toDateTime(1000000) toDateTime(1086400) 3600"),
    ],
)
def test_macros(sql: str, said: str) -> None:
    """Texts of the plugin's own tests."""
    assert expanded(sql, SPAN) == said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "a AND 1=1"),
        (["О'Нил"], "a AND f(b, c) IN ('О\\'Нил')"),
        (["x", "y"], "a AND f(b, c) IN ('x', 'y')"),
    ],
)
def test_what_is_chosen(values: list[str], said: str) -> None:
    """As the browser does it: all of it is no condition; the last comma parts the condition from the variable."""
    sql = "a AND $__conditionalAll(f(b, c) IN (${x:singlequote}), $x)"
    assert expanded(sql, SPAN, {"x": values}) == said


@pytest.mark.parametrize(
    "sql",
    ["$__conditionalAll(a = 1, $x)", "$__adHocFilters('t')", "$__timeFrom(ts)", "$__timeFilter", "$lead", "$__nothing"],
)
def test_what_it_does_not_know_is_refused(sql: str) -> None:
    """It would reach ClickHouse as it is, and only the person at the panel would see it."""
    with pytest.raises(ValueError, match=r"macro|variable"):
        expanded(sql, SPAN)
