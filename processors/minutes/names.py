"""Who is called by name: the people that are known, and the usual Russian first names in any case."""

from collections.abc import Iterable, Sequence

from processors.minutes.vocabulary import word_set
from processors.minutes.words import Said
from processors.phrases.pattern import plain, word_list
from processors.phrases.spelling import stem

FIRST_NAMES = word_list(
    "александр алексей анатолий андрей антон аркадий арсений артем артур ахмед азамат айдар альберт бахтияр борис "
    "булат вадим валентин валерий василий виктор виталий владимир владислав всеволод вячеслав геннадий георгий "
    "герман глеб григорий давид дамир даниил данила денис дмитрий евгений егор захар иван игнат игорь ильдар илья "
    "камиль кирилл константин лев леонид магомед макар максим марат марк матвей михаил мурат назар никита николай "
    "нурлан олег павел петр платон рамиль ренат ринат роман руслан рустам савелий святослав семен сергей "
    "станислав степан тимофей тимур тигран федор филипп шамиль эдуард эльдар эмиль эрик юрий ян ярослав аделина "
    "аида айгуль алена александра алина алиса алла альбина анастасия ангелина анжела анна антонина арина "
    "валентина валерия варвара василиса вера вероника виктория галина гульнара гузель дарья диана диляра дина "
    "евгения екатерина елена елизавета жанна зарина зинаида злата зоя инга инесса инна ирина камилла карина кира "
    "клавдия кристина ксения лариса лейла лиана лидия лилия любовь людмила майя маргарита марина мария милана "
    "надежда наталия наталья нина оксана олеся ольга полина раиса регина рита роза светлана снежана софия софья "
    "стелла таисия тамара татьяна ульяна фатима эвелина элина эльвира эльмира юлия яна ярослава саша леша алеша "
    "андрюша антоша боря вадик валера вася витя вова володя влад слава гена гоша гриша дима женя жора ваня игорек "
    "кирюша костя леня макс марик миша коля никитос паша петя рома сеня сережа стас степа тема толя федя юра яша "
    "алиска аня настя ася варя вика галя даша диля катя лена лиза ира ксюша лара лера лида люба люда мара маша "
    "марго надя наташа оля поля рита света соня тома тая таня уля юля"
)
AMBIGUOUS = word_set("вера надежда любовь лев роман марк роза слава света лилия злата поля мара тема майя")
"""In small letters these may be other words; as known people they count."""

SHORTEST_STEM = 4
"""лен- may be flax, кол- a stake."""

ROLES = word_set(
    "бухгалтер бухгалтерия юрист юристы менеджер кладовщик кладовщики логист логисты логистика начальник директор "
    "секретарь техподдержка поддержка программист программисты разработчик разработчики аналитик аналитики "
    "дизайнер коллега коллеги ребята девочки девчонки отдел финансист технолог помощник помощница ассистент "
    "руководитель айтишник айтишники маркетолог маркетологи специалист специалисты сотрудник сотрудница оператор "
    "бригада бригадир руководство безопасники помощь снабжение закупки производство "
    "склад"
)
"""Who else may be said to do something, in the nominative."""

_INTRODUCTIONS = (("меня", "зовут"), ("мое", "имя"), ("говорит",), ("на", "связи"))


class Names:
    """Names to look up. Known people are shown as they are written, others with a capital."""

    def __init__(self, people: Iterable[str]) -> None:
        self._shown: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        for name in FIRST_NAMES:
            self._shown[name] = name.capitalize()
            if name not in AMBIGUOUS:
                self._stems.setdefault(stem(name), name.capitalize())
        self._ambiguous = set(AMBIGUOUS)
        for person in people:
            parts = plain(person).split()
            for part in parts[:2]:
                if len(part) > 1 and (part is parts[0] or part in self._shown):
                    self._ambiguous.discard(part)
                    self._shown[part] = self._stems[stem(part)] = person

    def nominative(self, said: Said, at: int) -> str | None:
        """The person whom token `at` names as a subject or calls ("Марина", "Марин"), as shown."""
        word = said.words[at]
        shown = self._shown.get(word)
        if shown is None or (word in self._ambiguous and not self._capital(said, at)):
            return None
        return shown

    def named(self, said: Said, at: int) -> str | None:
        """The person whom token `at` names in any case ("Марине"), as shown."""
        return self.nominative(said, at) or (
            self._stems.get(said.stems[at]) if len(said.stems[at]) >= SHORTEST_STEM else None
        )

    def introduced(self, said: Said) -> str | None:
        """Who says in the utterance who he is: "меня зовут Сергей", "это Анна", "я Виктор"."""
        words = said.words
        for at in range(1, len(words)):
            person = self.nominative(said, at)
            if person is None:
                continue
            before = words[max(0, at - 2) : at]
            if before[-1] in ("я", "это") and (before[-1] == "я" or at <= 4):
                return person
            if any(tuple(before[-len(head) :]) == head for head in _INTRODUCTIONS):
                return person
        return None

    @staticmethod
    def _capital(said: Said, at: int) -> bool:
        return said.text[said.tokens[at].start].isupper() and at != 0


def last_named(names: Names, before: Sequence[Said]) -> str | None:
    """The person who was named last in some utterances, whom "он" or "она" may mean."""
    for said in reversed(before):
        for at in range(len(said.words) - 1, -1, -1):
            person = names.named(said, at)
            if person is not None:
                return person
    return None
