"""From a model's words to the answer that was asked for: JSON, names restored, schema, language. Pure."""

import json
import re
from collections.abc import Callable, Iterator

import msgspec
from msgspec import inspect

from streams.llm.faults import Kind
from streams.llm.request import T

CJK = re.compile("[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf"
                 "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+")  # fmt: skip
"""Chinese, Japanese and Korean letters. GLM falls into Chinese by itself (zai-org/GLM-5 issues 54, 141, 142)."""
CYRILLIC_SHARE = 0.5
"""Less Cyrillic among the letters is no Russian, whatever names of companies and programs are in it."""
ENOUGH_LETTERS = 40
"""With fewer, one name of a company decides; then nothing is said against the answer."""

_CYRILLIC = re.compile(r"[а-яёА-ЯЁ]")
_THOUGHTS = re.compile(r"\A.*?</think>", re.DOTALL)


class Unusable(Exception):
    """An answer that deserves one more round. `fault` is for the model: it may hold its words, so it is no message."""

    def __init__(self, kind: Kind, fault: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.fault = fault


def understood(reply: str, answer: type[T], source: str, restore: Callable[[str], str]) -> T:
    """The answer in `reply`. `source` is what the model was given, before any masking. Raises `Unusable`."""
    try:
        parsed = _parsed(reply)
        msgspec.convert(parsed, answer)  # before names are restored: the fault goes back to the model, and quotes it
    except (ValueError, RecursionError) as error:  # msgspec's ValidationError is a ValueError
        raise Unusable(Kind.INVALID_ANSWER, str(error) or "слишком глубокая вложенность") from None
    try:
        value = msgspec.convert(_restored(parsed, restore), answer)
    except ValueError:
        raise Unusable(Kind.INVALID_ANSWER, "обозначение стоит там, где ему не место") from None
    said = [text for text in texts(value, inspect.type_info(answer)) if text not in source]  # a quote is as it is
    if foreign(said, source):
        raise Unusable(Kind.LANGUAGE, "ответ не на русском языке")
    return value


def foreign(said: list[str], source: str) -> bool:
    """Whether texts are in another language: a word in CJK that the source has not, or too little Cyrillic."""
    if any(word not in source for text in said for word in CJK.findall(text)):
        return True
    letters = sum(map(str.isalpha, "".join(said)))
    return letters >= ENOUGH_LETTERS and len(_CYRILLIC.findall("".join(said))) < CYRILLIC_SHARE * letters


def texts(value: object, kind: inspect.Type) -> Iterator[str]:
    """The free texts of a value; words of a closed list (Literal, Enum) are none."""
    match kind:
        case inspect.StrType() | inspect.AnyType() if isinstance(value, str):
            yield value
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from texts(getattr(value, field.name), field.type)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item) if isinstance(value, list | tuple):
            for element in value:
                yield from texts(element, item)
        case inspect.DictType(value_type=item) if isinstance(value, dict):
            for element in value.values():
                yield from texts(element, item)
        case inspect.UnionType(types=kinds):
            for one in kinds:
                if _may_be(value, one):
                    yield from texts(value, one)


def _may_be(value: object, kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.StructType):
        return isinstance(value, kind.cls)
    return not isinstance(value, msgspec.Struct)


def _parsed(reply: str) -> object:
    """The JSON object in a reply; fences, thoughts and words around it are passed over. Raises `ValueError`."""
    if not reply.lstrip().startswith("{"):
        reply = _THOUGHTS.sub("", reply)
    start = reply.find("{")
    if start < 0:
        raise ValueError("в ответе нет объекта JSON")
    value: object = json.JSONDecoder(strict=False).raw_decode(reply, start)[0]
    return value


def _restored(value: object, restore: Callable[[str], str]) -> object:
    """The value with its masked words back in place, and without halves of surrogate pairs, which no codec takes."""
    match value:
        case str():
            return restore(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        case list():
            return [_restored(element, restore) for element in value]
        case dict():
            return {key: _restored(element, restore) for key, element in value.items()}
    return value
