"""The classifier: its arithmetic against the file itself, and its quick bound."""

from itertools import combinations
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.phrases.classifier import APART, BIAS, FILE, Classifier
from processors.russian.stems import stem
from tests.unit.processors.phrases.labelled import rounds

CLASSIFIER = Classifier()
SILENT = dict.fromkeys(map(ord, "\N{COMBINING GRAVE ACCENT}\N{COMBINING ACUTE ACCENT}\N{SOFT HYPHEN}"))
WORDS = sorted({word for each in rounds("sealed.tsv") for word in each.text.split()})
texts = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=40)


def weights() -> dict[str, list[float]]:
    """The file, read by another hand."""
    head, *lines = FILE.read_text(encoding="utf-8").splitlines()
    assert head.split("\t")[0] == "feature"
    return {line.split("\t")[0]: [float(number or 0) for number in line.split("\t")[1:]] for line in lines}


KNOWN = weights()


def brute(tokens: list[str]) -> list[float]:
    """The odds, feature by feature."""
    plain = [normalize("NFC", token.lower()).replace("ё", "е").translate(SILENT) for token in tokens]
    stems = [stem(word) for word in plain]
    features = [BIAS]
    for word in set(plain):
        framed = f"_{word}_"
        features += [f"={word}", stem(word)]
        features += [f"#{framed[at : at + size]}" for size in (4, 5) for at in range(len(framed) - size + 1)]
    features += {f"{stems[a]} {stems[b]}" for a, b in combinations(range(len(stems)), 2) if b - a <= APART}
    return [sum(KNOWN[feature][at] for feature in features if feature in KNOWN) for at in range(len(KNOWN[BIAS]))]


@given(texts)
def test_odds_are_the_sum_of_weights(tokens: list[str]) -> None:
    """Whatever the words are."""
    assert list(CLASSIFIER.odds(tokens).values()) == pytest.approx(brute(tokens))


@given(texts)
def test_what_is_reached(tokens: list[str]) -> None:
    """The quick bound passes over nothing that reaches so much."""
    most = max(CLASSIFIER.odds(tokens).values())
    assert CLASSIFIER.reaches(most - 1e-6, tokens)
    assert not CLASSIFIER.reaches(most + 1e-6, tokens)


def test_a_file_of_its_own(tmp_path: Path) -> None:
    """Repeats count once, a pair in its order only, a part of a word known in another form."""
    file = tmp_path / "weights.tsv"
    file.write_text("feature\tleaving\tloss\nbias\t-1\t-2\n=уйти\t2\t\n#короб\t\t1.5\nмы уйт\t4\t\n", encoding="utf-8")
    made = Classifier(file)
    assert made.odds(["Уйти", "уйти"]) == {"leaving": 1.0, "loss": -2.0}
    assert made.odds(["мы", "хотим", "уйти"])["leaving"] == 5.0
    assert made.odds(["уйти", "хотим", "мы"])["leaving"] == 1.0
    assert made.reaches(5.0, ["мы", "хотим", "уйти"]), "which a pair brings about"
    assert made.odds(["коробочку"]) == {"leaving": -1.0, "loss": -0.5}
    assert made.odds([]) == {"leaving": -1.0, "loss": -2.0}
    assert made.weight("уйти", "leaving") == 2.0


def test_a_word_counts_once_however_many_were_seen_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are forgotten when too many are known: what a passage means must not depend on what was read before."""
    monkeypatch.setattr("processors.phrases.known.CACHED", 3)
    made = Classifier()
    texts = [["Расторгаем", *rest, "расторгаем"] for rest in combinations("аовыиуеяю", 3)]
    assert [list(made.odds(tokens).values()) for tokens in texts] == [pytest.approx(brute(tokens)) for tokens in texts]
