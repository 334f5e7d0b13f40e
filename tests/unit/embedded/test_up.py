"""The supervisor's configuration, read back by the supervisor itself."""

import configparser
import shlex
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from streams.embedded.up import ONCE, PROGRAMS, STOP_SECONDS, configuration
from streams.engine.worker import STOP_SECONDS as WORKER_STOP_SECONDS


def parsed(folder: Path, python: str) -> ServerOptions:
    """The configuration as supervisord understands it."""
    folder.mkdir(parents=True, exist_ok=True)
    conf = folder / "supervisord.conf"
    conf.write_text(configuration(folder, python))
    options = ServerOptions()
    options.realize(["-c", str(conf)])
    return options


@pytest.mark.parametrize("name", ["plain", "with space", "100% sure", "a;b"])
def test_any_folder_and_interpreter_path_works(tmp_path: Path, name: str) -> None:
    """Spaces, per cents and semicolons in a path reach the processes as they are."""
    folder = tmp_path / name
    python = str(tmp_path / name / "bin" / "python")
    options = parsed(folder, python)
    assert options.logfile == str(folder / "supervisord.log")
    commands = {group.name: shlex.split(group.process_configs[0].command) for group in options.process_group_configs}
    assert commands == {name: [python, "-m", "streams.cli", *arguments.split()] for name, arguments in PROGRAMS}


def test_start_in_order_and_stop_in_the_reverse_order(tmp_path: Path) -> None:
    """The broker comes first and goes last; supervisord orders by priority."""
    groups = parsed(tmp_path, "python").process_group_configs
    priorities = {group.name: group.process_configs[0].priority for group in groups}
    assert sorted(priorities, key=priorities.__getitem__) == [name for name, _ in PROGRAMS]
    assert len(set(priorities.values())) == len(PROGRAMS)


def test_workers_start_again_and_one_shot_programs_do_not(tmp_path: Path) -> None:
    """Whatever way a worker ends it comes back; `topics` only when it failed."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(configuration(tmp_path, "python"))
    for name, _ in PROGRAMS:
        assert parser[f"program:{name}"]["autorestart"] == ("unexpected" if name in ONCE else "true")


def test_supervisor_waits_longer_than_a_worker_stops() -> None:
    """SIGKILL comes only after the worker's own last resort."""
    assert STOP_SECONDS > WORKER_STOP_SECONDS


def test_one_log(tmp_path: Path) -> None:
    """Every process writes to the supervisor's own output, errors too."""
    for group in parsed(tmp_path, "python").process_group_configs:
        (process,) = group.process_configs
        assert (process.stdout_logfile, process.redirect_stderr) == ("/dev/stdout", True)
