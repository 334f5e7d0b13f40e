"""What is installed outside a clone has all that the code opens and all that people copy to its place."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import wheel
from tests.wheel import PACKAGES, build, sources

SHARED = "leadpulse-0.1.0.data/data/share/leadpulse/"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel. Its build leaves nothing in the working tree: a copy is built."""
    before = set(wheel.ROOT.iterdir())
    built = build(tmp_path_factory.mktemp("wheel"))
    assert set(wheel.ROOT.iterdir()) - before <= {wheel.ROOT / "var"}  # which other tests make meanwhile
    return built


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where it is unpacked, as pip does."""
    folder = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(built).extractall(folder)
    return folder


def test_every_file_of_the_packages_is_in_it(built: Path) -> None:
    """Migrations, the pom, word lists, schemas: whatever lies in a package is opened by its code."""
    assert sources(*PACKAGES) - set(zipfile.ZipFile(built).namelist()) == set()


def test_what_people_copy_is_in_it(built: Path) -> None:
    """Jibri's hook, Prosody's module, units, dashboards: with the names that they have in the documents."""
    shared = {name.removeprefix(SHARED) for name in zipfile.ZipFile(built).namelist() if name.startswith(SHARED)}
    hooks = {name for name in sources("jibri-hooks") if "recorder/" not in name and not name.endswith("pyproject.toml")}
    assert shared == sources("deploy", "grafana/dashboards", "grafana/provisioning") | hooks


def test_the_recorders_wheel_has_the_hook(tmp_path: Path) -> None:
    """On the Jibri host only that one is installed."""
    names = zipfile.ZipFile(build(tmp_path, project="jibri-hooks")).namelist()
    shared = {name.partition("/share/leadpulse/")[2] for name in names if "/share/leadpulse/" in name}
    assert {"jibri-hooks/finalize.sh", "jibri-hooks/leadpulse-recorder.service"} <= shared
    assert "jibri-hooks/mod_lead_autorecord/mod_lead_autorecord.lua" in shared


def test_it_works_without_the_clone(installed: Path, tmp_path: Path) -> None:
    """In an empty folder with a new home: commands answer, migrations and rules are read, jars go to the home."""
    script = (
        "from pathlib import Path; import streams, schemas\n"
        "from streams.embedded.jars import folder, version\n"
        "from streams.store.migrate import FOLDER\n"
        "import processors.rules, processors.phrases, processors.minutes, streams.store.read.guard\n"
        "assert len(list(FOLDER.glob('*.sql'))) > 5, FOLDER\n"
        "print(Path(streams.__file__).parent.parent, folder(), sep='\\n')\n"
    )
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("LEADPULSE_", "XDG_"))}
    home = tmp_path / "home"
    environ |= {"PYTHONPATH": str(installed), "HOME": str(home)}
    said = subprocess.run([sys.executable, "-c", script], env=environ, cwd=tmp_path, text=True, capture_output=True)
    assert said.returncode == 0, said.stderr
    code, jars = map(Path, said.stdout.split())
    assert code == installed
    assert jars.parent == home / ".cache" / "leadpulse" / "kafka"
    asked = "from streams.cli import check_kafka, check_page, main; check_kafka.TIMEOUT = check_page.TIMEOUT = 0.2\n"
    asked += "main(['check', '--json'])"
    told = subprocess.run([sys.executable, "-c", asked], env=environ, cwd=tmp_path, text=True, capture_output=True)
    assert '"faults"' in told.stdout, told.stderr
