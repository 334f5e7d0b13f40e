"""A text in passages: as much of it as one utterance has, for that is what the classifier learned from."""

from collections.abc import Iterator

from processors.phrases.split import Split

LONGEST = 30
"""Words of a passage. A text of no more is one."""
ENOUGH = 8
"""Of a longer text sentences are taken together until they have so many words: among more what one says is lost."""
STEP = 20
"""A sentence that is too long (a recogniser writes no points) is cut into passages that begin so far apart."""


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
        for start in range(begin, max(end - LONGEST + STEP, begin + 1), STEP):
            yield range(start, min(start + LONGEST, end))
        begin = end
