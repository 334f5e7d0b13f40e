"""What the masks let out and what they hide for nothing: `python -m bench.leaks`.

The snippets are `tests/data/leaks.toml`, the ordinary sentences `tests/data/ordinary.toml`, the harmless messages of
the phrases and all utterances of the written meetings, whose people's names are rightly hidden.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from processors.pseudonyms import Pseudonyms
from processors.pseudonyms.masking import TOKEN
from schemas.minutes import Conversation

DATA = Path("tests/data")
MEETINGS = Path("tests/fixtures/meetings")
HARMLESS = Path("tests/unit/processors/phrases/harmless.txt")
ROUNDS = 18
"""Times that each template is filled: 432 sentences."""

_WORD = re.compile(r"[^\W_]+")


class Snippet(NamedTuple):
    """`secrets` are the parts of `text` that must not leave. `part`: tuned, later or aside."""

    part: str
    kind: str
    text: str
    secrets: Sequence[str]

    def left(self, masked: str) -> set[str]:
        """The words of the secrets that are still in the masked text."""
        rest = Counter(_words(TOKEN.sub(" ", masked)))
        ours = Counter(word for secret in self.secrets for word in _words(secret))
        open_ones = Counter(_words(self.text)) - ours
        return {word for word in ours if rest[word] > open_ones[word]}


class _Ordinary(msgspec.Struct):
    templates: list[str]
    slots: dict[str, list[str]]
    sentences: str
    people: str


def snippets() -> Iterator[Snippet]:
    """All of the table."""
    table = msgspec.toml.decode((DATA / "leaks.toml").read_bytes(), type=dict[str, dict[str, list[list[str]]]])
    for part, kinds in table.items():
        for kind, rows in kinds.items():
            for text, *secrets in rows:
                yield Snippet(part, kind, text, secrets)


def ordinary() -> list[tuple[str, frozenset[str]]]:
    """Sentences, and the words of theirs that are rightly hidden."""
    table = msgspec.toml.decode((DATA / "ordinary.toml").read_bytes(), type=_Ordinary)
    said = [*_filled(table.templates, table.slots), *table.sentences.splitlines()]
    said += HARMLESS.read_text(encoding="utf-8").splitlines()
    people = frozenset(table.people.split())
    heard = [
        utterance.text
        for path in sorted(MEETINGS.glob("[0-9][0-9].json"))
        for utterance in msgspec.json.decode(path.read_bytes(), type=Conversation).utterances
    ]
    plain: frozenset[str] = frozenset()
    return [
        *((text, plain) for text in dict.fromkeys(said) if text),
        *((text, people) for text in dict.fromkeys(heard)),
    ]


def hidden_for_nothing(text: str, rightly: frozenset[str]) -> str:
    """The masked text where more than `rightly` is hidden, else ""."""
    pseudonyms = Pseudonyms([])
    masked = pseudonyms.mask(text)
    hidden = {word for token in TOKEN.finditer(masked) for word in _words(pseudonyms.restore(token[0]))}
    return masked if hidden - rightly else ""


def _filled(templates: Sequence[str], slots: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Each template `ROUNDS` times; each slot goes on from value to value, so that all come, in the same order."""
    uses: Counter[str] = Counter()

    def next_value(slot: re.Match[str]) -> str:
        values = slots[slot[1]]
        uses[slot[1]] += 1
        return values[(uses[slot[1]] * 7 + uses[slot[1]] // len(values)) % len(values)]

    for _ in range(ROUNDS):
        for template in templates:
            yield re.sub(r"\{(\w+)\}", next_value, template)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def main() -> None:
    """Print the tables; with `-v` what was missed of the tuned parts and what was hidden for nothing."""
    wordy = "-v" in sys.argv
    asked: Counter[tuple[str, str]] = Counter()
    leaked: Counter[tuple[str, str]] = Counter()
    for snippet in snippets():
        masked = Pseudonyms([]).mask(snippet.text)
        asked[snippet.part, snippet.kind] += 1
        if left := snippet.left(masked):
            leaked[snippet.part, snippet.kind] += 1
            if wordy and (snippet.part != "aside" or "-a" in sys.argv):
                print(f"  {snippet.kind:9} {snippet.text}  →  {masked}   left: {' '.join(sorted(left))}")
    for part in ("tuned", "later", "aside"):
        kinds = [kind for of, kind in asked if of == part]
        print(part, *(f"{kind} {leaked[part, kind]}/{asked[part, kind]}" for kind in kinds), sep="  ")
        total, out = (sum(count[part, kind] for kind in kinds) for count in (asked, leaked))
        print(f"{part}: {out} of {total} leak, {out / total:.1%}")
    sentences = ordinary()
    false = [masked for text, rightly in sentences if (masked := hidden_for_nothing(text, rightly))]
    if wordy:
        print(*(f"  {masked}" for masked in false), sep="\n")
    print(f"ordinary: {len(false)} of {len(sentences)} hidden for nothing, {len(false) / len(sentences):.1%}")


if __name__ == "__main__":
    main()
