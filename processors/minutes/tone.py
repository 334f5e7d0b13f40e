"""How a conversation sounds, by the words that please and those that hurt."""

from collections.abc import Sequence

from processors.minutes.vocabulary import word_set
from processors.minutes.words import Said
from processors.phrases.spelling import stem
from schemas.minutes import Tone

_GOOD = frozenset(
    map(
        stem,
        word_set(
            "отлично супер прекрасно здорово рада рад замечательно классно молодцы нравится довольны довольна доволен "
            "приятно устраивает гениально чудесно великолепно благодарю хвалю удобно быстро четко толковая спокойнее"
        ),
    )
)
_BAD = frozenset(
    map(
        stem,
        word_set(
            "проблема беда плохо жалоба жалобы жалуются потеряли потерял пропало пропали брак штраф штрафы недостача "
            "просрочка просрочки недоволен недовольна недовольны дорого долго опять ошибка ошибки виноваты вина жалко "
            "устал устала беспокоит обидно неприятно неприятный удивились раздражение злые заблокировала терпение"
        ),
    )
)
_WORST = frozenset(
    map(
        stem,
        word_set(
            "кошмар ужас безобразие расторгнуть расторгаем претензия претензии обман обманули врет врете хамство "
            "грубит надоело невозможно неприемлемо суд засудит бардак позор возмутительно конкуренты конкурентам"
        ),
    )
)
_THANKS = stem("спасибо")
_EVEN = 4.0
"""So many kind or hard words weigh as much as a talk without any."""


def tone(conversation: Sequence[Said], client: Sequence[str], leaves: int) -> Tone:
    """Of the client's words where they are known. `leaves`: how often he spoke of leaving."""
    good = bad = 0.0
    for said in conversation:
        if client and said.speaker is not None and said.speaker not in client:
            continue
        for at, word in enumerate(said.stems):
            sign = -0.5 if at and said.words[at - 1] in ("не", "нет", "без") else 1.0
            if word in _GOOD:
                good, bad = (good + 1, bad) if sign > 0 else (good, bad + 1)
            elif word in _WORST:
                bad += 2 * max(sign, 0)
            elif word in _BAD:
                bad += max(sign, 0)
            elif word == _THANKS:
                good += 0.5
    bad += 3 * leaves
    balance = (good - bad) / (good + bad + _EVEN)
    if balance > 0.3:
        return "хороший"
    if balance > -0.3:
        return "напряжённый" if leaves else "ровный"
    return "плохой" if balance < -0.6 or leaves > 1 else "напряжённый"
