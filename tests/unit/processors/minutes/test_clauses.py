"""Words that nobody punctuated, parted: `|` between clauses, `/` between sentences."""

import pytest

from processors.minutes.clauses import borders
from processors.minutes.stretch import stretch
from processors.minutes.words import Said, read
from schemas.meetings import Utterance


def parted(text: str, pauses: tuple[int, ...] = ()) -> str:
    """The words with their borders."""
    said = one(text, pauses)
    marks = []
    for at, word in enumerate(said.words):
        if at:
            marks.append("/" if said.sentence(at).first == at else "|" if said.clause(at).start == at else "")
        marks.append(word)
    return " ".join(mark for mark in marks if mark)


def one(text: str, pauses: tuple[int, ...] = ()) -> Said:
    """An utterance in words."""
    return read([Utterance(0, 1, text, pauses=list(pauses))])[0]


@pytest.mark.parametrize(
    "wanted",
    [
        "договор я отправлю завтра / сборка у нас стоит сорок рублей",
        "проверю остатки | и напишу вам",
        "у меня сорок возвратов висят с октября / никто не разобрал",
        "если рейс пройдет вовремя | поставим на каждую неделю",
        "двадцать шесть рублей | а у вас тридцать две",
        "мы все поняли / тогда возвраты не принимаем",
        "пришлю завтра / потом сборщик берет тележку",
        "акт отправлю сегодня / счет пришлет бухгалтер",
        "отчет будет готов в среду",
    ],
)
def test_clauses_end_between_verbs(wanted: str) -> None:
    """Each keeps the words that go with its verb; what hangs on another is bound to it."""
    text = wanted.replace(" |", "").replace(" /", "")
    assert parted(text) == wanted


def test_a_pause_parts() -> None:
    """Where the recogniser measured a stop, the border stands there, also before a clause without a verb behind it."""
    assert parted("приемка сейчас два дня мы вторую смену запустили", (4,)) == (
        "приемка сейчас два дня / мы вторую смену запустили"
    )
    assert parted("пришлю счет завтра утром заберу короба", (3,)) == "пришлю счет завтра / утром заберу короба"


def test_no_number_is_parted() -> None:
    """Nor is it parted from its preposition."""
    assert "на сто восемьдесят тысяч" in parted("поднимайте у меня товара на сто восемьдесят тысяч пропало")
    assert borders([], ()) == {}


def test_an_item_is_its_clause_with_what_hangs_on_it() -> None:
    """A condition before it, a time, a list behind it; not the next thought."""
    said = one("Хорошо, я пришлю договор, который вы просили. А короба привезём сами.")
    assert said.quote(*stretch(said, said.words.index("пришлю"))) == "я пришлю договор, который вы просили."
    said = one("Если опять поднимете цену, то мы уйдём, и точка.")
    assert said.quote(*stretch(said, said.words.index("уйдем"))).startswith("Если опять поднимете цену")
