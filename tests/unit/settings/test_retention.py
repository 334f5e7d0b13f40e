"""How long topics keep: the settings' defaults are the list's own, and a changed one changes its topics alone."""

import pytest
from pydantic import ValidationError

from schemas.retention import KINDS, Kind
from schemas.topics import DAY_MS, FOREVER, TOPICS
from streams.settings import Retention


def test_every_kind_is_a_setting_and_every_setting_a_kind() -> None:
    """None that does nothing."""
    assert sorted(kind.setting for kind in KINDS) == sorted(Retention.model_fields)
    assert all(kind.topics or kind.tables or kind.columns for kind in KINDS)


def test_defaults_are_the_lists_own() -> None:
    """Who has set nothing has the topics of `schemas.topics`."""
    assert Retention().topics() == TOPICS


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.topics], ids=lambda kind: kind.setting)
def test_a_setting_changes_its_own_topics(kind: Kind) -> None:
    """No other; in no other way; in none that is kept for ever or compacted."""
    own = {topic.name for topic in kind.topics}
    changed = Retention(**{kind.setting: 400}).topics()
    assert {topic.name for topic, old in zip(changed, TOPICS, strict=True) if topic != old} == own
    for topic, old in zip(changed, TOPICS, strict=True):
        if topic.name in own:
            assert (topic.retention_ms, topic.cleanup) == (400 * DAY_MS, "delete")
            assert old.retention_ms != FOREVER


@pytest.mark.parametrize(
    "given",
    [{"telegram": 6}, {"history": 364}, {"access": 30}, {"history": 0}, {"failures": 10, "failure_payload": 11}],
)
def test_too_short_is_refused(given: dict[str, int]) -> None:
    """What would lose data of a worker that stands over the holidays, or what a year is compared with."""
    with pytest.raises(ValidationError):
        Retention(**given)
