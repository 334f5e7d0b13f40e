"""The zone alone: the one that `load` would live in, or its fault, without the other sections."""

import os
from pathlib import Path

import pytest

from processors.days import HOME, zone_name
from schemas.errors import ConfigError
from streams.settings import load
from streams.settings.zone import live_here
from tests.zones import VLADIVOSTOK, living_in


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder and no settings in the environment."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("LEADPULSE_")}
    monkeypatch.setattr(os, "environ", kept)
    monkeypatch.chdir(tmp_path)
    return tmp_path


WAYS: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("[kafka]\n", {}),
    ("[days]\n", {}),
    (f'[days]\nzone = "{VLADIVOSTOK}"\n', {}),
    (f'[days]\nzone = "{HOME}"\n', {"LEADPULSE_DAYS__ZONE": VLADIVOSTOK}),
    ("", {"leadpulse_days__zone": VLADIVOSTOK}),
    ("", {"LEADPULSE_DAYS": f'{{"zone": "{VLADIVOSTOK}"}}'}),
]


@pytest.mark.parametrize(("file", "variables"), WAYS)
def test_it_is_the_zone_of_the_whole_settings(clean: Path, file: str, variables: dict[str, str]) -> None:
    """However it is written: in the file, in the environment above it, in small letters, as a section in JSON."""
    (clean / "leadpulse.toml").write_text(file)
    os.environ |= variables
    lived = []
    for live in (load, live_here):
        with living_in("Asia/Tokyo"):
            live()
            lived.append(zone_name())
    assert lived[0] == lived[1] == (VLADIVOSTOK if VLADIVOSTOK in file + str(variables) else HOME)


@pytest.mark.parametrize(
    ("file", "variables"),
    [
        ('[days]\nzone = "Mars/Olympus"\n', {}),
        ("[days]\nzone = 3\n", {}),
        ('[days]\nzon = "Europe/Moscow"\n', {}),
        ("days = 3\n", {}),
        ("[days\n", {}),
        ("", {"LEADPULSE_DAYS__ZONE": ""}),
        ("", {"LEADPULSE_DAYS__ZON": HOME}),
    ],
)
def test_a_fault_of_it_is_told_as_ever(clean: Path, file: str, variables: dict[str, str]) -> None:
    """No zone of that name, another type, a slip in a name, broken TOML: the words of `load`, letter for letter."""
    (clean / "leadpulse.toml").write_text(file)
    os.environ |= variables
    with living_in(HOME), pytest.raises(ConfigError) as expected:
        load()
    with living_in(HOME), pytest.raises(ConfigError) as told:
        live_here()
    assert str(told.value) == str(expected.value)


def test_a_fault_of_another_section_is_not_its(clean: Path) -> None:
    """Who plays a file of events needs no broker: its address may be wrong."""
    (clean / "leadpulse.toml").write_text(f'[kafka]\nbootstrap = 3\n[days]\nzone = "{VLADIVOSTOK}"\n')
    with living_in(HOME):
        live_here()
        assert zone_name() == VLADIVOSTOK
