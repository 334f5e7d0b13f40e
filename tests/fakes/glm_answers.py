"""What the fake GLM says when no test tells it: an object of the asked schema, made of the material's own lines.

Schema and material are found as a model finds them, in the words of the prompt. Each list of points takes the lines
that have one of its stems; quotes are those lines, segments their numbers. What it says of a meeting is thin, but true.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

STEMS = {
    "decisions": r"реши|договори|согласов|утверд|давайте так",
    "actions": r"пришл|отправ|сдела|подготов|провер|перезвон|посчита|обеща|верн[уё]",
    "pains": r"проблем|ошиб|задерж|теря|потер|брак|пересорт|долго|неудобн",
    "conflicts": r"недовол|претенз|возмущ|безобраз|уйд[уё]м|уходить|расторг",
    "competitors": r"конкурент|у других|дешевле|переходить|перейти",
    "tariffs": r"тариф|цен[аыу]|стоимост|рубл",
    "numbers": r"\d|тысяч|процент",
    "open_questions": r"\?",
}
"""Which lines go into which list. A list of another name stays empty."""
AT_MOST = 5
DUE = re.compile(
    r"(?:до |к |во? |на )?(?:понедельник|вторник|сред[уые]|четверг|пятниц|суббот|воскресень)\w*"
    r"|(?:после)?завтра|сегодня|(?:до|к) (?:конц\w+ \w+|\d+\S*(?: \w+)?)|через \w+(?: \w+)?",
    re.IGNORECASE,
)
"""Words of a term within a promise."""

_LINE = re.compile(
    r"^\W*(?P<number>\d+)?[\]).:|\s]*(?:\[?\(?\d{1,2}:\d\d(?::\d\d)?\)?\]?\s*)?(?:(?P<who>[^:\n]{1,60}):\s+)?(?P<words>.+)$"
)


@dataclass(frozen=True, slots=True)
class Line:
    """An utterance as the prompt has it."""

    number: int
    who: str
    words: str


def lines(material: str) -> list[Line]:
    """Lines of a transcript; those without a number of their own are counted from 0."""
    found = [match for match in map(_LINE.match, material.splitlines()) if match]
    return [Line(int(m["number"] or at), (m["who"] or "").strip(), m["words"].strip()) for at, m in enumerate(found)]


def schema_of(system: str) -> dict[str, Any]:
    """The first JSON Schema in a text; KeyError without one."""
    for start in (match.start() for match in re.finditer(r"\{", system)):
        try:
            found = json.JSONDecoder().raw_decode(system, start)[0]
        except ValueError:
            continue
        if isinstance(found, dict) and {"$ref", "$defs", "properties"} & found.keys():
            return found
    raise KeyError("no schema in the system message")


def plausible(system: str, material: str) -> str:
    """An answer that keeps to the schema in `system`."""
    schema, said = schema_of(system), lines(material)
    return json.dumps(_value(schema, schema.get("$defs", {}), "", said), ensure_ascii=False)


def _value(schema: dict[str, Any], defs: dict[str, Any], name: str, said: Sequence[Line]) -> Any:
    if "$ref" in schema:
        return _value(defs[schema["$ref"].rpartition("/")[2]], defs, name, said)
    for choice in schema.get("anyOf", ()):
        return _value(choice, defs, name, said)
    if "enum" in schema:
        return schema.get("default", "ровный" if "ровный" in schema["enum"] else schema["enum"][0])
    makers: dict[str, Callable[[], Any]] = {
        "object": lambda: {key: _value(of, defs, key, said) for key, of in schema.get("properties", {}).items()},
        "array": lambda: list(_elements(schema.get("items", {}), defs, name, said)),
        "string": lambda: _text(name, said),
        "integer": lambda: _number(name, schema, said),
        "number": lambda: float(schema.get("minimum", 0)),
        "boolean": lambda: False,
    }
    return makers.get(schema.get("type", ""), lambda: None)()


def _elements(item: dict[str, Any], defs: dict[str, Any], name: str, said: Sequence[Line]) -> Iterator[Any]:
    if name == "topics":
        yield _value(item, defs, name, said)
    stem = STEMS.get(name)
    chosen = [line for line in said if stem and re.search(stem, line.words, re.IGNORECASE)]
    for line in chosen[:AT_MOST]:
        yield _value(item, defs, name, [line])


def _text(name: str, said: Sequence[Line]) -> str:
    if name in ("quote", "text", "summary", "title"):
        words = " ".join(line.words for line in said[:3]) or "Разговор без слов"
        return {"summary": f"Обсудили: {words}"[:400], "title": words[:60]}.get(name, words)
    if name == "owner" and said and said[0].who:
        return said[0].who
    if name == "due" and said and (term := DUE.search(said[0].words)):
        return term[0]
    return "не указан"


def _number(name: str, schema: dict[str, Any], said: Sequence[Line]) -> int:
    if name in ("segment", "line", "number", "start") and said:
        return said[0].number
    if name == "end" and said:
        return said[-1].number
    return int(schema.get("minimum", 0))
