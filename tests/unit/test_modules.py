"""A module is no longer than a reader can take in: who adds to a long one divides it by what it is about."""

from tests.wheel import ROOT, sources

MOST_LINES = 250


def test_no_module_is_too_long() -> None:
    """Of all that is ours: the product and the recorder, tests and fakes, the demo, the bench and the tools."""
    lines = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in sources("*.py")}
    assert {"streams/cli/run.py", "tests/wheel.py"} <= lines.keys()
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
