"""A text in passages: as much of it as one utterance has, for that is what the classifier learned from."""

from collections.abc import Iterator

from processors.phrases.split import Split

LONGEST = 30
"""Words of a passage. A text of no more is one."""
ENOUGH = 8
"""Of a longer text sentences are taken together until they have so many words: among more what one says is lost."""
BREATH, STEP = 16, 8
"""Words of the passages that a longer sentence is cut into (a recogniser writes no points), and how far apart they
begin: in thirty words of several matters there is always some that speak for a topic, and what is said drowns."""


def passages(words: Split) -> Iterator[range]:
    """Indices of words."""
    whole = len(words.words)
    if whole <= LONGEST:
        yield from [range(whole)] if whole else []
        return
    begin = 0
    for end in range(1, whole + 1):
        if end < whole and (words.sentences[end] == words.sentences[end - 1] or end - begin < ENOUGH):
            continue
        if end - begin <= LONGEST:
            yield range(begin, end)
        else:
            yield from (range(start, min(start + BREATH, end)) for start in range(begin, end - BREATH + STEP, STEP))
        begin = end
