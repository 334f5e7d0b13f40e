"""Writes `tests/data/bot_api.json`: all that an update of the Bot API may hold, from aiogram's generated types.

`pip download --no-deps aiogram`, unpack the wheel: `python tools/bot_api.py FOLDER/aiogram > tests/data/bot_api.json`.
By type its fields, with `?` behind those that may be missing: a name of a type, `[` before that of a list's items,
names with `|` between, or `=` before the only value there is.
"""

import ast
import json
import re
import sys
from pathlib import Path

PLAIN = {"int", "str", "bool", "float", "Any"}


def named(folder: Path) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Fields of every class, and what the names of unions stand for."""
    classes: dict[str, dict[str, str]] = {}
    others: dict[str, str] = {}
    for file in sorted(folder.glob("*.py")):
        for node in ast.parse(file.read_text()).body:
            match node:
                case ast.ClassDef():
                    classes[node.name] = dict(field(one) for one in node.body if isinstance(one, ast.AnnAssign))
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    others[name] = ast.unparse(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    others[name] = ast.unparse(value)
    return classes, others


def field(node: ast.AnnAssign) -> tuple[str, str]:
    """Name on the wire, and type."""
    name = ast.unparse(node.target)
    for keyword in node.value.keywords if isinstance(node.value, ast.Call) else ():
        if keyword.arg == "alias":
            name = str(ast.literal_eval(keyword.value))
    return name, ast.unparse(node.annotation)


def enums(folder: Path) -> dict[str, str]:
    """Values of the enumerations, by `Name.MEMBER`."""
    values: dict[str, str] = {}
    for file in folder.glob("*.py"):
        for node in ast.parse(file.read_text()).body:
            if not isinstance(node, ast.ClassDef):
                continue
            for one in node.body:
                if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant):
                    values[f"{node.name}.{ast.unparse(one.targets[0])}"] = str(one.value.value)
    return values


def told(folder: Path) -> dict[str, dict[str, str]]:
    """What an `Update` may hold."""
    classes, others = named(folder / "types")
    literals = enums(folder / "enums")

    def plain(said: str) -> str:
        if found := re.fullmatch(r"Literal\[(.*)\]", said):
            return "=" + literals.get(found[1], found[1].strip("'\""))
        if found := re.fullmatch(r"Annotated\[(.*?), .*\]", said):
            return plain(found[1])
        if found := re.fullmatch(r"list\[(.*)\]", said):
            return "[" + plain(found[1])
        if "|" in said:
            return "|".join(dict.fromkeys(plain(one.strip()) for one in said.split("|")))
        if said in ("DateTime", "datetime", "datetime.datetime"):
            return "time"
        return plain(others[said]) if said in others else said if said in classes or said in PLAIN else "str"

    kinds: dict[str, dict[str, str]] = {}
    left = ["Update"]
    while left:
        name = left.pop()
        if name in kinds or name not in classes:
            continue
        kinds[name] = {}
        for key, said in classes[name].items():
            maybe = said.endswith(" | None")
            said = plain(said.removesuffix(" | None"))
            kinds[name][key + "?" * maybe] = "time" if (said, key[-4:]) == ("int", "date") else said
            left += [one for one in re.split(r"[|\[]", said) if one not in PLAIN]
    return dict(sorted(kinds.items()))


if __name__ == "__main__":
    json.dump(told(Path(sys.argv[1])), sys.stdout, indent=0, sort_keys=True)
    sys.stdout.write("\n")
