"""The property of `Hearing` on many servers; the unit test takes 150 of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.transcribe.engines.test_hearing import Spoken, each_word_once, talks


@pytest.mark.proof
@settings(max_examples=8000, deadline=None)
@given(st.data(), talks(), st.integers(0, 3000))
def test_each_word_once_on_many_servers(data: st.DataObject, words: list[Spoken], tail_ms: int) -> None:
    """Any grouping, any cursor up to what was received, any break: each word once, in order, in both texts."""
    each_word_once(data, words, tail_ms)
