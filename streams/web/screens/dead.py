"""`/dead`: records that could not be used, by stage and fault; what is in one; back to work, closed, or known.

The queue `dead.letters` itself decides who deals with a letter (`streams.engine.dealing`), so the page and the command
`leadpulse dlq` do not get in each other's way.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from aiohttp import web

from processors.russian.plural import RECORDS, count
from schemas.errors import Refused
from schemas.failed import Muted
from schemas.types import Millis
from streams.engine.dead_letters import Numbered, OpenLetters
from streams.engine.dealing import How
from streams.engine.mutes import LONGEST_REASON, key_of, muted, output
from streams.engine.mutes import Heap as Name
from streams.web.faults import Fault, Wrong
from streams.web.route import May, Route
from streams.web.visit import Visit

LONGEST = 8000
"""Bytes of a record that a page shows."""
SHOWN = 200
HOURS = {"4": "на 4 часа", "24": "на сутки", "72": "на 3 дня", "168": "на неделю"}
"""For how long nobody is told again of letters that somebody knows of."""
MUTES = {"muted": "Об этих записях пока не напоминаем.", "unmuted": "Об этих записях снова напоминаем."}


class Heap(NamedTuple):
    """Open letters of one stage and one class of fault."""

    agent: str
    error_class: str
    letters: int
    last: Millis
    sample: int
    muted: Muted | None


async def heaps(visit: Visit) -> web.StreamResponse:
    """By stage and class, the largest first; with `agent` and `error` the letters of one of them."""
    query = visit.request.query
    letters = (await _look(visit)).select()
    agent, error = query.get("agent", ""), query.get("error", "")
    told = [one for one in letters if (one.letter.agent, one.letter.error_class) == (agent, error)]
    return visit.page(
        "dead.html",
        heaps=_heaps(letters, visit.office.flow.muted()),
        agent=agent,
        error=error,
        letters=told[:SHOWN],
        many=len(told),
        told=_told(query),
        hours=HOURS,
        longest=LONGEST_REASON,
    )


def _heaps(letters: Sequence[Numbered], muted: Mapping[Name, Muted]) -> list[Heap]:
    sizes = Counter((one.letter.agent, one.letter.error_class) for one in letters)
    newest = {(one.letter.agent, one.letter.error_class): one for one in sorted(letters, key=lambda one: one.letter.ts)}
    return [
        Heap(*name, size, newest[name].letter.ts, newest[name].number, muted.get(name))
        for name, size in sizes.most_common()
    ]


async def letter(visit: Visit) -> web.StreamResponse:
    """One letter: where, why, how often before, and the record."""
    one = _the(await _look(visit), visit.request.match_info["number"])
    text = one.letter.payload[:LONGEST].decode(errors="replace")
    place = f"{one.letter.topic}/{one.letter.partition}/{one.letter.offset}"
    return visit.page(
        "dead_letter.html", one=one, text=text, place=place, is_cut=len(one.letter.payload) > LONGEST or one.letter.cut
    )


async def deal(visit: Visit) -> web.StreamResponse:
    """Give back to work, or close: one letter, or all of a stage and class. Each once, whoever else does the same."""
    form = await visit.form()
    match form.get("do"):
        case "replay":
            how: How = "replayed"
        case "drop":
            how = "dropped"
        case "mute" | "unmute":
            return await _mute(visit, form)
        case _:
            raise Wrong("Непонятно, что сделать с записями.")
    desk = visit.office.flow.desk(visit.user.name)
    try:
        letters = await desk.look()
        dealt = await desk.deal(_chosen(letters, form), how)
    finally:
        await desk.close()
    first = next(iter(dealt.refused), "")
    figures = {"how": how, "done": len(dealt.done), "others": len(dealt.others), "refused": len(dealt.refused)}
    return visit.see_other(f"/dead?{urlencode(figures | {'first': first})}")


async def _mute(visit: Visit, form: dict[str, str]) -> web.StreamResponse:
    """Somebody knows of these letters: nobody is told of them again until then, or from now on again."""
    heap, hours = (form.get("agent", ""), form.get("error", "")), form.get("hours", "")
    if not all(heap):
        raise Wrong("Выберите группу записей.")
    one = None
    if form["do"] == "mute":
        if hours not in HOURS:
            raise Wrong("Непонятно, на сколько часов.")
        try:
            one = muted(heap, int(hours), form.get("reason", ""), visit.user.name, visit.office.clock())
        except Refused as error:
            raise Wrong(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    await visit.send([output(heap, one)])
    visit.office.flow.mutes.apply(key_of(heap), one)
    return visit.see_other(f"/dead?how={form['do']}d")


def _chosen(letters: OpenLetters, form: dict[str, str]) -> list[Numbered]:
    """Raises `Wrong` where nothing is chosen: an empty choice is never all of them."""
    number, agent, error = form.get("number", ""), form.get("agent", ""), form.get("error", "")
    if number:
        return [_the(letters, number)]
    if not agent or not error:
        raise Wrong("Выберите запись или группу записей.")
    return [one for one in letters.select(error=error) if one.letter.agent == agent]


def _the(letters: OpenLetters, number: str) -> Numbered:
    found = letters.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None
    if found is None:
        raise Fault(404, "Такой открытой записи нет: возможно, её уже вернули или закрыли.")
    return found


def _told(query: Mapping[str, str]) -> str:
    """What came of it, from the figures that the answer to the form sent along: no words of the address are shown."""
    done, others, refused, first = (_number(query.get(name, "")) for name in ("done", "others", "refused", "first"))
    if "how" not in query:
        return ""
    if query["how"] in MUTES:
        return MUTES[query["how"]]
    told = f"{'Возвращено в работу' if query['how'] == 'replayed' else 'Закрыто'}: {count(done, RECORDS)}."
    if refused:
        told += f" Не вышло: {count(refused, RECORDS)}, номер первой — {first}."
    return told + (f" Уже закрыл или вернул другой человек: {count(others, RECORDS)}." if others else "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


async def _look(visit: Visit) -> OpenLetters:
    desk = visit.office.flow.desk(visit.user.name)
    try:
        return await desk.look()
    finally:
        await desk.close()


ROUTES = (
    Route("GET", "/dead", heaps, May("payloads"), deed="payload"),
    Route("GET", "/dead/{number}", letter, May("payloads"), deed="payload", about="number"),
    Route("POST", "/dead", deal, May("payloads"), deed="payload"),
)
