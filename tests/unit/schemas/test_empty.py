"""What may be left empty can be read empty."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import msgspec
import pytest

import processors
import schemas


def fields() -> Iterator[tuple[str, object]]:
    """Each field of each record that is "" where nothing is said, and its type."""
    for package in (schemas, processors):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, found in vars(import_module(module.name)).items():
                if isinstance(found, type) and issubclass(found, msgspec.Struct) and found.__module__ == module.name:
                    for field in msgspec.structs.fields(found):
                        if field.default == "":
                            yield f"{module.name}.{name}.{field.name}", field.type


FIELDS = list(fields())


@pytest.mark.parametrize(("name", "type_"), FIELDS, ids=[name for name, _ in FIELDS])
def test_its_default_is_one_of_its_values(name: str, type_: object) -> None:
    """A writer who says "" means the same as one who leaves it out: msgspec drops the literal of `Id | Literal[""]`."""
    assert msgspec.convert("", type=type_) == "", name
