"""How well the offline minutes of the written calls (`bench.written`) agree with their labels.

`python -m bench.calls` prints a table and the summaries; `-v` also what was missed and what is false, of the calls that
the rules were tuned on only: of those kept aside nobody looks at more than the counts and the summary.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.written import Call, Label, calls, words_of
from processors.minutes import extract
from processors.russian.numerals import is_number, numbers
from processors.russian.stems import stem
from processors.russian.words import plain
from schemas.minutes import Action, Minutes, Point

NEAR = {"обещание": 4, "решение": 3, "конкурент": 1, "риск": 0, "цифра": 0}
"""Utterances by which a find may miss its label: an item may stand on the request, the deed or the consent."""

TITLES = {
    "обещание": "promises",
    "решение": "decisions",
    "конкурент": "competitors",
    "риск": "risks",
    "цифра": "figures",
}
Found = Point | Action


class Score(NamedTuple):
    """What of one kind was found; `missed` and `false` in words."""

    labelled: int
    hit: int
    found: int
    right: int
    missed: list[str]
    false: list[str]

    @property
    def recall(self) -> float:
        """The share of the labels that was found."""
        return self.hit / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        """The share of the finds that is right."""
        return self.right / self.found if self.found else 1.0


def items(kind: str, minutes: Minutes) -> Sequence[Found]:
    """The list of a kind."""
    match kind:
        case "обещание":
            return minutes.actions
        case "решение":
            return minutes.decisions
        case "конкурент":
            return minutes.competitors
        case "риск":
            return [*minutes.conflicts, *minutes.pains]
        case _:
            return [*minutes.tariffs, *minutes.numbers]


def score(call: Call, minutes: Minutes, kind: str) -> Score:
    """One kind: each find is right for one label, each label is hit by one find (a risk or a figure by several)."""
    found = list(items(kind, minutes))
    labels = sorted((label for label in call.labels if label.kind == kind), key=lambda label: label.optional)
    several = kind in ("риск", "цифра", "конкурент")
    taken: set[int] = set()
    hit: list[Label] = []
    for label in labels:
        fits = [i for i, item in enumerate(found) if (several or i not in taken) and _fits(label, item)]
        if fits:
            hit.append(label)
            nearest = min(fits, key=lambda i: abs(found[i].segment - label.segment))
            taken.update(fits if several else [nearest])
    wanted = [label for label in labels if not label.optional]
    false = [item for i, item in enumerate(found) if i not in taken and (kind, item.segment) not in call.free]
    return Score(
        labelled=len(wanted),
        hit=sum(label in hit for label in wanted),
        found=len(found),
        right=len(found) - len(false),
        missed=[f"{one.segment + 1}: {one.owner} {' '.join(one.words)} {one.due}" for one in wanted if one not in hit],
        false=[_shown(item) for item in false],
    )


def _fits(label: Label, item: Found) -> bool:
    if abs(item.segment - label.segment) > NEAR[label.kind]:
        return False
    words = (
        *words_of(item.text),
        *(word for word in words_of(item.quote) if not isinstance(item, Action) or is_number(word)),
    )
    if label.kind == "цифра":
        return f" {' '.join(label.words)} " in f" {' '.join(words_of(item.quote))} "
    if not {stem(word) for word in label.words} <= {stem(word) for word in words}:
        return False
    if isinstance(item, Action):
        return plain(item.owner) == plain(label.owner) and label.due in ("", item.due)
    return True


def _shown(item: Found) -> str:
    if isinstance(item, Action):
        return f"{item.segment + 1}: {item.text} — {item.owner}, {item.due}"
    return f"{item.segment + 1}: {item.text}"


def cut(call: Call, minutes: Minutes) -> list[str]:
    """Items that begin or end within a number."""
    return [
        _shown(item)
        for kind in TITLES
        for item in items(kind, minutes)
        if _cuts(call.conversation.utterances[item.segment].text, item.quote)
    ]


def _cuts(text: str, quote: str) -> bool:
    at = text.index(quote)
    before, within = len(text[:at].split()), len(quote.split())
    words = [plain(word.strip("«».,;:!?—–()")) or "—" for word in text.split()]
    borders = (before, before + within)
    return any(number.first < border <= number.last for number in numbers(words) for border in borders)


def twice(minutes: Minutes) -> list[str]:
    """Items of one list that say the same: three of four of their words are shared, and all numbers."""
    return list(_twice(minutes))


def _twice(minutes: Minutes) -> Iterator[str]:
    for kind in TITLES:
        lists = [minutes.tariffs, minutes.numbers] if kind == "цифра" else [items(kind, minutes)]
        if kind == "риск":
            lists = [minutes.conflicts, minutes.pains]
        for found in lists:
            sets = [{stem(word) for word in words_of(item.text) if len(word) > 2} for item in found]
            named = [[word for word in words_of(item.text) if word and is_number(word)] for item in found]
            for i, one in enumerate(sets):
                for j, other in enumerate(sets[:i]):
                    if one and named[i] == named[j] and len(one & other) >= 0.75 * len(one | other):
                        yield _shown(found[i])


def table(chosen: Sequence[Call]) -> list[str]:
    """A row a kind: labelled, found of them, missed, false; recall and precision."""
    made = [(call, extract(call.conversation)) for call in chosen]
    rows = [f"{'':<12}{'labelled':>9}{'hit':>6}{'missed':>8}{'found':>7}{'false':>7}{'R':>7}{'P':>7}"]
    for kind, title in TITLES.items():
        whole = total(made, kind)
        rows.append(
            f"{title:<12}{whole.labelled:>9}{whole.hit:>6}{whole.labelled - whole.hit:>8}{whole.found:>7}"
            f"{whole.found - whole.right:>7}{whole.recall:>7.2f}{whole.precision:>7.2f}"
        )
    rows.append(f"said twice {sum(len(twice(m)) for _, m in made)}, cut numbers {sum(len(cut(c, m)) for c, m in made)}")
    return rows


def total(made: Sequence[tuple[Call, Minutes]], kind: str) -> Score:
    """One kind over several calls."""
    scores = [score(call, minutes, kind) for call, minutes in made]
    return Score(
        sum(one.labelled for one in scores),
        sum(one.hit for one in scores),
        sum(one.found for one in scores),
        sum(one.right for one in scores),
        [f"{call.name} {text}" for (call, _), one in zip(made, scores, strict=True) for text in one.missed],
        [f"{call.name} {text}" for (call, _), one in zip(made, scores, strict=True) for text in one.false],
    )


def main() -> None:
    """Print the tables and the summaries."""
    tuned = [call for call in calls() if not call.aside]
    aside = [call for call in calls() if call.aside]
    for title, chosen in (("tuned on", tuned), ("kept aside", aside)):
        print(f"\n{title}: {', '.join(call.name for call in chosen)}")
        print("\n".join(table(chosen)))
    if "-v" in sys.argv:
        made = [(call, extract(call.conversation)) for call in tuned]
        for kind, title in TITLES.items():
            whole = total(made, kind)
            print(f"\n{title}: missed", *whole.missed, sep="\n  ")
            print(f"{title}: false", *whole.false, sep="\n  ")
        for call, minutes in made:
            print(f"\n{call.name} twice, cut:", *twice(minutes), *cut(call, minutes), sep="\n  ")
    for call in (*tuned, *aside):
        print(f"\n{call.name}: {extract(call.conversation).summary}")


if __name__ == "__main__":
    main()
